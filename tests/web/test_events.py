import time

from hdp.events import Said


def test_events_come_in_order_and_go_on_after_a_number(app, listen):
    first = listen()
    for number in range(5):
        app.bus.emit(Said("info", f"line {number} ü"))
    first.wait(lambda e: e.get("message") == "line 4 ü")
    said = [e for e in first.events if e["type"] == "said"]
    assert [e["message"] for e in said] == [f"line {n} ü" for n in range(5)]
    assert [e["seq"] for e in said] == sorted(e["seq"] for e in said) and said[0]["at"]
    later = listen(after=said[2]["seq"])
    later.wait(lambda e: e.get("message") == "line 4 ü")
    assert [e["message"] for e in later.events] == ["line 3 ü", "line 4 ü"]


def test_a_gap_that_is_too_old_is_a_reset(app, listen):
    assert listen(after=10**6).wait(lambda e: e["type"] == "reset")["seq"] == app.bus.seq


def test_streams_end_when_the_server_stops(web, listen):
    streams = [listen() for _ in range(3)]
    web.stop()
    assert all(one.ended.wait(10) for one in streams)


def test_at_most_sixteen_windows_and_their_places_come_free(app, visitor, listen):
    streams = [listen() for _ in range(16)]
    assert visitor.get("/events", status=503)["error"]["code"] == "too-many-windows"
    assert visitor.get("/app")["version"], "the rest of the page goes on"
    streams[0].close()
    for _ in range(100):
        app.bus.emit(Said("info", "are you there?"))
        answer = visitor.session.get(f"{visitor.web.base}/api/events", stream=True)
        answer.close()
        if answer.status_code == 200:
            return
        time.sleep(0.05)
    raise AssertionError("the place of a closed window did not come free")
