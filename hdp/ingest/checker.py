"""Many files checked at once, each where it can do no harm."""

from __future__ import annotations

import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from hdp.ingest.checks import Checked, check_file, lost
from hdp.ingest.format_checks import ask_plugin, lost_plugin, merge, not_asked
from hdp.limited import LimitedWorker, WorkerDied, WorkerTimeout
from hdp.plugin_formats import PluginFunction
from hdp.sdk import HdpError

ToCheck = tuple[Path, str]  # a file, and its path below the folder it belongs to
CheckFile = Callable[..., Checked]
SECONDS = 30.0
MEMORY = 6 * 1024**3  # an image at the limit of pixels needs four of them
_BYTES_PER_SECOND = 5 * 1024**2  # of the slowest disk and kind that is waited for
_PORTION_FILES, _PORTION_BYTES = 100, 64 * 1024**2
_MOST_WORKERS = 8
_MOST_LOST = 3  # files that a plugin's checker may take its process along with, in one run


class Checker:
    """Checks files in limited processes; a file that takes its process along is `invalid`.

    `seconds` is the limit for a small file; large ones have more by their size. `plugins` are
    the checkers of plugins, each called after our own check of the files it is for. Close it.
    """

    def __init__(
        self, *, workers: int | None = None, seconds: float = SECONDS, memory: int = MEMORY,
        check: CheckFile = check_file, plugins: Sequence[PluginFunction] = (),
    ) -> None:  # fmt: skip
        self._count = workers or min(_MOST_WORKERS, os.cpu_count() or 1)
        self._seconds = seconds
        self._check = check
        self._plugins = plugins
        self._lost: Counter[str] = Counter()  # by the checker's id
        self._workers = [LimitedWorker(memory=memory) for _ in range(self._count)]
        self._free: SimpleQueue[LimitedWorker] = SimpleQueue()
        for one in self._workers:
            self._free.put(one)

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for one in self._workers:
            one.close()

    def check_many(
        self,
        files: Iterable[ToCheck],
        *,
        progress: Callable[[int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[Checked]:
        """What each file showed, in their order; `progress` is told the files done in all."""
        done = 0
        waiting: deque[Future[list[Checked]]] = deque()
        pool = ThreadPoolExecutor(self._count, "check")
        ended = threading.Event()  # Ctrl-C comes to the thread that waits for the others

        def stopped() -> bool:
            return ended.is_set() or bool(cancelled and cancelled())

        try:
            for portion, seconds in self._portions(files):
                waiting.append(pool.submit(self._portion, portion, seconds, stopped))
                if len(waiting) > 2 * self._count:
                    found = waiting.popleft().result()
                    done += len(found)
                    _tell(progress, done)
                    yield from found
            while waiting:
                found = waiting.popleft().result()
                done += len(found)
                _tell(progress, done)
                yield from found
        finally:
            ended.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _portions(self, files: Iterable[ToCheck]) -> Iterator[tuple[list[ToCheck], float]]:
        portion: list[ToCheck] = []
        size = largest = 0
        for one in files:
            length = _size(one[0])
            portion.append(one)
            size, largest = size + length, max(largest, length)
            if len(portion) >= _PORTION_FILES or size >= _PORTION_BYTES:
                yield portion, self._limit(largest)
                portion, size, largest = [], 0, 0
        if portion:
            yield portion, self._limit(largest)

    def _limit(self, size: int) -> float:
        return self._seconds + size / _BYTES_PER_SECOND

    def _portion(
        self, portion: list[ToCheck], seconds: float, cancelled: Callable[[], bool] | None
    ) -> list[Checked]:
        worker = self._free.get()
        try:
            done = self._own(worker, portion, seconds, cancelled)
            for number, one in enumerate(portion):
                for plugin in self._plugins:
                    if plugin.fits(one[0].name) and done[number].status != "missing":
                        more = self._ask(worker, plugin, one[0], one[1], seconds, cancelled)
                        done[number] = merge(done[number], more)
        finally:
            self._free.put(worker)
        return done

    def _own(
        self, worker: LimitedWorker, portion: list[ToCheck], seconds: float,
        cancelled: Callable[[], bool] | None,
    ) -> list[Checked]:  # fmt: skip
        done: list[Checked] = []
        while len(done) < len(portion):
            rest = portion[len(done) :]
            try:
                answers = worker.stream(
                    check_all, self._check, rest, seconds=seconds, cancelled=cancelled
                )
                done.extend(answers)  # what was said before the process is lost still counts
            except WorkerDied as error:
                culprit = portion[len(done)]
                done.append(self._alone(worker, culprit, error, seconds, cancelled))
        return done

    def _ask(
        self, worker: LimitedWorker, plugin: PluginFunction, path: Path, relpath: str,
        seconds: float, cancelled: Callable[[], bool] | None,
    ) -> Checked:  # fmt: skip
        """What a plugin's checker says; it alone is to blame where the process is lost."""
        if self._lost[plugin.id] >= _MOST_LOST:
            return not_asked(plugin, path, relpath)
        try:
            return worker.call(
                ask_plugin, plugin, path, relpath, seconds=seconds, cancelled=cancelled
            )
        except WorkerDied as error:
            self._lost[plugin.id] += 1
            return lost_plugin(plugin, path, relpath, error)

    def _alone(
        self, worker: LimitedWorker, one: ToCheck, error: WorkerDied, seconds: float,
        cancelled: Callable[[], bool] | None,
    ) -> Checked:  # fmt: skip
        if not isinstance(error, WorkerTimeout):
            _ready(worker)
            try:  # in a fresh process: the others may have left too little memory
                return worker.call(
                    check_one, self._check, one, seconds=seconds, cancelled=cancelled
                )
            except WorkerDied as again:
                error = again
        return lost(one[0], one[1], error.name, error.message, error.hint)


def check_all(check: CheckFile, files: Sequence[ToCheck]) -> Iterator[Checked]:
    """Runs in the limited process: one answer for each file."""
    for one in files:
        yield check_one(check, one)


def check_one(check: CheckFile, one: ToCheck) -> Checked:
    """Runs in the limited process: the answer for one file."""
    return check(one[0], relpath=one[1])


def _ready(worker: LimitedWorker) -> None:
    try:
        worker.call(os.getpid)
    except WorkerDied as error:
        raise HdpError(
            "The process that opens files cannot be started.",
            code="checker-broken",
            hint="Look at the log; install HDP again where that does not help.",
        ) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tell(progress: Callable[[int], None] | None, done: int) -> None:
    if progress is not None:
        progress(done)
