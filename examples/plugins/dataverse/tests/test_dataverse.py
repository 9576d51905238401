"""The target keeps what HDP asks of every target, against a server that answers like Dataverse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dataverse import translate
from dataverse.target import Dataverse, Settings
from hdp.sdk import Record, Unauthorised
from hdp.testing import TargetContract, open_target
from server import TOKEN, Repository

CHOSEN = {"contact": "Doe, Jane", "email": "jane@example.org"}


@pytest.fixture(scope="module")
def repository() -> Iterator[Repository]:
    running = Repository()
    yield running
    running.shutdown()
    running.server_close()


class TestContract(TargetContract):
    fields = {
        "title": "Amphore, Dressel 1 – Μύκονος 文件",
        "description": "Gefunden im Ägäischen Meer",
        "creators": [{"name": "Doe, Jane", "orcid": "0000-0002-1825-0097", "affiliation": "X"}],
        "keywords": ["Amphora", "Вино"],
        "publication_date": "2026-01-02",
        "version": "1.0",
    }

    @pytest.fixture
    def target(self, repository: Repository) -> Dataverse:
        return open_target(Dataverse, base_url=repository.url, token=TOKEN, settings=CHOSEN)


def test_a_wrong_token_is_told(repository: Repository) -> None:
    target = open_target(Dataverse, base_url=repository.url, token="wrong", settings=CHOSEN)
    with pytest.raises(Unauthorised, match="Bad API key"):
        target.whoami()


def test_words_there_and_back() -> None:
    words = translate.to_words(Record(TestContract.fields))
    assert translate.from_citation(translate.to_citation(words, Settings(**CHOSEN))) == words


@pytest.mark.parametrize("name", ["a#b?c.txt", "100 %.txt", "50%25.txt", "a/b", "%"])
def test_names_there_and_back(name: str) -> None:
    label = translate.to_label(name)
    assert not set('#?:;/\\"<>|*') & set(label)
    assert translate.from_label(label) == name


def test_what_has_no_place_is_told() -> None:
    found = list(translate.check(Record(TestContract.fields), Settings(**CHOSEN)))
    assert [one.where["field"] for one in found] == ["version"]
    assert any(one.severity == "error" for one in translate.check(Record({}), Settings()))
