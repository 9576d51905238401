"""The Files view in a real browser: lists, one item, models in 3D, pictures to look at closely."""

from __future__ import annotations

import io
import re
import shutil
import struct
from pathlib import Path

import pytest
from PIL import Image

from hdp.application import scanning

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 60_000  # ms: models are drawn and files opened by processes that a busy machine starts late

OBJ = """mtllib box.mtl
v -1 -1 0
v 1 -1 0
v 1 1 0
v -1 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
vn 0 0 1
usemtl red
f 1/1/1 2/2/1 3/3/1 4/4/1
"""
PLY = """ply
format ascii 1.0
element vertex 3
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
element face 1
property list uchar int vertex_indices
end_header
0 0 0 255 0 0
1 0 0 0 255 0
0 1 0 0 0 255
3 0 1 2
"""


def stl() -> bytes:
    """One triangle, binary."""
    corners = struct.pack("<12f", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0)
    return b"one triangle".ljust(80) + struct.pack("<I", 1) + corners + b"\0\0"


def glb(texture: bytes) -> bytes:
    """A textured triangle made with the library of the field, its picture inside."""
    trimesh = pytest.importorskip("trimesh", reason="on purpose: no trimesh")
    mesh = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    picture = Image.open(io.BytesIO(texture))
    mesh.visual = trimesh.visual.TextureVisuals(uv=[[0, 0], [1, 0], [0, 1]], image=picture)
    return bytes(mesh.export(file_type="glb"))


@pytest.fixture
def expect():
    api = pytest.importorskip("playwright.sync_api")
    api.expect.set_options(timeout=20_000)
    return api.expect


@pytest.fixture
def make(app, tmp_path):
    """Makes, scans and opens a project of the files in tmp_path/input."""

    def make(extensions, bundle="none"):
        spec = scanning.NewProject(
            tmp_path / "test.hdpc", "Test", "TST", tmp_path / "input", tmp_path / "output",
            {"extensions": extensions, "bundle": bundle},
        )  # fmt: skip
        scanning.create_project(app, spec)
        scanning.scan_project(app)

    (tmp_path / "input").mkdir()
    return make


@pytest.fixture
def models(make, tmp_path):
    folder = tmp_path / "input"
    (folder / "tex tures").mkdir()
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (220, 20, 20)).save(buffer, "PNG")
    (folder / "tex tures" / "red #1.png").write_bytes(buffer.getvalue())
    (folder / "box.obj").write_text(OBJ)
    (folder / "box.mtl").write_text("newmtl red\nmap_Kd -clamp on tex tures\\red #1.png\n")
    (folder / "cloth.ply").write_text(PLY)
    (folder / "part.stl").write_bytes(stl())
    (folder / "jar.glb").write_bytes(glb(buffer.getvalue()))
    (folder / "lost.obj").write_text(OBJ.replace("box.mtl", "lost.mtl"))
    (folder / "lost.mtl").write_text("newmtl red\nKd 0.8 0.1 0.1\nmap_Kd nowhere.png\n")
    Image.effect_noise((900, 600), 90).save(folder / "photo.jpg")
    Image.new("RGB", (300, 200), "teal").save(folder / "scan.tif")
    make([".obj", ".ply", ".stl", ".glb", ".jpg", ".tif"])


def go(page, place: str) -> None:
    page.goto(f"{page.url.split('#')[0]}#/{place}")


def show(page, name: str):
    page.reload()
    go(page, "files")
    page.get_by_role("link", name=name).click()


def pixels(page) -> dict[str, int]:
    """How many pixels of the 3D view are drawn, and how many of them are red."""
    page.locator("canvas[data-ready]").wait_for(timeout=SLOW)
    page.wait_for_function(
        "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))) || true",
        timeout=SLOW,
    )
    return page.evaluate(
        """() => { const from = document.querySelector('canvas[data-ready]')
        const to = document.createElement('canvas'); to.width = 200; to.height = 200
        const draw = to.getContext('2d'); draw.drawImage(from, 0, 0, 200, 200)
        const data = draw.getImageData(0, 0, 200, 200).data; let drawn = 0, red = 0
        for (let i = 0; i < data.length; i += 4) { if (data[i + 3] > 200) { drawn++
          if (data[i] > 120 && data[i + 1] < 90 && data[i + 2] < 90) red++ } }
        return { drawn, red } }"""
    )


def wait_for_pixels(page, wanted: str, right=None) -> dict[str, int]:
    right = right or (lambda found: found[wanted] > 500)
    for _ in range(120):
        found = pixels(page)
        if right(found):
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"nothing was drawn: {found}")


@pytest.mark.parametrize("name", ["draco", "meshopt"])
def test_a_compressed_model_is_drawn(page, make, tmp_path, name):
    # A red grid of 4 x 4 points, compressed with the formats' own encoders.
    model = Path(__file__).parent / "models" / f"{name}.glb"
    shutil.copy(model, tmp_path / "input")
    make([".glb"])
    show(page, name)
    assert wait_for_pixels(page, "red")["red"] > 500


def test_an_obj_is_drawn_with_its_texture(page, expect, models):
    show(page, "box")
    view = page.get_by_role("img", name=re.compile("3D view of box.obj"))
    expect(view).to_be_visible()
    assert wait_for_pixels(page, "red")["red"] > 500
    page.get_by_role("button", name="Textures").click()
    wait_for_pixels(page, "drawn", lambda found: found["red"] < 500 < found["drawn"])
    page.get_by_role("button", name="Wireframe").click()
    tree = page.get_by_role("region", name="Files of the item")
    expect(tree).to_contain_text("Material")
    expect(tree).to_contain_text("Texture")
    view.focus()
    for key in ("ArrowLeft", "ArrowUp", "+", "-", "0", "f"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Fit to view").click()
    tree.get_by_role("button", name=re.compile("^Show .*red #1.png")).click()
    expect(page.get_by_role("img", name=re.compile("red #1.png"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="box")).to_be_focused()


def test_a_bundle_is_looked_at_from_uploads(page, expect, models):
    page.reload()
    go(page, "uploads/prepare")
    page.get_by_role("row", name="box").get_by_role("button", name="View Bundle").click()
    dialog = page.get_by_role("dialog", name="View Bundle")
    expect(dialog).to_contain_text("3 files")
    assert wait_for_pixels(page, "red")["red"] > 500
    rows = dialog.get_by_role("region", name="Files of the item").get_by_role("row")
    expect(rows.filter(has_text="box.obj")).to_contain_text("Primary")
    expect(rows.filter(has_text="box.mtl")).to_contain_text("Material")
    rows.filter(has_text="red #1.png").get_by_role("button").click()
    expect(dialog.get_by_role("region", name=re.compile("^View of .*red #1.png"))).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("row", name="lost").get_by_role("button", name="View Bundle").click()
    expect(dialog.get_by_role("region", name="Report")).to_contain_text("nowhere.png")
    dialog.get_by_role("link", name="Open in Files").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("lost")


@pytest.mark.parametrize(
    ("name", "wanted"), [("jar", "red"), ("cloth", "drawn"), ("part", "drawn"), ("lost", "drawn")]
)
def test_other_models_are_drawn(page, expect, models, name, wanted):
    show(page, name)
    assert wait_for_pixels(page, wanted)


def test_pictures_are_looked_at_closely(page, expect, models):
    show(page, "photo")
    view = page.get_by_role("img", name=re.compile("^photo.jpg"))
    expect(view).to_be_visible()
    page.locator(".osd[data-ready]").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Zoom in").click()
    view.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Fit to view").click()
    show(page, "scan")
    page.locator(".osd[data-ready]").wait_for(timeout=SLOW)


def test_everything_by_keyboard_and_nothing_for_axe(page, expect, models):
    page.reload()
    go(page, "files")
    link = page.get_by_role("link", name="box")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    wait_for_pixels(page, "drawn")
    for place in ("item", "list"):
        if place == "list":
            page.get_by_role("link", name="All items").press("Enter")
            expect(link).to_be_focused()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            "() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })"
        )["violations"]
        assert [(one["id"], [n["html"][:200] for n in one["nodes"]]) for one in found] == []


def test_setting_aside_and_restoring(page, expect, models):
    page.reload()
    go(page, "files")
    page.get_by_role("checkbox", name="Select photo").check()
    page.get_by_label("Select Batch Action").select_option(label="Put aside")
    page.get_by_role("button", name="Execute").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Put aside")).to_be_disabled()
    dialog.get_by_label("Reason").fill("out of focus")
    dialog.get_by_role("button", name="Put aside").click()
    expect(page.get_by_role("link", name="photo")).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Set aside")).click()
    expect(page.get_by_role("table", name="Items")).to_contain_text("out of focus")
    page.get_by_role("checkbox", name="Select All").check()
    page.get_by_label("Select Batch Action").select_option(label="Restore")
    page.get_by_role("button", name="Execute").click()
    page.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(page.get_by_text("No item fits")).to_be_visible()


def test_hostile_names_are_text(page, expect, make, tmp_path):
    for name in (
        "<img src=x onerror=document.title='pwned'>.jpg",
        "a'\"&amp;%41#?.jpg",
        "new\nline.jpg",
    ):
        Image.new("RGB", (40, 40), "navy").save(tmp_path / "input" / name)
    make([".jpg"])
    for name in ("onerror", "amp;", "new"):
        show(page, re.compile(re.escape(name)))
        page.locator(".osd[data-ready]").wait_for(timeout=SLOW)
    assert "pwned" not in page.title()


def test_ten_thousand_items(page, expect, app, make, tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "input" / "first.jpg")
    make([".jpg"])
    fill(app, 10_000)
    page.reload()
    go(page, "files")
    table = page.get_by_role("table", name="Items")
    expect(table).to_have_attribute("aria-rowcount", "10002")
    assert table.get_by_role("row").count() < 80
    page.get_by_label("Order").select_option(label="Largest first")
    expect(table.get_by_role("row").nth(1)).to_contain_text("item 09999")
    page.get_by_role("button", name=re.compile("^Invalid")).click()
    expect(table).to_have_attribute("aria-rowcount", "101")
    page.get_by_role("button", name=re.compile("^All")).click()
    page.get_by_role("searchbox").fill("item 0123")
    expect(table).to_have_attribute("aria-rowcount", "12")
    page.get_by_role("checkbox", name="Select All").check()
    expect(page.get_by_role("region", name="Selection")).to_contain_text("11 selected")


def fill(app, count: int) -> None:
    """So many items of one file each, every hundredth damaged, without files on disk."""

    def write(connection) -> None:
        root = connection.execute("SELECT id FROM root WHERE name = 'input'").fetchone()[0]
        for n in range(count):
            status = "invalid" if n % 100 == 0 else "valid"
            file = connection.execute(
                "INSERT INTO file (root_id, path, size, mtime_ns, inode, media_type, status)"
                " VALUES (?, ?, ?, 0, 0, 'text/plain', ?)",
                (root, f"n/item {n:05}.txt", 1000 + n, status),
            ).lastrowid
            item = connection.execute(
                "INSERT INTO item (key, primary_file, created) VALUES (?, ?, '2026-11-23')",
                (f"item {n:05}", file),
            ).lastrowid
            connection.execute(
                "INSERT INTO item_file (item_id, file_id, role, position)"
                " VALUES (?, ?, 'primary', 0)",
                (item, file),
            )

    app.project.write(write)


class Hand:
    """The Files view with its dialogs, by role and name."""

    def __init__(self, page, expect):
        self.page, self.expect, self.dialog = page, expect, page.get_by_role("dialog")

    def item(self, name: str) -> None:
        show(self.page, re.compile(f"^{name}$"))

    def file(self, name: str, action: str) -> None:
        self.page.get_by_role("button", name=f"Actions for {name}").click()
        self.page.get_by_role("menuitem", name=action).click()

    def more(self, action: str) -> None:
        self.page.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=action).click()

    def files(self):
        return self.page.get_by_role("region", name="Files of the item")


@pytest.fixture
def hand(page, expect):
    return Hand(page, expect)


def test_merging_moving_splitting_and_the_rules_again(page, expect, make, make_folder, hand):
    make_folder(4)
    make([".jpg"])
    page.reload()
    go(page, "files")
    for name in ("photo_000", "photo_001"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    page.get_by_label("Select Batch Action").select_option(label="Merge into one item")
    page.get_by_role("button", name="Execute").click()
    page.keyboard.type("Bowl")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="photo_000")).to_have_count(0)
    expect(hand.dialog).to_have_count(0)
    hand.item("photo_002")
    expect(hand.files()).to_contain_text("photo_002.jpg")
    hand.item("Bowl")
    hand.file("photo_001.jpg", "Make it the primary file")
    expect(hand.files().get_by_role("row").nth(1)).to_contain_text("photo_001.jpg")
    hand.file("photo_000.jpg", "Move to another item...")
    hand.dialog.get_by_role("radio", name="photo_003").check()
    hand.dialog.get_by_role("button", name="Move").click()
    expect(hand.files()).not_to_contain_text("photo_000.jpg")
    hand.item("photo_003")
    hand.file("photo_000.jpg", "Split off as an item of its own")
    expect(page.get_by_role("heading", level=1)).to_have_text("photo_000")
    hand.item("Bowl")
    hand.more("Group by the rules again...")
    hand.dialog.get_by_role("button", name="Group by the rules").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("photo_001")


def test_adding_and_finding_again(page, expect, app, make, make_folder, tmp_path, hand):
    folder = make_folder(2)
    make([".jpg"])
    other = tmp_path / "elsewhere"
    (other / "new").mkdir(parents=True)
    (other / "new" / "broken.jpg").write_bytes(b"\xff\xd8 cut")
    (folder / "photo_001.jpg").rename(other / "renamed.jpg")
    page.reload()
    go(page, "files")
    page.get_by_role("button", name="Add files or folder...").click()
    hand.dialog.get_by_label("File or folder").fill(str(tmp_path / "nowhere"))
    hand.dialog.get_by_role("button", name="Add").click()
    expect(hand.dialog.get_by_role("alert")).to_contain_text("nowhere is not there")
    hand.dialog.get_by_label("File or folder").fill(str(other / "new"))
    hand.dialog.get_by_role("button", name="Add").click()
    row = page.get_by_role("row").filter(has_text="broken.jpg")
    expect(row).to_contain_text("Invalid", timeout=SLOW)  # opened without being asked to
    hand.item("photo_001")
    expect(page.get_by_text("This file is not where it was.")).to_be_visible()
    hand.more("Find again...")
    hand.dialog.get_by_label("Folder to look in").fill(str(other))
    hand.dialog.get_by_role("button", name="Find again").click()
    expect(hand.files()).to_contain_text("renamed.jpg", timeout=SLOW)
    expect(page.get_by_text("No file has a finding.")).to_be_visible(timeout=SLOW)
