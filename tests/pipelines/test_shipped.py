"""Every pipeline file that is shipped is right, by our check and by its JSON Schema."""

from pathlib import Path

import jsonschema
import pytest

from hdp.pipelines.model import check
from hdp.pipelines.schema import make_schema
from hdp.plugins import load
from hdp.yaml_source import load as load_yaml

FILES = sorted((Path(__file__).parents[2] / "pipelines").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda one: one.stem)
def test_shipped_pipeline_is_valid(path, tmp_path):
    catalogue = load(tmp_path, safe=True)
    text = path.read_text(encoding="utf-8")
    pipeline, findings = check(text, source=path.name, catalogue=catalogue)
    assert findings == []
    assert pipeline is not None and pipeline.name and pipeline.help
    jsonschema.validate(load_yaml(text).plain(), make_schema(catalogue))


def test_all_four_are_there():
    names = {one.stem for one in FILES}
    assert {"web-copies", "mesh-publish", "photo-metadata", "no-processing"} <= names


def test_schema_refuses_what_the_check_refuses(tmp_path):
    schema = make_schema(load(tmp_path, safe=True))
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"hdp": 1, "name": "x", "steps": []}
    jsonschema.validate(good, schema)
    for bad in (
        {"steps": [{"id": "a", "uses": "image.rezise"}]},
        {"metadata": {"fill": ["titel"]}},
        {"upload": "small"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(good | bad, schema)
