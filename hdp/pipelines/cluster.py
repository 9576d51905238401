"""A Dask cluster that runs items: `dask:ADDRESS`, or `slurm:N` jobs of a SLURM queue."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from hdp.pipelines.elsewhere import Answer, Order, Tell, perform, with_references
from hdp.pipelines.leftovers import output_folder
from hdp.pipelines.output import swap_in
from hdp.pipelines.places import Place
from hdp.pipelines.results import Artifact, RunResult
from hdp.sdk import (
    Cancelled,
    ComponentError,
    Finding,
    HdpError,
    InvalidInput,
    Unreachable,
    UsageError,
)

_CONNECT_S = 15.0
_POLL_S = 0.3
_GRACE_S = 10.0
_MOST_BYTES = 2 << 30  # of one item that is sent through the scheduler
_TELL_S = 0.5


class Cluster:
    """The workers behind an address; connected to at the first item, closed at the end.

    `run` raises Unreachable where nobody answers, UsageError where Dask is not installed.
    """

    def __init__(self, place: Place, *, wait_s: float = _CONNECT_S) -> None:
        self._place = place
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._client: Any = None
        self._queue: Any = None
        self._shared: dict[Path, bool] = {}

    def run(self, order: Order, *, tell: Tell, cancelled: Callable[[], bool]) -> RunResult:
        """Run one item there; its results stand in `order.to` here."""
        client = self._connected()
        if not self._sees(client, order, cancelled):
            order = replace(order, sent=_read_all(order))
        kept_back = bool(order.secrets) and not self.is_private
        if kept_back:
            order = replace(order, secrets={})
        ticket = uuid4().hex
        client.subscribe_topic(ticket, lambda event: tell(*event[1]))
        try:
            future = client.get_executor(pure=False).submit(_on_worker, order, ticket)
            answer = _wait(client, future, ticket, cancelled)
        finally:
            client.unsubscribe_topic(ticket)
        if kept_back and answer.error and answer.error[1]["code"] == "secret-missing":
            raise ComponentError(
                f"{answer.error[1]['message']} Secrets only go to a cluster over tls://.",
                code="cluster-secret",
                hint="Start the scheduler and the workers with TLS, or run it on this computer.",
            )
        return _accept(answer, order)

    @property
    def is_private(self) -> bool:
        """Whether secrets may go there: nobody on the way can read them."""
        parts = urlsplit(self._client.scheduler.address if self._client else self._place.address)
        return parts.scheme == "tls" or _is_loopback(parts.hostname or "")

    def close(self) -> None:
        """Let go of the workers; jobs in a queue that we asked for end."""
        with self._lock:
            for one in (self._client, self._queue):
                if one is not None:
                    one.close()
            self._client = self._queue = None

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        distributed = _import("distributed")
        if self._place.kind == "slurm":
            self._queue = _slurm(self._place.width or 1)
        try:
            return distributed.Client(
                self._queue or self._place.address, timeout=self._wait_s, set_as_default=False
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise Unreachable(
                f"No Dask scheduler answers at {self._place.address}.", code="cluster-unreachable",
                hint="Start it (dask scheduler), and look at the address it prints.",
            ) from error  # fmt: skip

    def _sees(self, client: Any, order: Order, cancelled: Callable[[], bool]) -> bool:
        """Whether every worker sees the folder of the results and the files, asked once."""
        folder = order.to.parent
        with self._lock:
            if folder not in self._shared:
                self._wait_for_workers(client, cancelled)
                self._shared[folder] = _probe(client, order)
            return self._shared[folder]

    def _wait_for_workers(self, client: Any, cancelled: Callable[[], bool]) -> None:
        """Until there is one; a queue may take hours, a scheduler of one's own may not."""
        until = time.monotonic() + self._wait_s
        while not client.scheduler_info()["workers"]:
            if _is_true(cancelled):
                raise Cancelled("The run was cancelled.")
            if self._place.kind == "dask" and time.monotonic() > until:
                raise Unreachable(
                    f"The scheduler at {self._place.address} has no workers.",
                    code="cluster-unreachable",
                    hint="Start some on each computer: dask worker ADDRESS",
                )  # fmt: skip
            time.sleep(_POLL_S)


def _import(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            "Clusters need a part of HDP that is not installed.", code="cluster-missing",
            hint="pip install 'heritage-data-processor[cluster]'",
        ) from error  # fmt: skip


def _slurm(jobs: int) -> Any:
    """Jobs of the queue as the person's jobqueue.yaml describes them."""
    queues = _import("dask_jobqueue")
    # Workers that Dask starts may have no children otherwise, and components run in children.
    prologue = ["export DASK_DISTRIBUTED__WORKER__DAEMON=False"]
    try:
        cluster = queues.SLURMCluster(job_script_prologue=prologue)
        cluster.scale(jobs=jobs)
    except (ValueError, OSError, RuntimeError) as error:
        raise InvalidInput(
            f"SLURM cannot be used: {error}", code="cluster-config",
            hint="Say how large a job is in ~/.config/dask/jobqueue.yaml (cores, memory, queue).",
        ) from error  # fmt: skip
    return cluster


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _on_worker(order: Order, ticket: str) -> Answer:
    """What a worker is asked to do; what it tells goes to the topic `ticket`."""
    distributed = _import("distributed")
    worker, stop, last = distributed.get_worker(), distributed.Event(ticket), [0.0]

    def tell(done: int, total: int | None, message: str) -> None:
        if time.monotonic() - last[0] > _TELL_S:
            last[0] = time.monotonic()
            worker.log_event(ticket, (done, total, message))

    # Dask clears its own folder after a worker that died in it.
    return perform(order, worker.local_directory, tell, stop.is_set)


def _wait(
    client: Any, future: Future[Answer], ticket: str, cancelled: Callable[[], bool]
) -> Answer:
    asked: float | None = None
    while True:
        try:
            return future.result(timeout=_POLL_S)
        except NotYet:
            if asked is None and _is_true(cancelled):
                asked = time.monotonic()
                _import("distributed").Event(ticket, client=client).set()
                future.cancel()
            if asked is not None and time.monotonic() - asked > _GRACE_S:
                raise Cancelled("The run was cancelled.") from None
        except CancelledError:
            raise Cancelled("The run was cancelled.") from None
        except HdpError:
            raise
        except Exception as error:
            raise _lost(error) from error


def _is_true(cancelled: Callable[[], bool]) -> bool:
    try:
        return cancelled()
    except Cancelled:
        return True


def _lost(error: Exception) -> HdpError:
    name = type(error).__name__
    if name == "KilledWorker":
        text = "Several workers died of this item, one after the other; it is not tried again."
        return ComponentError(text, code="cluster-killed", hint="More memory for each worker?")
    return Unreachable(
        f"The cluster did not finish this item: {name}: {error}", code="cluster-lost",
        hint="Look at the scheduler's log, then retry what failed.",
    )  # fmt: skip


def _accept(answer: Answer, order: Order) -> RunResult:
    if answer.error is not None:
        raise _as_error(*answer.error)
    assert answer.result is not None  # an answer has one or the other
    if answer.made is not None:
        _write(answer.made, answer.result.outputs, order.to)
    gone = [one for one in answer.result.outputs if not one.path.is_file()]
    if gone:
        raise ComponentError(
            f"A worker made {gone[0].name}, but it is not here.", code="cluster-no-file",
            hint="All workers need the output folder under the same path, or none of them.",
            where={"file": str(gone[0].path)},
        )  # fmt: skip
    return answer.result


def _as_error(kind: str, data: dict[str, Any]) -> HdpError:
    error = Cancelled if kind == Cancelled.code else ComponentError
    return error(
        data["message"], code=data["code"], hint=data["hint"], where=data["where"],
        values=data["args"], findings=[Finding(**one) for one in data["findings"]],
    )  # fmt: skip


def _probe(client: Any, order: Order) -> bool:
    """Leave a file beside the results and ask every worker for it and for the first input."""
    mark = order.to.parent / f".hdp-seen-{uuid4().hex}"
    files = [one.path for one in with_references(order.files)][:1]
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(mark.name, encoding="utf-8")
        expected = [(str(one), one.stat().st_size) for one in (mark, *files)]
        return all(client.run(_seen, expected).values())
    finally:
        mark.unlink(missing_ok=True)


def _seen(expected: list[tuple[str, int]]) -> bool:
    try:
        return all(Path(path).stat().st_size == size for path, size in expected)
    except OSError:
        return False


def _read_all(order: Order) -> dict[Path, bytes]:
    """The files' contents, for workers that do not see them."""
    found: dict[Path, bytes] = {}
    left = _MOST_BYTES
    for one in with_references(order.files):
        if one.path in found:
            continue
        left -= one.path.stat().st_size
        if left < 0:
            raise ComponentError(
                "The files of this item are too large to be sent to the cluster (2 GB at most).",
                code="cluster-too-large",
                hint="Give the workers the project's folders under the same path.",
            )
        found[one.path] = one.path.read_bytes()
    return found


def _write(made: Mapping[str, bytes], outputs: Sequence[Artifact], to: Path) -> None:
    """The results as they came, where each is what the worker made; then all of them in place."""
    hashes = {one.relpath: one.sha256 for one in outputs}
    with output_folder(to, lambda: False) as new:
        for name, content in made.items():
            if name in hashes and hashlib.sha256(content).hexdigest() != hashes[name]:
                raise ComponentError(
                    f"{name} came back from the cluster damaged.", code="cluster-lost"
                )
            place = new / PurePosixPath(name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if made:
            swap_in(new, to)
