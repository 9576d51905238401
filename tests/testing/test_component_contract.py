"""A component of each built-in plugin keeps what every component promises."""

import io
import json
from typing import ClassVar

import pypdf
import pytest
import yaml
from hdp_plugins.document.metadata import ReadMetadata
from hdp_plugins.general.checksums import Checksums
from hdp_plugins.general.cite import Cite
from hdp_plugins.image.resize import Resize
from hdp_plugins.llm.extract import Extract
from hdp_plugins.mesh.report import Report

from hdp.sdk import Component, HdpError, Params, Port, Record, Result
from hdp.serving import serve
from hdp.testing import ComponentContract, make_file, run_component
from hdp.testing.samples import FIELDS

SAID = json.dumps(dict.fromkeys(("title", "description", "keywords")))
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


class TestChecksums(ComponentContract):
    component = Checksums


class TestCite(ComponentContract):
    component = Cite
    record = Record(FIELDS | {"doi": "10.5072/zenodo.1"})


class TestCiteForPeople(TestCite):
    params: ClassVar = {"kind": "text"}


class TestResize(ComponentContract):
    component = Resize


class TestReport(ComponentContract):
    component = Report

    def make_inputs(self, folder):
        return {"mesh": [make_file(folder, "triangle.obj", TRIANGLE)]}


class TestDocumentMetadata(ComponentContract):
    component = ReadMetadata

    def make_inputs(self, folder):
        writer, body = pypdf.PdfWriter(), io.BytesIO()
        writer.add_blank_page(100, 100)
        writer.add_metadata({"/Title": "Grabung"})
        writer.write(body)
        return {"documents": [make_file(folder, "dig.pdf", body.getvalue())]}


class TestExtract(ComponentContract):
    component = Extract

    @pytest.fixture(autouse=True)
    def server(self):
        said = {"message": {"content": SAID}, "finish_reason": "stop"}
        body = json.dumps({"data": [{"id": "m"}], "model": "m", "choices": [said]}).encode()

        def answer(_environ, start):
            head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start("200 OK", head)
            return [body]

        served = serve(answer)
        chosen = {"server": f"{served.url}/v1", "model": "", "outside": "no"}
        self.settings = chosen | {"price-in": "", "price-out": ""}
        yield
        served.stop()

    def make_inputs(self, folder):
        return {"texts": [make_file(folder, "label.txt", b"Amphora, Athens")]}


class Untidy(Component[Params]):
    """Breaks what it promises: writes beside its work folder, and into a port it has not."""

    id, title = "untidy.one", "Untidy"
    inputs = (Port("files", ("*/*",), many=True),)

    def run(self, step):
        path = step.workdir.parent / "beside.txt"
        path.write_text("x")
        return Result({"nowhere": [path]})


def test_a_broken_promise_is_found(tmp_path):
    contract = type("Contract", (ComponentContract,), {"component": Untidy})()
    with pytest.raises(AssertionError):
        contract.test_gives_what_it_promises(tmp_path)


@pytest.mark.parametrize("name", ["doi", "title"])
def test_nothing_to_cite_is_told(tmp_path, name):
    fields = FIELDS | {"doi": "10.5072/zenodo.1", name: ""}
    with pytest.raises(HdpError, match=f"no {name} to be cited by"):
        run_component(Cite, {"files": []}, tmp_path, record=Record(fields))


def test_a_citation_is_yaml_that_tools_read(tmp_path):
    record = Record(FIELDS | {"doi": "10.5072/zenodo.1"})
    result = run_component(Cite, {"files": []}, tmp_path, record=record)
    (made,) = result.files["citation"]
    found = yaml.safe_load(made.path.read_text("utf-8"))
    assert found["title"] == FIELDS["title"]
    assert (found["doi"], found["date-released"]) == ("10.5072/zenodo.1", "2026-01-02")
    orcid = "https://orcid.org/0000-0002-1825-0097"
    person = {"family-names": "Doe", "given-names": "Jane", "orcid": orcid}
    assert found["authors"] == [person]
