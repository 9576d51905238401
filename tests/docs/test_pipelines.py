"""docs/pipelines: the reference is current, and what the tutorial shows can be used."""

import re
import sys
from pathlib import Path

import pytest

from hdp.pipelines.model import check
from hdp.plugins import load

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.write_pipeline_docs import documents, outdated  # noqa: E402

FOLDER = ROOT / "docs" / "pipelines"
SHOWN = re.findall(r"```yaml\n(hdp: 1\n.*?)```", (FOLDER / "README.md").read_text("utf-8"), re.S)


def test_the_reference_is_what_the_schema_and_the_components_say(tmp_path):
    waiting = [one.id for one in load(tmp_path, safe=True).plugins if one.status != "ready"]
    if waiting:
        pytest.skip(f"on purpose: not ready on this machine: {', '.join(waiting)}")
    assert outdated(documents()) == [], "run: python -m tools.write_pipeline_docs"


@pytest.mark.parametrize("text", SHOWN, ids=range(len(SHOWN)))
def test_each_pipeline_of_the_tutorial_can_be_used(text, tmp_path):
    pipeline, findings = check(text, source="README.md", catalogue=load(tmp_path, safe=True))
    assert findings == [] and pipeline is not None


def test_the_tutorial_names_every_ready_pipeline():
    text = (FOLDER / "README.md").read_text("utf-8")
    names = [one.stem for one in (ROOT / "pipelines").glob("*.yaml")]
    assert [one for one in names if f"[{one}](../../pipelines/{one}.yaml)" not in text] == []
    assert len(SHOWN) >= 5
