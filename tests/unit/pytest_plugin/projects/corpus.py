"""A test that fails until its lock is taken once."""

from threading import Lock, Thread

import pytest


class Counter:
    def __init__(self) -> None:
        self.lock = Lock()
        self.value = 0

    def add(self) -> None:
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + 1


@pytest.mark.duckrace(executions=50)
def test_two_adds() -> None:
    counter = Counter()
    threads = [Thread(target=counter.add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value == 2


@pytest.mark.duckrace(executions=5, corpus=None)
def test_none_is_kept() -> None:
    thread = Thread(target=print)
    thread.start()
    thread.join()
    raise ValueError("always")
