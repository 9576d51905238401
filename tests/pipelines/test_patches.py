"""Metadata of steps is applied as the policy and the locks allow."""

import pytest

from hdp.pipelines.definition import Policy
from hdp.pipelines.patches import allow_patches, apply_patches
from hdp.pipelines.results import Patch


@pytest.mark.parametrize(
    ("there", "how", "value", "after"),
    [
        ("", "fill", "new", "new"),
        ("old", "fill", "new", "old"),
        ("old", "overwrite", "new", "new"),
        ("old", "overwrite", "", "old"),
        (["a"], "append", ["a", "b"], ["a", "b"]),
        ([], "append", ["b"], ["b"]),
        ("old", "append", "new", "old\n\nnew"),
    ],
)
def test_apply(there, how, value, after):
    fields = {"x": there}
    assert apply_patches(fields, [Patch("x", value, how)]) == {"x": after}
    assert apply_patches(fields, [Patch("x", value, how)], locks={"x"}) == {"x": there}
    assert fields == {"x": there}


def test_only_named_fields_of_named_steps():
    policies = [Policy(("a",), fill=("title",)), Policy((), append=("keywords",))]
    found = {"title": "T", "keywords": ["k"], "license": "evil"}
    assert [one.field for one in allow_patches(policies, "a", found)] == ["title", "keywords"]
    assert [one.field for one in allow_patches(policies, "b", found)] == ["keywords"]
