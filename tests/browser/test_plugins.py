"""Plugins > Install...: from a file to a step that runs, and away again, by hand and by key."""

from __future__ import annotations

import zipfile

import pytest

pytestmark = pytest.mark.browser

CODE = """
from hdp.sdk import Component, Modality, Result, Source, hookimpl
def read(path):
    return [["name"]]
@hookimpl
def hdp_sources():
    return [Source("watermark.list", "List of marks", read, (".marks",))]
@hookimpl
def hdp_modalities():
    return [Modality("marked", "Marked pictures")]
class Mark(Component):
    id, title = "watermark.mark", "Mark pictures"
    def run(self, step):
        return Result()
@hookimpl
def hdp_components():
    return [Mark]
"""
MANIFEST = """id = "watermark"
name = "Watermark"
version = "0.1.0"
summary = "Writes a mark on pictures."
sdk = ["1"]
components = ["watermark.mark"]
hosts = ["marks.example.org"]
secrets = ["key"]
"""


def pack(place, code=CODE):
    with zipfile.ZipFile(place, "w") as made:
        made.writestr("watermark/__init__.py", code)
        made.writestr("watermark/plugin.toml", MANIFEST)
    return str(place)


def test_install_switch_on_replace_and_remove(page, app, tmp_path):
    from playwright.sync_api import expect

    page.goto(page.url.split("#")[0] + "#/plugins")
    page.get_by_role("button", name="Install...").click()
    dialog = page.get_by_role("dialog", name="Install Plugin")
    field = dialog.get_by_label("File or folder of the plugin")
    field.fill(str(tmp_path / "nothing.zip"))
    dialog.get_by_role("button", name="Install", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is nothing")
    field.fill(pack(tmp_path / "w.zip"))
    dialog.get_by_role("button", name="Install", exact=True).click()

    trust = page.get_by_role("dialog", name="Switch On Watermark")
    expect(trust).to_contain_text("marks.example.org")
    expect(trust).to_contain_text("it can do whatever you can do")
    assert "watermark.mark" not in app.catalogue.components
    trust.get_by_role("button", name="Leave It Off").click()
    row = page.get_by_role("row").filter(has_text="Watermark")
    expect(row).to_contain_text("Disabled")

    row.get_by_role("button", name="Actions of Watermark").click()
    page.get_by_role("menuitem", name="Switch On...").click()
    trust.get_by_role("button", name="Switch On").press("Enter")
    expect(row).to_contain_text("Ready")
    for brought in ("Mark pictures", "Tables: List of marks (.marks)", "Material: Marked pictures"):
        expect(row).to_contain_text(brought)

    page.get_by_role("button", name="Install...").click()
    field.fill(pack(tmp_path / "w2.zip", "raise RuntimeError('out of luck')"))
    dialog.get_by_role("button", name="Install", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("is installed already")
    dialog.get_by_role("button", name="Replace It").click()
    expect(row).to_contain_text("RuntimeError: out of luck")
    expect(row).to_contain_text("Broken")

    row.get_by_role("button", name="Actions of Watermark").click()
    page.get_by_role("menuitem", name="Remove...").click()
    page.get_by_role("dialog", name="Remove Watermark").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    assert not (app.home / "plugins").exists()
