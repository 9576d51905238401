"""The bus: order, memory, Reset for who comes too late, streams that end."""

from __future__ import annotations

import threading

from hdp.events import Bus, Changed, Reset, Said


def test_events_are_numbered_and_heard_in_order():
    bus, heard = Bus(), []
    stop = bus.listen(heard.append)
    bus.emit(Said("info", "one"))
    bus.emit(Said("info", "two"))
    stop()
    bus.emit(Said("info", "three"))
    assert [(one.seq, one.message) for one in heard] == [(1, "one"), (2, "two")]
    assert [one.seq for one in bus.since(1)] == [2, 3]


def test_who_missed_too_much_starts_anew():
    bus = Bus(memory=2)
    for _ in range(5):
        bus.emit(Changed(("items",)))
    assert [type(one) for one in bus.since(1)] == [Reset]
    assert bus.since(1)[0].seq == 5
    assert [one.seq for one in bus.since(3)] == [4, 5]
    assert [type(one) for one in bus.since(99)] == [Reset]


def test_a_stream_brings_what_comes_and_ends_when_closing():
    bus, closing, got = Bus(), threading.Event(), []
    first = threading.Event()

    def follow():
        for events in bus.follow(0, closing):
            got.extend(events)
            if events:
                first.set()

    thread = threading.Thread(target=follow)
    thread.start()
    bus.emit(Said("info", "hello"))
    assert first.wait(5)
    closing.set()
    thread.join(5)
    assert not thread.is_alive()
    assert [one.message for one in got] == ["hello"]
