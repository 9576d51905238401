"""The New Project wizard, walked by role and name in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from hdp.project import items

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def expect():
    api = pytest.importorskip("playwright.sync_api")
    api.expect.set_options(timeout=20_000)  # a busy machine is no defect
    return api.expect


@pytest.fixture
def models(tmp_path):
    """Two models, one with a texture below and one without its material; a report; a picture."""
    folder = tmp_path / "input"
    (folder / "textures").mkdir(parents=True)
    mesh = "mtllib {}.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    for name in ("site042_main", "site043_main"):
        (folder / f"{name}.obj").write_text(mesh.format(name))
    (folder / "site042_main.mtl").write_text("newmtl a\nmap_Kd textures/wood.jpg\n")
    Image.new("RGB", (64, 48), (120, 80, 40)).save(folder / "textures" / "wood.jpg")
    for number in range(3):
        Image.new("RGB", (64, 48), (40 * number, 90, 90)).save(folder / f"site042_{number}.jpg")
    (folder / "contract.docx").write_bytes(b"PK\x03\x04 no real document")
    return folder


class Wizard:
    def __init__(self, page, expect, tmp_path):
        self.page, self.expect, self.tmp_path = page, expect, tmp_path

    def next(self, title: str) -> None:
        self.page.get_by_role("button", name="Next").click()
        self.at(title)

    def at(self, title: str) -> None:
        heading = self.page.get_by_role("heading", level=1)
        self.expect(heading).to_have_text(title, timeout=20_000)

    def to_options(self, folder, *templates: str) -> None:
        page = self.page
        page.get_by_role("button", name="New Project").click()
        page.get_by_label("Project name").fill("Wizard")
        page.get_by_label("Folder of the project file").fill(str(self.tmp_path))
        self.next("Modality Templates")
        for one in templates:
            page.get_by_role("checkbox", name=re.compile(one)).check()
        self.next("Data Paths")
        page.get_by_label("Folder of your files").fill(str(folder))
        self.expect(page.get_by_label("Output folder")).to_have_value(f"{folder}-hdp-output")
        self.next("File Scan Options")

    def to_review(self, folder, *templates: str) -> None:
        self.to_options(folder, *templates)
        self.next("Review Found Files")
        self.looked()

    def looked(self) -> None:
        """The look at the folder is at its end."""
        rescan = self.page.get_by_role("button", name="Fix and re-scan")
        self.expect(rescan).to_be_visible(timeout=60_000)

    def row(self, name: str):
        return self.page.get_by_role("row").filter(has_text=re.compile(name)).first

    def select(self, *names: str) -> None:
        for one in names:
            self.page.get_by_role("checkbox", name=f"Select {one}", exact=True).check()

    def create(self) -> None:
        self.next("Complete")
        self.page.get_by_role("button", name="Create Project").click()
        self.at("Dashboard")


@pytest.fixture
def wizard(page, expect, tmp_path):
    return Wizard(page, expect, tmp_path)


def done(app):
    for job in list(app.jobs.running()):
        assert app.jobs.wait(job, timeout=60)
    for job in list(app.jobs.running()):
        assert app.jobs.wait(job, timeout=60)
    return {one.key: one for one in app.project.read(items.list_items)}


def test_models_with_textures(wizard, page, expect, models, app, tmp_path):
    wizard.to_review(models, "3D Model")
    expect(wizard.row("site042_main")).to_contain_text("3 files")
    page.get_by_role("button", name="Files of site042_main").click()
    expect(wizard.row("wood.jpg")).to_contain_text("Texture")
    page.get_by_role("button", name=re.compile("Material missing: report of site043_main")).click()
    report = page.get_by_role("complementary", name="Report")
    expect(report).to_contain_text("site043_main.mtl")
    (models / "site043_main.mtl").write_text("newmtl a\n")
    page.get_by_role("button", name="Fix and re-scan").click()
    expect(
        page.get_by_role("button", name=re.compile("Valid: report of site043_main"))
    ).to_be_visible()
    wizard.at("Review Found Files")
    expect(wizard.row("wood.jpg")).to_be_visible()
    assert not list(tmp_path.glob("*.hdpc")) and not Path(f"{models}-hdp-output").exists()
    wizard.create()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The project is made")
    dialog.get_by_role("button", name="Configure Mapping").click()
    wizard.at("Mapping")
    assert sorted(done(app)) == ["site042_main", "site043_main"]


def test_live_example_and_a_bad_pattern(wizard, page, expect, models):
    wizard.to_options(models, "3D Model", "Image")
    example = page.get_by_role("region", name="For example")
    page.set_viewport_size({"width": 683, "height": 384})  # 1366 pixels at 200 % zoom
    mode = page.get_by_role("radio", name=re.compile("Each subfolder")).locator("xpath=..")
    assert mode.bounding_box()["width"] > 400
    assert example.bounding_box()["y"] > mode.bounding_box()["y"]  # below it, not over it
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_label("How files become records").select_option("suffix")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Type a pattern.").first).to_be_visible()
    page.get_by_label("Suffix").fill("_[a-z0-9+")
    expect(page.get_by_role("alert")).to_contain_text("at character 2")
    page.get_by_role("button", name="Next").click()
    wizard.at("File Scan Options")
    page.get_by_label("Suffix").fill("_[a-z0-9]+")
    expect(example).to_contain_text("site042_main.obj")
    expect(example).to_contain_text("2 records from 5 files")
    page.get_by_role("radio", name=re.compile("Each subfolder")).check()
    expect(example).to_contain_text("textures/wood.jpg")
    page.get_by_role("radio", name=re.compile("Files of the folder")).check()
    page.get_by_role("button", name="Remove .jpg").click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("checkbox", name=re.compile("Audio")).check()
    wizard.next("Data Paths")
    wizard.next("File Scan Options")
    expect(page.get_by_label("Suffix")).to_have_value("_[a-z0-9]+")
    expect(page.get_by_role("button", name="Add .jpg", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Remove .wav")).to_be_visible()


def test_groups_by_a_table(wizard, page, expect, models):
    rows = "file,object\nsite042_0.jpg,Bowl\nsite042_1.jpg,Bowl\nsite042_2.jpg,Jar\n"
    (models / "objects.csv").write_text(rows)
    wizard.to_options(models, "Image")
    page.get_by_label("How files become records").select_option("table")
    page.get_by_label("Table").fill(str(models / "objects.csv"))
    page.get_by_label("Column of the file names").select_option("file")
    page.get_by_label("Column of the groups").select_option("object")
    expect(page.get_by_role("region", name="For example")).to_contain_text("Bowl")
    wizard.next("Review Found Files")
    wizard.looked()
    expect(wizard.row("Bowl")).to_contain_text("2 files")


def test_by_hand_and_set_aside_survive(wizard, page, expect, make_folder, app):
    wizard.to_review(make_folder(6), "Image")
    bar = page.get_by_role("region", name="Selection")
    wizard.select("photo_000", "photo_001", "photo_002")
    bar.get_by_role("button", name="Merge...").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the item").fill("Bowl")
    dialog.get_by_role("button", name="Merge").click()
    expect(wizard.row("Bowl")).to_contain_text("3 files")
    wizard.looked()
    page.get_by_role("button", name="Files of Bowl").click()
    wizard.select("photo_002.jpg")
    bar.get_by_role("button", name="Split off").click()
    expect(wizard.row("Bowl")).to_contain_text("2 files")
    wizard.looked()
    wizard.select("photo_001.jpg")
    bar.get_by_role("button", name="Make primary").click()
    expect(page.get_by_role("row").filter(has_text="photo_001.jpg")).to_contain_text("Primary")
    wizard.looked()
    page.get_by_role("checkbox", name="Select photo_003", exact=True).check()
    bar.get_by_role("button", name="Set aside...").click()
    dialog.get_by_label("Reason").fill("Not ours")
    dialog.get_by_role("button", name="Put aside").click()
    expect(wizard.row("photo_003")).to_contain_text("Set aside")
    wizard.looked()
    wizard.select("photo_004", "photo_005")
    bar.get_by_role("button", name="Merge...").click()
    dialog.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("row").filter(has_text="photo_005")).to_have_count(0)
    wizard.looked()
    bar.get_by_role("button", name="Undo").click()
    expect(wizard.row("photo_005")).to_be_visible()
    wizard.looked()
    wizard.create()
    made = done(app)
    assert sorted(made) == ["Bowl", "photo_002", "photo_003", "photo_004", "photo_005"]
    assert [one.path for one in made["Bowl"].files] == ["photo_001.jpg", "photo_000.jpg"]
    assert made["photo_003"].set_aside == "Not ours"


def test_office_documents_are_flagged(wizard, page, expect, models):
    wizard.to_options(models, "3D Model")
    page.get_by_role("radio", name=re.compile("^Both")).check()
    page.get_by_label("Another file type").fill("docx")
    page.get_by_label("Another file type").press("Enter")
    wizard.next("Review Found Files")
    wizard.looked()
    report = page.get_by_role("complementary", name="Report")
    expect(report).to_contain_text(".docx")
    expect(report).to_contain_text("1 office document would be published")


def test_ten_thousand_files(wizard, page, expect, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"note_{number:05}.txt").write_text(f"note {number}\n")
    wizard.to_options(folder, "Text")
    page.get_by_role("button", name="Next").click()
    expect(wizard.row("note_00003")).to_be_visible()  # before all files are opened
    report = page.get_by_role("complementary", name="Report")
    expect(report).to_contain_text("10,000 records with a DOI each")
    table = page.get_by_role("region", name="Found files")
    table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    expect(page.get_by_text("note_09999", exact=True)).to_be_visible()
    assert page.get_by_role("row").count() < 100
    page.get_by_placeholder("File or item name").fill("note_0512")
    expect(page.get_by_text("note_05123", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel").or_(
        page.get_by_role("button", name="Fix and re-scan")
    ).first.click()
    wizard.at("Review Found Files")


def test_an_existing_project_is_refused(wizard, page, expect, make_folder, tmp_path):
    (tmp_path / "wizard.hdpc").write_text("mine")
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Wizard")
    page.get_by_label("Folder of the project file").fill(str(tmp_path))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("exists already")
    wizard.at("Project Details")
    assert (tmp_path / "wizard.hdpc").read_text() == "mine"


def test_what_is_typed_is_not_mixed_with_what_is_proposed(page, expect, wizard):
    held = []
    page.route(re.compile("/api/folders"), lambda route: held.append(route))
    with page.expect_request(re.compile("/api/folders")):
        page.get_by_role("button", name="New Project").click()
    field = page.get_by_label("Folder of the project file")
    field.focus()
    with page.expect_response(re.compile("/api/folders")):
        held.pop(0).continue_()
    page.unroute(re.compile("/api/folders"))
    page.get_by_label("Project name").fill("Wizard")
    expect(field).to_have_value("")
    field.press_sequentially(str(wizard.tmp_path / "gone"))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("is not there")
    field.fill(str(wizard.tmp_path))
    expect(page.get_by_role("alert")).to_have_count(0)
    wizard.next("Modality Templates")


def test_a_dropped_folder_in_a_browser(wizard, page, expect):
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Wizard")
    page.get_by_label("Folder of the project file").fill(str(wizard.tmp_path))
    wizard.next("Modality Templates")
    page.get_by_role("checkbox", name=re.compile("Image")).check()
    wizard.next("Data Paths")
    page.get_by_role("heading", level=1).evaluate(
        """one => { const data = new DataTransfer(); data.items.add(new File([''], 'scans'));
        one.dispatchEvent(new DragEvent('drop', {bubbles: true, dataTransfer: data})) }"""
    )
    expect(page.get_by_text("does not tell where “scans” lies")).to_be_visible()


def test_what_the_window_drops_is_taken(wizard, page, expect, app, make_folder):
    from hdp.events import Dropped

    folder = make_folder(2)
    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Wizard")
    page.get_by_label("Folder of the project file").fill(str(wizard.tmp_path))
    wizard.next("Modality Templates")
    page.get_by_role("checkbox", name=re.compile("Image")).check()
    wizard.next("Data Paths")
    app.bus.emit(Dropped([str(folder)]))
    expect(page.get_by_label("Folder of your files")).to_have_value(str(folder))
    expect(page.get_by_text("4 files, ")).to_be_visible()


def test_by_keyboard_only(wizard, page, expect, make_folder, app, tmp_path):
    folder = make_folder(2)
    key = page.keyboard.press
    page.get_by_role("button", name="New Project").focus()
    key("Enter")
    wizard.at("Project Details")

    def to(locator):
        for _ in range(60):
            if locator.evaluate("one => one === document.activeElement"):
                return
            key("Tab")
        raise AssertionError("the keyboard does not get there")

    def forth(title):
        to(page.get_by_role("button", name="Next"))
        key("Enter")
        wizard.at(title)

    to(page.get_by_label("Project name"))
    page.keyboard.type("Wizard")
    to(page.get_by_label("Folder of the project file"))
    key("ControlOrMeta+A")
    page.keyboard.type(str(tmp_path))
    forth("Modality Templates")
    to(page.get_by_role("checkbox", name=re.compile("Image")))
    key("Space")
    forth("Data Paths")
    field = page.get_by_role("combobox", name="Folder of your files")
    to(field)
    page.keyboard.type(f"{tmp_path}/inp")
    expect(page.get_by_role("option", name="input")).to_be_visible()
    key("ArrowDown")
    key("Enter")
    expect(field).to_have_value(str(folder))
    forth("File Scan Options")
    forth("Review Found Files")
    wizard.looked()
    page.get_by_role("heading", level=1).focus()
    to(page.get_by_role("checkbox", name="Select photo_000", exact=True))
    key("Space")
    to(page.get_by_role("checkbox", name="Select photo_001", exact=True))
    key("Space")
    page.get_by_role("heading", level=1).focus()
    to(page.get_by_role("button", name="Merge..."))
    key("Enter")
    page.keyboard.type("Pair")
    key("Enter")
    expect(wizard.row("Pair")).to_contain_text("2 files")
    wizard.looked()
    to(page.get_by_role("button", name=re.compile("report of Pair")))
    key("Enter")
    expect(page.get_by_role("complementary", name="Report")).to_contain_text("Names in the record")
    forth("Complete")
    to(page.get_by_role("button", name="Create Project"))
    key("Enter")
    wizard.at("Dashboard")
    assert sorted(done(app)) == ["Pair"]


def test_axe_finds_nothing_on_any_step(wizard, page, expect, models):
    if not AXE.is_file():
        pytest.skip("accessibility: frontend/node_modules is not there")
    found = []

    def check(step: str) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run()")
        found.extend(f"{step}: {one['id']}: {one['help']}" for one in result["violations"])

    page.get_by_role("button", name="New Project").click()
    page.get_by_label("Project name").fill("Wizard")
    page.get_by_label("Folder of the project file").fill(str(wizard.tmp_path))
    check("details")
    wizard.next("Modality Templates")
    page.get_by_role("checkbox", name=re.compile("3D Model")).check()
    check("templates")
    wizard.next("Data Paths")
    page.get_by_label("Folder of your files").fill(str(models))
    page.get_by_role("button", name="Add texture folder").click()
    check("paths")
    wizard.next("File Scan Options")
    page.get_by_label("How files become records").select_option("core")
    page.get_by_label("Pattern").fill("(")
    expect(page.get_by_role("alert")).to_be_visible()
    check("options")
    page.get_by_label("Pattern").fill("site[0-9]+")
    wizard.next("Review Found Files")
    wizard.looked()
    check("review")
    page.get_by_role("button", name=re.compile("^Files of")).first.click()
    page.get_by_role("button", name=re.compile("report of")).first.click()
    expect(page.get_by_text("Names in the record")).to_be_visible()
    check("report")
    wizard.next("Complete")
    check("complete")
    assert found == []


def test_a_reload_keeps_the_answers(wizard, page, expect, models):
    wizard.to_options(models, "3D Model")
    page.get_by_label("How files become records").select_option("suffix")
    page.get_by_label("Suffix").fill("_main")
    page.reload()
    wizard.at("File Scan Options")
    expect(page.get_by_label("Suffix")).to_have_value("_main")
    page.get_by_role("button", name="Close, keep as unfinished").click()
    page.reload()
    page.get_by_role("button", name="New Project").click()
    wizard.at("File Scan Options")
    wizard.next("Review Found Files")
    wizard.looked()
    page.reload()
    wizard.at("Review Found Files")
    wizard.looked()
    wizard.create()
    page.goto(page.url.split("#")[0] + "#/new")
    wizard.at("Project Details")
    expect(page.get_by_label("Project name")).to_have_value("")
