"""The words for where a pipeline runs."""

import pytest

from hdp.pipelines.places import Place, read_place
from hdp.sdk import UsageError


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("local", Place("local")),
        ("local:3", Place("local", width=3)),
        (" dask:tcp://10.0.0.1:8786 ", Place("dask", "tcp://10.0.0.1:8786")),
        ("dask:tls://head:8786", Place("dask", "tls://head:8786")),
        ("slurm", Place("slurm")),
        ("slurm:12", Place("slurm", width=12)),
    ],
)
def test_places_are_read_and_written(text, place):
    assert read_place(text) == place
    assert str(place) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "dask", "dask:http://x", "dask:tcp://", "slurm:0", "slurm:x", "local:65", "moon"]
)
def test_other_words_are_refused(text):
    with pytest.raises(UsageError, match="no place"):
        read_place(text)
