"""A SLURM of one node, started for the test with keys, ports and folders of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
JOBS = """
temporary-directory: {folder}
jobqueue:
  slurm:
    cores: 1
    processes: 1
    memory: 1GB
    queue: all
    walltime: "00:10:00"
    interface: lo
    local-directory: {folder}
    log-directory: {folder}
    job-extra-directives: ["--mem=0"]
    scheduler-options: {{dashboard_address: "127.0.0.1:0"}}
"""


def _ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """The environment of a running SLURM; the folder of its logs."""
    tools = [shutil.which(one, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
             for one in ("munged", "slurmctld", "slurmd", "sbatch")]  # fmt: skip
    if None in tools or os.geteuid() != 0:
        reason = "slurm-wlm and munge are not installed, or the test is not run by root"
        if os.environ.get("HDP_SLURM"):
            pytest.fail(reason)
        pytest.skip(f"on purpose: make test-slurm ({reason})")
    folder = Path("/run") / f"hdp-slurm-{secrets.token_hex(4)}"  # munge wants a trusted path
    for one in (folder, folder / "state", folder / "spool"):
        one.mkdir(mode=0o755)
    (folder / "key").write_bytes(secrets.token_bytes(128))
    (folder / "key").chmod(0o400)
    host = socket.gethostname().partition(".")[0]
    words = {"host": host, "folder": folder, "ports": _ports(2), "cpus": os.cpu_count()}
    (folder / "slurm.conf").write_text(CONF.format(**words))
    jobs = tmp_path / "dask"
    jobs.mkdir()
    (jobs / "jobqueue.yaml").write_text(JOBS.format(folder=tmp_path))
    monkeypatch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
    commands = [
        [tools[0], "-F", "--force", f"--key-file={folder}/key", f"--socket={folder}/munge.socket",
         f"--pid-file={folder}/munge.pid", f"--log-file={folder}/munge.log",
         f"--seed-file={folder}/munge.seed"],
        [tools[1], "-D"],
        [tools[2], "-D", "-N", host],
    ]  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            log = (tmp_path / f"{len(started)}.log").open("wb")
            started.append(subprocess.Popen(command, stdout=log, stderr=log))
            if len(started) == 1:
                _wait(lambda: (folder / "munge.socket").exists(), folder)
        _wait(lambda: b"idle" in _sinfo(), folder)
        yield folder
    finally:
        subprocess.run(["scancel", "--user", "root"], check=False)
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _sinfo() -> bytes:
    return subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, check=False).stdout


def _wait(is_there, folder) -> None:
    until = time.monotonic() + 30
    while not is_there():
        if time.monotonic() > until:
            logs = [one.read_text(errors="replace")[-2000:] for one in folder.glob("*.log")]
            raise AssertionError("SLURM did not start:\n" + "\n".join(logs))
        time.sleep(0.1)
