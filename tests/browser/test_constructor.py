"""The Pipeline Constructor in a browser: form and YAML, saving, trying, by mouse and by keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hdp.yaml_source import load

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def expect():
    return pytest.importorskip("playwright.sync_api").expect


def go(page, place: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{place}")


@pytest.fixture
def copied(page, project):
    """A copy of Web copies, open in the constructor."""
    page.reload()
    go(page, "pipelines")
    page.get_by_role("button", name="Copy Web copies...").click()
    dialog = page.get_by_role("dialog", name="Copy the pipeline")
    dialog.get_by_label("Name", exact=True).fill("My copies")
    dialog.get_by_role("button", name="Make Copy").click()
    editor(page).wait_for()
    return project.folder / "pipelines" / "my-copies.yaml"


def editor(page):
    return page.get_by_role("textbox", name="Pipeline as YAML")


def test_the_form_writes_the_yaml_and_keeps_comments(page, expect, copied):
    before = copied.read_text(encoding="utf-8")
    form = page.get_by_role("region", name="Form")
    form.get_by_label("format", exact=True).select_option(label="webp")
    expect(editor(page)).to_contain_text("format: webp")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The pipeline is saved.").first).to_be_visible()
    assert copied.read_text(encoding="utf-8") == before.replace("format: jpeg", "format: webp")


def test_needs_and_limits_are_set_in_the_form(page, expect, copied):
    form = page.get_by_role("region", name="Form")
    form.get_by_label("Needs the DOI").check()
    expect(editor(page)).to_contain_text("needs: doi")
    form.get_by_label("At most").first.fill("3000")
    form.get_by_label("At most").first.press("Tab")
    expect(editor(page)).to_contain_text("max: 3000")
    form.get_by_label("Only these").first.fill("800, 2000")
    form.get_by_label("Only these").first.press("Tab")
    expect(editor(page)).to_contain_text("choices: [800, 2000]")
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The pipeline is saved.").first).to_be_visible()
    said = load(copied.read_text(encoding="utf-8")).plain()
    assert said["needs"] == "doi"
    (asked,) = said["params"].values()
    assert (asked["max"], asked["choices"]) == (3000, [800, 2000])


def test_the_yaml_changes_the_form_and_tells_its_problems(page, expect, copied):
    form = page.get_by_role("region", name="Form")
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("needs: dio\nuplaod: []\n")
    problems = page.get_by_role("list", name="Problems").get_by_role("listitem")
    expect(problems).to_have_count(2)
    expect(problems.filter(has_text="Did you mean upload?")).to_contain_text(
        re.compile(r"line \d+")
    )
    expect(page.get_by_role("button", name="Try on a File...")).to_be_disabled()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("hdp: 1\nname: By hand\nsteps: []\n")
    expect(page.get_by_role("heading", level=1)).to_have_text("By hand")
    expect(form.get_by_text("No step yet")).to_be_visible()
    expect(page.get_by_text("No problems")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("hdp: [1\n")
    expect(form.get_by_text("The YAML cannot be read just now")).to_be_visible()


def test_a_step_is_added_wired_moved_and_removed(page, expect, copied):
    form = page.get_by_role("region", name="Form")
    form.get_by_role("button", name="Add Step...").click()
    picker = page.get_by_role("dialog", name="Choose a component")
    picker.get_by_label("Search components").fill("image metadata")
    picker.get_by_role("button", name=re.compile("image.metadata")).click()
    expect(editor(page)).to_contain_text("uses: image.metadata@1")
    step = form.get_by_role("group", name="Step metadata", exact=True)
    wire = step.get_by_role("checkbox", name=re.compile("inputs.photos"))
    expect(wire).to_be_checked()
    step.get_by_role("checkbox", name=re.compile("small.images")).check()
    form.get_by_role("button", name="Move metadata up").click()  # at once: nothing is lost
    expect(editor(page)).to_contain_text("images: [inputs.photos, small.images]")
    items = form.get_by_role("list", name="Steps", exact=True).locator("> li")
    expect(items.first).to_contain_text("metadata")
    expect(page.get_by_role("list", name="Problems")).to_contain_text('no earlier step "small"')
    form.get_by_role("button", name="Remove metadata", exact=True).click()
    expect(items).to_have_count(1)
    expect(editor(page)).not_to_contain_text("image.metadata")


def test_a_step_gets_another_name_everywhere(page, expect, copied):
    page.get_by_role("region", name="Form").get_by_label("Name of the step").fill("tiny")
    page.keyboard.press("Tab")
    expect(editor(page)).to_contain_text("upload: [inputs.photos, tiny.images]")
    expect(page.get_by_text("No problems")).to_be_visible()


def test_metadata_rules_are_made_in_the_form(page, expect, copied):
    form = page.get_by_role("region", name="Form")
    form.get_by_role("button", name="Add Metadata Rule").click()
    rule = form.get_by_role("group", name="Metadata rule 1")
    rule.get_by_label("What may happen to description").select_option(label="Overwrite")
    expect(editor(page)).to_contain_text("metadata:")
    expect(editor(page)).to_contain_text("overwrite: [description]")


def test_saving_never_overwrites_what_somebody_else_wrote(page, expect, copied):
    page.get_by_role("region", name="Form").get_by_label("quality", exact=True).fill("70")
    page.keyboard.press("Tab")
    expect(editor(page)).to_contain_text("quality: 70")
    theirs = copied.read_text(encoding="utf-8") + "# theirs\n"
    copied.write_text(theirs, encoding="utf-8")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Somebody else changed this pipeline")
    expect(dialog).to_be_visible()
    assert copied.read_text(encoding="utf-8") == theirs
    dialog.get_by_role("button", name="Save as a copy...").click()
    copy = page.get_by_role("dialog", name="Copy the pipeline")
    copy.get_by_label("Name", exact=True).fill("Mine")
    copy.get_by_role("button", name="Make Copy").click()
    expect(page).to_have_url(re.compile("#/pipelines/mine$"))
    assert "quality: 70" in (copied.parent / "mine.yaml").read_text(encoding="utf-8")
    assert copied.read_text(encoding="utf-8") == theirs


def test_leaving_asks_where_something_is_not_saved(page, expect, copied):
    page.get_by_role("region", name="Form").get_by_label("What it does").fill("Other words")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("link", name="Dashboard").click()
    dialog = page.get_by_role("dialog", name="The pipeline is not saved")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    assert "help: Other words" in copied.read_text(encoding="utf-8")


def test_a_pipeline_is_deleted_and_comes_back(page, expect, copied):
    text = copied.read_text(encoding="utf-8")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete...").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pipelines")
    assert not copied.exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="My copies")).to_be_visible()
    assert copied.read_text(encoding="utf-8") == text


def test_try_on_a_file_shows_before_and_after(page, expect, copied, app, project):
    page.get_by_role("button", name="Try on a File...").click()
    dialog = page.get_by_role("dialog", name="Try on a File")
    expect(dialog.get_by_label("Record")).not_to_have_value("")
    dialog.get_by_role("button", name="Try", exact=True).click()
    result = dialog.get_by_role("region", name="Result")
    expect(result).to_contain_text("1 file made")
    expect(result.get_by_role("figure", name="Before")).to_contain_text("photo_000.jpg")
    expect(result.get_by_role("figure", name="After")).to_contain_text("photo_000_web.jpg")
    expect(result.locator("[data-ready]")).to_have_count(2)
    output = project.root_dir("output")
    assert not output.exists() or not list(output.iterdir())
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(dialog).to_be_hidden()
    page.wait_for_function("() => fetch('/api/constructor/tries/1').then((a) => a.status === 404)")
    assert not list((app.home / "work").glob("try-*"))


def test_completion_knows_components_and_files(page, expect, copied):
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("hdp: 1\nname: x\ninputs: {photos: [image/*]}\nsteps:\n  - id: a\n")
    expect(page.get_by_text("No problems")).not_to_be_visible()
    page.keyboard.type("    uses: image.re", delay=5)
    option = page.get_by_role("option", name=re.compile("image.resize@1"))
    expect(option).to_be_visible()
    option.click()
    expect(editor(page)).to_contain_text("uses: image.resize@1")


def test_everything_by_keys_and_nothing_for_axe(page, expect, copied):
    page.emulate_media(reduced_motion="reduce")  # colours on their way have no contrast yet
    form = page.get_by_role("region", name="Form")
    toggle = form.get_by_role("button", name=re.compile("small"), expanded=True)
    toggle.focus()
    page.keyboard.press("Enter")
    expect(form.get_by_role("button", name=re.compile("small"), expanded=False)).to_be_focused()
    page.keyboard.press("Enter")
    if not AXE.is_file():
        pytest.skip("accessibility: frontend/node_modules is not there")
    found = []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for opener in ("", "Add Step...", "Try on a File..."):
        if opener:
            page.get_by_role("button", name=opener).click()
            page.get_by_role("dialog").wait_for()
        result = page.evaluate("axe.run()")
        found += [
            f"{opener}: {one['id']}: {one['nodes'][0]['html']}" for one in result["violations"]
        ]
        if opener:
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
    assert found == []


def test_a_new_pipeline_from_nothing(page, expect, project):
    page.reload()
    go(page, "pipelines")
    page.get_by_role("button", name="New Pipeline...").click()
    dialog = page.get_by_role("dialog", name="New Pipeline")
    dialog.get_by_label("Name", exact=True).fill("Kleine Bilder")
    page.keyboard.press("Enter")
    form = page.get_by_role("region", name="Form")
    form.get_by_role("button", name="Add Step...").click()
    picker = page.get_by_role("dialog", name="Choose a component")
    picker.get_by_role("button", name=re.compile("image.resize")).click()
    expect(editor(page)).to_contain_text("upload: [inputs.files, resize.images]")
    expect(page.get_by_text("No problems")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    text = (project.folder / "pipelines" / "kleine-bilder.yaml").read_text(encoding="utf-8")
    step = load(text).plain()["steps"][0]
    assert step["in"] == {"images": "inputs.files"} and step["names"] == "{stem}_resize{ext}"
