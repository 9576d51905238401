"""`hdp prepare --from`: what was prepared in one environment, used in another."""

from __future__ import annotations


def test_the_difference_is_shown_and_nothing_is_done(hdp, made):
    assert hdp("prepare", 1, 2, "--env", "sandbox").code == 0
    hdp("metadata", "set", 1, "title=Better now", "--env", "production")
    hdp("metadata", "set", 2, "version=2", "--env", "sandbox")
    ran = hdp("prepare", "--all", "--env", "production", "--from", "sandbox", "--dry-run")
    assert ran.code == 0, ran.err
    assert "title: stays Better now; there Photograph 0. It is set by hand here." in ran.out
    assert "2  Photograph 1: it says the same" in ran.out
    assert "Nothing of it is prepared there." in ran.out
    assert "2 of 3 items could be prepared with what Sandbox holds. Nothing was done." in ran.err
    assert hdp("draft", "list", "--env", "production", "--json").json["total"] == 0
    shown = hdp("prepare", 1, "--env", "production", "--from", "sandbox", "--dry-run", "--json")
    (one,) = shown.json["items"]
    assert (shown.json["from"], one["there"], one["state"]) == ("sandbox", "prepared", "new")
    assert one["differences"][0]["field"] == "title" and not one["differences"][0]["taken"]


def test_it_is_prepared_with_where_it_came_from(hdp, made):
    hdp("prepare", 1, 2, "--env", "sandbox")
    ran = hdp("prepare", "--all", "--env", "production", "--from", "sandbox", "--json")
    assert (ran.code, ran.json["done"], ran.json["skipped"]) == (0, 2, 1)
    origins = hdp("metadata", "show", 1, "--env", "production", "--json").json["origins"]
    assert origins["title"]["env"] == "sandbox" and origins["title"]["column"] == "title"
    assert "env sandbox" in hdp("metadata", "show", 1, "--env", "production").out


def test_what_cannot_be_meant_is_refused(hdp, made):
    for args, said in (
        (("--from", "practice"), "practice is the environment that is prepared for."),
        (("--from", "nowhere"), "There is no environment “nowhere”."),
        (("--from", "sandbox", "--back"), "--from and --back were given together."),
        (("--from", "sandbox", "--mapping", "m"), "--from and --mapping were given together."),
    ):
        ran = hdp("prepare", "--all", *args)
        assert (ran.code, said in ran.err) == (2, True), (args, ran.code, ran.err)
    assert hdp("prepare", "--all", "--from", "practice", "--dry-run").code == 2
    assert hdp("prepare", "--all", "--dry-run", "--json").json["state"] == "planned"
