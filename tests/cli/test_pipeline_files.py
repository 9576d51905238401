"""Pipelines of a project on the command line: made, copied, run up to a step, removed."""


def test_made_checked_and_removed(hdp, made, tmp_path):
    new = hdp("pipeline", "new", "Kleine Bilder", "--like", "web-copies", "--json")
    assert new.code == 0, new.err
    assert new.json["name"] == "kleine-bilder"
    path = tmp_path / "pipelines" / "kleine-bilder.yaml"
    assert new.json["where"] == str(path)
    assert path.read_text("utf-8").startswith(
        "# yaml-language-server: $schema=pipeline.schema.json"
    )
    assert (path.parent / "pipeline.schema.json").is_file()
    assert hdp("pipeline", "check", path).code == 0
    assert "kleine-bilder" in hdp("pipeline", "list").out
    assert hdp("pipeline", "new", "Kleine Bilder", "--json").json["name"] == "kleine-bilder-2"
    assert hdp("pipeline", "remove", "kleine-bilder").code == 0
    assert not path.exists()
    refused = hdp("pipeline", "remove", "web-copies", "--json")
    assert refused.code == 3 and refused.json["error"]["code"] == "pipeline-not-own"


def test_up_to_a_step(hdp, made, folder, tmp_path):
    photo = next(folder.glob("*.jpg"))
    command = ("pipeline", "run", "version-refresh", "--files", photo, "--to", tmp_path / "to")
    ran = hdp(*command, "--up-to", "small", "--json")
    assert ran.code == 0, ran.err
    assert [one["step"] for one in ran.json["outputs"]] == ["small"]
    wrong = hdp(*command, "--up-to", "nothing", "--json")
    assert wrong.code != 0 and wrong.json["error"]["code"] == "no-such-step"
    assert hdp("pipeline", "run", "web-copies", "1", "--up-to", "small").code == 2
