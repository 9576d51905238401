"""Closing while the page loads leaves no thread that waits for the page."""

import threading
from types import SimpleNamespace

from hdp import shell


def test_threads_that_ask_a_page_that_is_gone_end():
    results = {}

    def generate_js_object():
        for number in range(3):  # the library asks one thing after the other
            asked = threading.Semaphore(0)
            results[number] = {"semaphore": asked}
            asked.acquire()
            del results[number]

    thread = threading.Thread(target=generate_js_object, daemon=True)
    thread.start()
    shell.let_go(SimpleNamespace(native=SimpleNamespace(_js_results=results)))
    thread.join(10)
    assert not thread.is_alive() and results == {}


def test_a_window_that_never_was_is_no_matter():
    shell.let_go(None)
