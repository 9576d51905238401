"""Where a name is looked for, what counts as found, and what is never gone to."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.ingest import ScanOptions, scan
from hdp.ingest.formats.wavefront import after_options
from hdp.ingest.lookup import Index, Lookup
from hdp.ingest.walk import Found


def lookup(contents: dict[str, str], dirs=(), links=None) -> Lookup:
    index = Index([Found(one, 1, 1, 1) for one in contents], links or {})
    return Lookup(index, dirs, lambda one, other: contents[one] == contents[other])


@pytest.mark.parametrize(
    ("contents", "dirs", "found", "rivals"),
    [
        ({"m/t.png": "1"}, (), "m/t.png", ()),
        ({"m/t.png": "1", "tex/t.png": "2"}, ("tex",), "m/t.png", ("tex/t.png",)),
        ({"m/t.png": "1", "tex/t.png": "1"}, ("tex",), "m/t.png", ()),
        # Named only where the first two places have nothing: an exact path is not in doubt.
        ({"m/t.png": "1", "m/old/t.png": "2"}, (), "m/t.png", ()),
        ({"tex/t.png": "1", "m/old/t.png": "2"}, ("tex",), "tex/t.png", ()),
        ({"m/a/t.png": "1", "m/b/t.png": "2"}, (), "m/a/t.png", ("m/b/t.png",)),
        ({"m/a/t.png": "1", "m/b/t.png": "1"}, (), "m/a/t.png", ()),
        ({"a/t.png": "1", "b/t.png": "2"}, ("b", "a"), "b/t.png", ("a/t.png",)),
        ({"other/t.png": "1"}, (), "", ()),
        ({"//0/t.png": "1"}, ("//0",), "//0/t.png", ()),
        ({"m/T.png": "1", "m/t.PNG": "2"}, (), "m/T.png", ("m/t.PNG",)),
    ],
)
def test_the_three_places(contents, dirs, found, rivals):
    hit = lookup(contents, dirs).find("t.png", "m/a.mtl")
    assert (hit.relpath, hit.rivals) == (found, rivals)


def test_the_longest_end_of_the_path_in_a_texture_folder():
    files = {"tex/sub/t.png": "1", "tex/t.png": "2"}
    hit = lookup(files, ("tex",)).find(r"C:\work\sub\t.png", "a.mtl")
    assert (hit.relpath, hit.rivals, hit.outside) == ("tex/sub/t.png", (), True)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        ("tex/wood\u0308.png", "exact"), ("TEX/wood\u0308.PNG", "case"),
        ("wood\u0308.png", "name"), ("WOOD\u0308.png", "name-case"),
    ],
)  # fmt: skip
def test_how_it_was_found(written, how):
    hit = lookup({"tex/wood\u0308.png": "1"}).find(written, "a.mtl")
    assert (hit.how if hit.relpath else "") == how


def test_unicode_forms():
    files = {unicodedata.normalize("NFD", "tex/hölz.png"): "1"}
    composed = unicodedata.normalize("NFC", "tex/hölz.png")
    assert lookup(files).find(composed, "a.mtl").how == "form"
    assert lookup(files).find(composed[4:], "a.mtl").how == "name-form"


OUTSIDE = [
    "/etc/passwd", "../../etc/passwd", "a/../../x", "C:\\x.png", "c:x.png", "\\\\server\\s\\x.png",
    "//server/x.png", "file:///etc/passwd", "/dev/zero", "http://x.org/a.png", "a\0b", "/",
    "..\\..\\x", "%2e%2e/%2e%2e/etc/passwd", "tex/../../../x",
]  # fmt: skip


@pytest.mark.parametrize("written", OUTSIDE)
@pytest.mark.parametrize("folder", ["m/", "", "//0/", "//0/m/", "//+1/"])
def test_what_leaves_the_folder(written, folder):
    files = {f"{folder}a.mtl": "1", "//1/x": "2", "//0/x": "2"} if folder != "//0/" else {}
    hit = lookup(files).find(written, f"{folder}a.mtl")
    if folder in ("m/", "//0/m/") and written in ("../../etc/passwd", "a/../../x"):
        return  # two levels up may still be inside
    assert hit.outside or folder.endswith("m/")
    assert hit.relpath in ("", "//0/x")


def test_links_out_and_in_rings():
    files = {"real/t.png": "1"}
    links = {"out": None, "in": "real", "r1": "r2", "r2": "r1"}
    found = lookup(files, links=links)
    assert found.find("in/t.png", "a.mtl").relpath == "real/t.png"
    assert found.find("out/q.png", "a.mtl").outside
    assert found.find("r1/q.png", "a.mtl").outside


def test_odd_names_that_are_there():
    files = {"a\\b.png": "1", "IMG:1.png": "2"}
    for name in files:
        hit = lookup(files).find(name, "a.mtl")
        assert (hit.relpath, hit.how, hit.outside) == (name, "exact", False)


TEXT = st.text(st.sampled_from("ab/\\.: %~\0ö\u0308"), max_size=20)


@settings(max_examples=300, deadline=None)
@given(text=TEXT, folder=st.sampled_from(["", "a", "a/b", "//0", "//0/a"]))
def test_whatever_is_written_only_listed_files_are_found(text, folder):
    files = {"a/b.a": "1", "b": "2", "//0/a/b": "3", "//1/b": "4"}
    hit = lookup(files, ("a", "//0")).find(text, f"{folder}/m.mtl" if folder else "m.mtl")
    assert hit.relpath in ("", *files) and hit.relpath != "//1/b"
    assert set(hit.rivals) <= set(files)


NAMES = st.text(st.sampled_from("ab .#-1é"), min_size=1, max_size=12).map(str.strip).filter(
    lambda one: one and one[0] not in "-.1"  # what looks like a number is an option's
)  # fmt: skip
OPTIONS = st.lists(
    st.sampled_from(
        [
            "-s 1 1 1",
            "-o 0 0",
            "-t .5",
            "-mm 0 1",
            "-bm 0.3",
            "-clamp on",
            "-imfchan r",
            "-blendu off",
        ]
    ),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(options=OPTIONS, name=NAMES)
def test_options_never_eat_the_name(options, name):
    assert after_options(" ".join([*options, name])).strip() == name


def test_files_elsewhere_are_told_by_names_that_people_know(tmp_path):
    folder, other = tmp_path / "in", tmp_path / "tex"
    for path, content in (
        (folder / "a.obj", "mtllib a.mtl\n"), (folder / "a.mtl", "map_Kd w.png\nmap_Ks X/V.png\n"),
        (folder / "w.png", "one"), (other / "w.png", "two"), (other / "v.png", "three"),
    ):  # fmt: skip
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (item,) = scan(ScanOptions(folder, extensions=(".obj",), texture_dirs=(other,))).items
    conflict, moved = next(one for one in item.files if one.relpath == "a.mtl").findings
    assert "w.png, w.png (texture folder 1)." in conflict.message
    assert "v.png (texture folder 1) was taken" in moved.message
    assert "//" not in f"{conflict}{moved}"
    assert all(one.where == {"file": "a.mtl"} for one in (conflict, moved))


def test_a_name_that_many_models_give_is_looked_up_once(tmp_path):
    asked = []

    def same(first: str, second: str) -> bool:
        asked.append((first, second))
        return False

    paths = [f"s{number}/x.mtl" for number in range(200)]
    index = Index([Found(one, 1, 0, 0) for one in paths], {})
    lookup = Lookup(index, (), same)
    hits = {lookup.find("x.mtl", f"m{number}.obj") for number in range(200)}
    (hit,) = hits
    assert hit.relpath == min(paths) and len(hit.rivals) == 20
    assert len(asked) == 20
    assert lookup.find("/else/x.mtl", "m.obj").outside and not lookup.find("x.mtl", "n.obj").outside
