import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from hdp.pacing import Limiter, Limits
from hdp.sdk import Cancelled

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())


class Waits(Exception):
    """Somebody had to wait."""


def waits(_seconds):
    raise Waits


class Clock:
    def __init__(self):
        self.time, self.waited = 100.0, []

    def now(self):
        return self.time

    def pause(self, seconds):
        self.waited.append(seconds)
        self.time += seconds


def told(left, reset, *, limit=133, at=STAMP, after=None):
    """The headers of an answer at a second of the host's clock."""
    date = format_datetime(datetime.fromtimestamp(at, UTC))
    more = {} if after is None else {"Retry-After": str(after)}
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(reset), "Date": date, **more}  # fmt: skip


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return Limiter(4, clock=clock.now)


def test_it_lets_so_many_in_at_once():
    limiter = Limiter(2)

    def stop(seconds):
        raise Cancelled("full")

    with limiter.slot(stop), limiter.slot(stop), pytest.raises(Cancelled), limiter.slot(stop):
        pass
    with limiter.slot(stop):
        pass


def test_a_request_begins_only_where_there_is_room_for_all_under_way(limiter, clock):
    limiter.heed(200, told(2, STAMP + 30))
    with limiter.slot(waits), ExitStack() as under_way:
        under_way.enter_context(limiter.request())
        under_way.enter_context(limiter.request())
        with pytest.raises(Waits), limiter.request():
            pass
        limiter.heed(200, told(1, STAMP + 30))
        limiter.heed(200, told(2, STAMP + 30))  # an answer that was overtaken
    with limiter.slot(waits), limiter.request(), pytest.raises(Waits), limiter.request():
        pass
    limiter.heed(200, told(0, STAMP + 30))
    assert limiter.left() == 30
    with limiter.slot(clock.pause), limiter.request():
        assert clock.waited == [30]


def test_a_window_that_began_with_our_request_ends_when_it_does(limiter, clock):
    # Begun at 12:00:00.9 for 60 s: the host says 12:01:01, which is up to a second more.
    limiter.heed(200, told(132, STAMP + 61, after=60))
    limiter.heed(200, told(0, STAMP + 61))
    assert limiter.left() == 60
    limiter.heed(429, told(0, STAMP + 61, at=STAMP + 1))
    assert limiter.left() == 60


def test_the_window_of_others_ends_when_the_host_says(limiter):
    limiter.heed(200, told(0, STAMP + 61, after=61))
    assert limiter.left() == 61


def test_after_a_window_one_goes_alone_and_opens_the_next(limiter, clock):
    limiter.heed(200, told(0, STAMP + 3))
    clock.time += 3
    with limiter.slot(waits):
        with limiter.request():
            with pytest.raises(Waits), limiter.request():
                pass
            limiter.heed(200, told(132, STAMP + 7, at=STAMP + 3))
            with pytest.raises(Waits), limiter.request():
                pass  # until the answer is read
        with limiter.request(), limiter.request():
            assert limiter.left() == 0


def test_a_host_that_tells_nothing_any_more_is_not_waited_for(limiter, clock):
    limiter.heed(200, told(0, STAMP + 3))
    clock.time += 3
    with limiter.slot(waits):
        with limiter.request():
            limiter.heed(200, {})
        with limiter.request(), limiter.request():
            pass


def test_each_of_several_limits_is_kept(limiter):
    limiter.heed(200, told(100, STAMP + 30))
    limiter.heed(200, told(0, STAMP + 40, limit=30))
    limiter.heed(200, told(99, STAMP + 30))
    assert limiter.left() == 40


def test_nonsense_is_not_heeded_and_no_wait_is_longer_than_five_minutes(limiter):
    limiter.heed(200, {**told(0, STAMP + 3), "X-RateLimit-Reset": "nonsense"})
    limiter.heed(200, {"X-RateLimit-Remaining": "0"})
    assert limiter.left() == 0
    limiter.heed(200, told(0, STAMP + 3600))
    assert limiter.left() == 300
    limiter.hold(1e9)
    assert limiter.left() == 300


def test_a_request_without_an_answer_may_have_been_counted(limiter, clock):
    limiter.heed(200, told(2, STAMP + 30))
    with limiter.slot(waits):
        for _ in range(2):
            with pytest.raises(OSError), limiter.request():
                raise OSError
        with pytest.raises(Waits), limiter.request():
            pass
        clock.time += 30
        with limiter.request():
            pass


def test_threads_never_send_more_than_is_allowed(clock):
    limiter, lock, served = Limiter(4), threading.Lock(), [0]

    def one():
        with limiter.slot(lambda _s: None), limiter.request():
            with lock:
                served[0] += 1
                left = 20 - served[0]
            limiter.heed(200, told(left, STAMP + 300, limit=20))

    def several():
        for _ in range(4):
            one()

    threads = [threading.Thread(target=several) for _ in range(5)]
    limiter.heed(200, told(20, STAMP + 300, limit=20))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served == [20]
    with pytest.raises(Waits), limiter.slot(waits), limiter.request():
        pass


def test_a_host_has_one_limiter():
    limits = Limits()
    assert limits.of("a:443") is limits.of("a:443") is not limits.of("b:443")
