"""Runs of older projects are kept, with what names them."""

from __future__ import annotations

import json

from hdp.project import db, migrate, runs


def test_the_key_of_an_older_run_moves_out_of_its_answers(tmp_path, monkeypatch):
    scripts = migrate._scripts()
    monkeypatch.setattr(migrate, "_scripts", lambda: scripts[:6])
    path = tmp_path / "a.hdpc"
    db.create_file(path, lambda c: None)
    connection = db.connect(path)
    answers = [{"side": "200", "hdp:key": "abc"}, {"side": "1"}]
    connection.execute("INSERT INTO item (key, created) VALUES ('a', '')")
    for one in answers:
        connection.execute(
            "INSERT INTO run (item_id, pipeline, source, params, state, started)"
            " VALUES (1, 'p', 's', ?, 'done', '')",
            (json.dumps(one),),
        )
    monkeypatch.setattr(migrate, "_scripts", lambda: scripts)
    migrate.migrate(connection)
    assert [one.key for one in runs.list_runs(connection, 1)] == ["abc", ""]
    kept = [json.loads(row["params"]) for row in connection.execute("SELECT params FROM run")]
    assert kept == [{"side": "200"}, {"side": "1"}]
    connection.close()
