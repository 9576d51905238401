"""Crashes are kept and told once; what is copied of them tells no secrets."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from hdp.application import Application, crash_text, crashes
from hdp.application.crashes import Watch

FALLS = """
import faulthandler, sys
from pathlib import Path
from hdp.application.crashes import Watch
Watch(Path(sys.argv[1])).start()
faulthandler._sigsegv()
"""


def test_a_fall_of_the_interpreter_is_told_at_the_next_start(tmp_path):
    done = subprocess.run([sys.executable, "-c", FALLS, str(tmp_path)], capture_output=True)
    assert done.returncode != 0
    assert crashes.left(tmp_path) == []  # nobody has looked yet
    watch = Watch(tmp_path)
    watch.start()
    (crash,) = crashes.left(tmp_path)
    assert "Segmentation fault" in crash.what and "_sigsegv" not in crash.what
    assert "<string>" in crash.trace
    other = Watch(tmp_path)  # a second window leaves the first one's file alone
    other.start()
    other.stop()
    watch.stop()
    assert len(crashes.left(tmp_path)) == 1
    crashes.forget(tmp_path)
    assert crashes.left(tmp_path) == [] and not any((tmp_path / "crashes").iterdir())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_caught_is_kept_and_the_hooks_are_given_back(tmp_path, monkeypatch):
    passed = []
    monkeypatch.setattr(sys, "excepthook", lambda *args: passed.append(args[0]))
    monkeypatch.setattr(threading, "excepthook", lambda args: passed.append(args.exc_type))
    before = (sys.excepthook, threading.excepthook)
    watch = Watch(tmp_path)
    watch.start()
    thread = threading.Thread(target=lambda: {}["plate"])
    thread.start()
    thread.join()
    for error in (ValueError("too\nlong"), KeyboardInterrupt()):
        sys.excepthook(type(error), error, None)
    watch.stop()
    assert (sys.excepthook, threading.excepthook) == before
    assert passed == [KeyError, ValueError, KeyboardInterrupt]
    told = [one.what for one in crashes.left(tmp_path)]
    assert told == ["ValueError: too long", "KeyError: 'plate'"]
    for _ in range(9):
        watch.note(ValueError("again"))
    assert len(crashes.left(tmp_path)) == 5


def test_a_damaged_file_and_a_folder_that_cannot_be_made_stop_nothing(tmp_path):
    (tmp_path / "crashes").mkdir()
    (tmp_path / "crashes" / "crash-1.json").write_text("[]")
    assert crashes.left(tmp_path) == []
    (tmp_path / "file").write_text("")
    watch = Watch(tmp_path / "file")
    watch.start()
    watch.note(ValueError("x"))
    watch.stop()


def test_what_is_copied_has_no_secrets_and_no_names(tmp_path, monkeypatch):
    monkeypatch.setenv("HDP_HOME", str(tmp_path))
    monkeypatch.setenv("HDP_TOKEN_SANDBOX", "plainword")
    made = "kJ8sLq02mZxY77pQrTt5aBcD3eFgH1iJkLmN0oPq"
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "hdp.log").write_text(
        f"GET https://x.org/a?access_token={made}&b=1 plainword\n"
        f"Authorization: Bearer {made}\n"
        f'password = "hunter22", {{"token": "abc"}} {made}\n'
        "https://me:pw@x.org/ /home/erika/Coins C:\\\\Users\\\\Erika\\\\x C:\\Users\\Erika\\y\n"
        f"sha256 {'0123abcd' * 8} {tmp_path}/logs\n"
    )
    app = Application(tmp_path)
    try:
        text = crash_text.compose(app, what="KeyError: 'x'", trace="File /Users/erika/a.py")
    finally:
        app.close()
    for word in (made, "plainword", "hunter22", 'abc"', "me:pw", "erika", "Erika", str(tmp_path)):
        assert word not in text, word
    assert "0123abcd" * 8 in text and "~/Coins" in text and "~\\y" in text
    assert "(HDP's folder)/logs" in text and "KeyError: 'x'" in text and "Python: 3." in text


def test_the_page_is_told_and_gets_the_details(tmp_path, monkeypatch):
    from hdp.application.page import Page

    monkeypatch.setenv("HDP_HOME", str(tmp_path))
    Watch(tmp_path).note_words("Fatal Python error: Aborted", "in mesh.py")
    app = Application(tmp_path)
    try:
        page = Page(app).crashes
        shown = json.loads(json.dumps(page.show()))
        assert (shown["count"], shown["crash"]["what"]) == (1, "Fatal Python error: Aborted")
        assert "in mesh.py" in page.earlier("a browser")["text"]
        page.forget()
        assert page.show()["crash"] is None and page.earlier("")["text"] == ""
    finally:
        app.close()
