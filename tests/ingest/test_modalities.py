"""Kinds of collection: data, combined, and from plugins."""

from pathlib import Path

import pytest

from hdp.ingest.modalities import combine, known_modalities, modalities
from hdp.ingest.options import BUNDLES
from hdp.plugins import check_plugin, load
from hdp.sdk import Modality

ROOT = Path(__file__).parents[2]


def test_the_built_in_kinds_are_whole():
    kinds = known_modalities()
    assert list(kinds) == [
        "image", "model", "audio", "video", "document", "software", "data", "multimodal",
    ]  # fmt: skip
    assert [one.title for one in kinds.values()] == [
        "Image / Photography", "3D Model", "Audio", "Video", "Text / Document", "Software",
        "Structured Information", "Multimodal Dataset",
    ]  # fmt: skip
    texts = [one.read_text("utf-8") for one in (ROOT / "pipelines").glob("*.yaml")]
    for one in kinds.values():
        assert one.summary.endswith(".") and one.extensions and one.bundle in BUNDLES
        assert one.primary in ("", *one.extensions) and one.pipelines
        for pipeline in one.pipelines:
            assert any(f"\nname: {pipeline}\n" in text for text in texts), pipeline


def test_several_kinds_together():
    kinds = known_modalities()
    both = combine([kinds["image"], kinds["model"], kinds["multimodal"]])
    assert both.extensions[:2] == (".jpg", ".jpeg") and ".obj" in both.extensions
    assert len(both.extensions) == len(set(both.extensions))
    assert both.bundle == "stem" and both.primary == ".obj"
    assert both.pipelines[0] == "Web copies"
    assert combine([]) == type(both)()


def test_a_kind_of_a_plugin_joins_and_replaces_none():
    own = Modality("coin", "Coins", extensions=(".rti",))
    kinds = known_modalities({"coin": own, "image": own})
    assert kinds["coin"] is own and kinds["image"].title == modalities()["image"]["title"]


def plugin(tmp_path: Path, given: str) -> Path:
    folder = tmp_path / "coins"
    folder.mkdir()
    (folder / "plugin.toml").write_text(
        'id = "coins"\nname = "Coins"\nversion = "1.0"\nsdk = ["1"]\n'
    )
    start = "from hdp.sdk import Modality, hookimpl\n@hookimpl\ndef hdp_modalities():\n"
    (folder / "__init__.py").write_text(f"{start}    return [{given}]\n")
    return folder


def test_a_plugin_brings_a_kind(tmp_path):
    folder = plugin(tmp_path, "Modality('coin', 'Coins', 'Coins.', ['.rti'], 'stem', '.rti')")
    assert check_plugin(folder).status == "ready"
    assert load(tmp_path / "home", extra=[folder]).modalities["coin"].extensions == [".rti"]


@pytest.mark.parametrize(
    "given",
    ["'coin'", "Modality('', 'Coins')", "Modality('coin', ' ')",
     "Modality('coin', 'Coins', extensions='.rti')", "Modality('coin', 'Coins', '', ['RTI'])",
     "Modality('coin', 'Coins'), Modality('coin', 'More')"],
)  # fmt: skip
def test_a_kind_that_is_not_whole_makes_the_plugin_broken(tmp_path, given):
    status = check_plugin(plugin(tmp_path, given))
    assert status.status == "broken" and "odality" in status.reason
