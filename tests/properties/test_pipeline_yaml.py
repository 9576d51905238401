"""Whatever a person writes, check answers with findings and never with an exception."""

from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hdp.pipelines.model import check
from hdp.plugins import load

CATALOGUE = load(Path("there-is-no-such-folder"), safe=True)
KEYS = ["hdp", "name", "params", "inputs", "steps", "upload", "metadata", "needs", "for", "id",
        "uses", "in", "with", "names", "when", "on_error", "media", "role", "from", "fill",
        "param", "record", "images"]  # fmt: skip
WORDS = ["image.resize@1", "inputs.photos", "a.images", "photos", "a", "image/*", "{stem}{ext}",
         'record.title == ""', "skip", "doi"]  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=8))
def test_any_tree_gets_an_answer(tree):
    pipeline, findings = check(yaml.safe_dump(tree), source="p", catalogue=CATALOGUE)
    assert (pipeline is None) == bool(findings)
    assert all(one.message and "line" in one.where for one in findings)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!|>'\"%@ \n\t#?0"), max_size=60))
def test_any_text_gets_an_answer(text):
    pipeline, findings = check(text, source="p", catalogue=CATALOGUE)
    assert pipeline is None and findings
