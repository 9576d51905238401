"""general.program: allowed programs only, alone in their folder, gone when they are stopped."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest
from hdp_plugins.general.program import Program

from hdp.sdk import Cancelled, ComponentError, InvalidInput, Refused

PYTHON = {"program.python": sys.executable}


def script(play, source, code, *, cancelled=lambda: None, **params):
    file = source("-rf ä.txt", b"abc")
    arguments = ["-c", code, "{input}", "{output}", "{name}"]
    return play(Program, [file], settings=PYTHON, program="python", arguments=arguments,
                cancelled=cancelled, **params)  # fmt: skip


COPY = "import sys,os;open(sys.argv[2]+'/x.txt','w').write(open(sys.argv[1]).read()+sys.argv[3])"


def test_what_it_leaves_in_its_folder_is_the_result(play, source):
    (output,) = script(play, source, COPY).files["files"]
    assert output.path.read_text("utf-8") == "abc./-rf ä.txt"
    assert output.derived_from == ("-rf ä.txt",)


def test_only_programs_of_the_settings_run(play, source):
    with pytest.raises(Refused, match="not among those that you allow"):
        play(Program, [source("a")], program="sh")
    with pytest.raises(Refused):
        play(Program, [source("a")], program="")
    with pytest.raises(Refused) as refused:
        play(Program, [source("a")], program="/bin/ls")
    assert "set general program.ls /bin/ls" in refused.value.hint
    for path in ("bin/sh", "/no/such/program"):
        with pytest.raises(InvalidInput, match="There is no program"):
            play(Program, [source("a")], settings={"program.p": path}, program="p")


def test_there_is_no_shell_and_nothing_of_the_person_around_it(play, source, monkeypatch):
    monkeypatch.setenv("HDP_TOKEN_PRODUCTION", "s3cret")
    code = "import sys,os;open(sys.argv[2]+'/e','w').write(repr(dict(os.environ))+os.getcwd())"
    (output,) = script(play, source, code).files["files"]
    seen = output.path.read_text()
    assert "s3cret" not in seen and str(output.path.parent) in seen
    shell = {"program.echo": shutil.which("echo") or "/bin/echo"}
    with pytest.raises(ComponentError, match="made no file"):
        play(Program, [source("a")], settings=shell, program="echo", arguments=["x > {output}/x"])


def test_how_it_failed_is_told(play, source):
    with pytest.raises(ComponentError, match="status 3: no such lens"):
        script(play, source, "import sys; print('no such lens'); sys.exit(3)")
    with pytest.raises(ComponentError, match="signal 11"):
        script(play, source, "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(ComponentError, match="says too much"):
        script(play, source, "while True: print('x' * 9999)")


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


HANG = (
    "import os,sys,time,subprocess;p=subprocess.Popen([sys.executable,'-c','import time;"
    "time.sleep(60)']);open({!r},'w').write(str(p.pid));time.sleep(60)"
)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="on purpose: looks into /proc")
@pytest.mark.parametrize("how", ["limit", "cancel"])
def test_it_and_its_children_are_ended(play, source, tmp_path, how):
    note = tmp_path / "pid"

    def cancelled():
        if how == "cancel" and note.exists() and note.read_text():
            raise Cancelled("stop")

    with pytest.raises(Cancelled if how == "cancel" else ComponentError):
        script(play, source, HANG.format(str(note)), cancelled=cancelled,
               limit=1 if how == "limit" else 60)  # fmt: skip
    assert gone(int(note.read_text()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="on purpose: limits are Linux's")
def test_its_memory_is_limited(play, source):
    with pytest.raises(ComponentError, match=r"MemoryError|status|signal"):
        script(play, source, "import time;time.sleep(.3);x=bytearray(1<<30)", memory=400)
