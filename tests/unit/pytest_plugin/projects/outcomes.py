"""Tests that end in every way there is."""

import itertools
import logging
import os
import threading
import time
import warnings

import pytest

NOTES = []
everything = itertools.count()
log = logging.getLogger("outcomes")


class Counter:
    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0

    def add(self):
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + 1

    def add_at_once(self):
        with self.lock:
            self.value += 1


def together(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.duckrace(executions=60)
def test_right():
    counter = Counter()
    together(counter.add_at_once, counter.add_at_once)
    assert counter.value == 2


@pytest.mark.duckrace(executions=60)
def test_value():
    """An explored test may return what it saw."""
    counter = Counter()
    together(counter.add, counter.add)
    return counter.value


@pytest.mark.duckrace
def test_lost_update():
    counter = Counter()
    print("two adds")
    together(counter.add, counter.add)
    assert counter.value == 2


@pytest.mark.duckrace(keep_going=True, executions=40)
def test_lost_update_every_time():
    counter = Counter()
    together(counter.add, counter.add)
    assert counter.value == 2


@pytest.mark.duckrace
def test_deadlock():
    one, two = threading.Lock(), threading.Lock()

    def forth():
        with one, two:
            pass

    def back():
        with two, one:
            pass

    together(forth, back)


@pytest.mark.duckrace(max_steps=50)
def test_endless():
    done = threading.Event()

    def wait():
        while not done.is_set():
            pass

    together(wait)


@pytest.mark.duckrace(deadline=0.05, executions=10_000_000)
def test_deadline():
    together(int, int)


@pytest.mark.duckrace(watchdog=0.3)
def test_uncontrolled():
    def wait():
        reading, _ = os.pipe()
        os.read(reading, 1)

    together(wait)


@pytest.mark.duckrace
def test_nondeterministic():
    lock = threading.Lock()

    def some():
        with open(__file__ + ".count", "a+") as file:  # noqa: PTH123
            file.write(".")
            file.seek(0)
            for _ in range(len(file.read()) % 3):
                with lock:
                    pass

    together(some, some)


@pytest.mark.duckrace
def test_without_threads():
    assert True


@pytest.mark.duckrace(executions=20)
def test_skips():
    together(int)
    pytest.skip("not here")


@pytest.mark.duckrace(executions=20)
def test_xfails():
    pytest.xfail("known")


@pytest.mark.xfail(raises=AssertionError, strict=True)
@pytest.mark.duckrace
def test_known_bug():
    counter = Counter()
    together(counter.add, counter.add)
    assert counter.value == 2


@pytest.mark.duckrace(thread_exceptions="ignore", executions=10)
def test_thread_raises():
    def fail():
        raise ValueError("of a thread")

    together(fail)


@pytest.mark.duckrace(executions=10)
def test_thread_raises_and_fails():
    def fail():
        raise ValueError("of a thread")

    together(fail)


@pytest.mark.duckrace(executions=30)
def test_state_is_put_back():
    NOTES.append(next(everything))
    together(int, int)
    assert NOTES == [0]


@pytest.mark.duckrace(executions=30)
def test_time_is_virtual():
    began = time.monotonic()
    together(lambda: time.sleep(1000))
    assert time.monotonic() - began == 1000


@pytest.mark.duckrace(executions=30)
def test_logs(caplog):
    log.warning("once")
    together(int)
    assert [record.message for record in caplog.records] == ["once"]


@pytest.mark.duckrace(executions=30)
@pytest.mark.filterwarnings("default")
def test_warns():
    warnings.warn("be careful", UserWarning, stacklevel=1)
    together(int)


class TestClass:
    shared = []

    @pytest.mark.duckrace(executions=30)
    def test_method(self):
        assert not vars(self)
        self.counter = Counter()
        self.shared.append(1)
        together(self.counter.add_at_once, self.counter.add_at_once)
        assert (self.counter.value, self.shared) == (2, [1])

    class TestInner:
        @pytest.mark.duckrace(executions=5)
        def test_inner(self):
            together(int)


def test_plain():
    assert threading.Thread.__module__ == "threading"
    assert time.time() > 1_000_000_000
