"""`hdp metadata machine`, `metadata reject`, `record accept`."""

from __future__ import annotations

import json
from contextlib import closing

from hdp.project.project import Project


def test_deciding_on_the_command_line(hdp, made, home):
    assert hdp("prepare", "--all").code == 0
    with closing(Project.open(made, home=home)) as project:
        origin = json.dumps(
            {"rule": "pipeline", "pipeline": "describe",
             "evidence": [{"text": "a jar", "file": "a.txt", "model": "m", "confidence": 0.9}]}
        )  # fmt: skip
        project.write(
            lambda c: c.execute(
                "UPDATE deposit SET origins = json_set(origins, '$.title', json(?))"
                " WHERE item_id = 1",
                (origin,),
            )
        )
    listed = hdp("metadata", "machine")
    assert listed.code == 0 and "“a jar” in a.txt by m sure to 0.9" in listed.out
    found = hdp("metadata", "machine", 1, "--json").json
    assert (found["total"], found["values"][0]["field"]) == (1, "title")
    assert hdp("metadata", "machine", 2, "--json").json["total"] == 0
    told = hdp("metadata", "reject", 1, "title")
    assert told.code == 0 and "hdp prepare 1" in told.out
    assert hdp("metadata", "reject", 1, "licence").code != 0
    assert hdp("record", "accept", "--all", "--json").json == {"values": 0}
