"""The built-in targets keep what every target promises."""

import pytest
from hdp_plugins.archive.target import Archive
from hdp_plugins.inveniordm.target import InvenioRDM
from hdp_plugins.zenodo.target import Zenodo

from hdp.practice import server
from hdp.testing import TargetContract, open_target
from hdp.testing.samples import FIELDS


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    running = server.start(tmp_path_factory.mktemp("practice"))
    yield running
    running.stop()


RICH = FIELDS | {
    "creators": [
        {"name": "Museum für Hamburg, Abteilung", "organisation": True,
         "ror": "https://ror.org/00g30e956", "role": "HostingInstitution"},
        {"name": "Doe, Jane", "affiliations": ["City", "State"], "gnd": "118540238"},
    ],
    "additional_titles": [{"title": "Amphora", "type": "translated-title", "lang": "eng"}],
    "identifiers": [{"identifier": "1972/034", "scheme": "other"}],
    "rights": [{"title": "In Copyright", "link": "http://rightsstatements.org/vocab/InC/1.0/"}],
    "copyright": "© 2026 Museum X",
    "dates": [{"type": "created", "start": "1890"}, {"type": "collected", "start": "2018-03-21",
               "end": "2018-03-25", "description": "dig"}],
    "locations": [{"place": "Oviedo", "lat": 43.36, "lon": -5.85}, {"place": "Nowhere"}],
    "related_identifiers": [{"identifier": "10.1234/foo", "relation": "isPartOf"}],
    "contributors": [{"name": "Roe, Rob", "type": "DataCurator"}],
    "subjects": [{"term": "Amphore", "identifier": "https://d-nb.info/gnd/4001740-7"}],
    "language": "deu", "notes": "<p>Notes</p>", "method": "<p>Method</p>",
    "references": ["Doe J (2014). Title."],
}  # fmt: skip


class TestZenodo(TargetContract):
    @pytest.fixture
    def target(self, practice):
        return open_target(Zenodo, base_url=practice.url, token=practice.token)


class TestZenodoRecordsApi(TestZenodo):
    fields = RICH


class TestInvenioRDM(TargetContract):
    fields = {**RICH, "subjects": None}

    @pytest.fixture
    def target(self, practice):
        chosen = {"publisher": "Museum X"}
        return open_target(InvenioRDM, base_url=practice.url, token=practice.token, settings=chosen)


class TestArchive(TargetContract):
    fields = RICH

    @pytest.fixture
    def target(self, tmp_path):
        folder = tmp_path / "archive"
        folder.mkdir()
        return open_target(Archive, settings={"folder": str(folder)})
