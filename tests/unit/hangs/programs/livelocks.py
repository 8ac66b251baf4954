"""Programs that go on for ever, and some that only take long. What each of them is stands after the arrow."""

import itertools
import random
import threading
import time


def _pair(*functions):
    threads = [threading.Thread(target=function, name=name) for function, name in zip(functions, "ABC", strict=False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def after_you():
    """Each lets the other one go first.  -> LIVELOCK"""
    gone = {"A": False, "B": False}

    def go(me, other):
        while not gone[other]:
            time.sleep(0)
        gone[me] = True

    _pair(lambda: go("A", "B"), lambda: go("B", "A"))


def after_you_by_events():
    """-> LIVELOCK"""
    gone = {"A": threading.Event(), "B": threading.Event()}

    def go(me, other):
        while not gone[other].is_set():
            pass
        gone[me].set()

    _pair(lambda: go("A", "B"), lambda: go("B", "A"))


def politely_holding():
    """Each holds one lock, and tries the other one that nobody will give back.  -> LIVELOCK"""
    first, second, both = threading.Lock(), threading.Lock(), threading.Barrier(2)

    def work(mine, other):
        with mine:
            both.wait()
            while not other.acquire(blocking=False):
                time.sleep(0)
            other.release()

    _pair(lambda: work(first, second), lambda: work(second, first))


def third_is_blocked():
    """A thread that waits for a lock has no part in it.  -> LIVELOCK"""
    lock, gone = threading.Lock(), {"A": False, "B": False}

    def go(me, other):
        while not gone[other]:
            time.sleep(0)
        gone[me] = True

    def wait():
        with lock:
            pass

    lock.acquire()
    _pair(lambda: go("A", "B"), lambda: go("B", "A"), wait)


def flag():
    """The one that waits has to let the other one go.  -> PASSED"""
    done = threading.Event()

    def wait():
        while not done.is_set():
            pass

    _pair(wait, done.set)


def busy_flag():
    """What it waits for takes a few steps of somebody else.  -> PASSED"""
    done, lock = [], threading.Lock()

    def wait():
        while not done:
            time.sleep(0)

    def work():
        for _ in range(5):
            with lock:
                pass
        done.append(1)

    _pair(wait, work)


def tried():
    """A lock that is tried until it is free.  -> PASSED"""
    lock = threading.Lock()

    def work():
        while not lock.acquire(blocking=False):
            pass
        time.sleep(0)
        lock.release()

    _pair(work, work)


def long_loop():
    """Its variables count.  -> BUDGET"""

    def work():
        left = 100_000
        while left:
            left -= 1
            time.sleep(0)

    _pair(work, work)


def long_attribute():
    """An object that they share counts.  -> BUDGET"""

    class Counter:
        value = 0

    counter = Counter()

    def work():
        while counter.value < 100_000:
            counter.value += 1
            time.sleep(0)

    _pair(work, work)


def long_for():
    """No variable says how far the loop is.  -> BUDGET"""
    nothing = [None] * 100_000

    def work():
        for _ in nothing:
            time.sleep(0)

    _pair(work, work)


def long_generator():
    """An iterator counts.  -> BUDGET"""
    numbers = itertools.count()

    def work():
        while next(numbers) < 100_000:
            time.sleep(0)

    _pair(work, work)


def long_luck():
    """Some day both will be lucky.  -> BUDGET"""

    def work():
        while random.random() < 0.9999:
            time.sleep(0)

    _pair(work, work)


def alone():
    """Nobody else takes part.  -> BUDGET"""
    done = []

    def wait():
        while not done:
            time.sleep(0)

    _pair(wait, lambda: None)


def time_will_tell():
    """Time passes for real: what waits will happen.  -> BUDGET"""
    done = []

    def wait():
        while not done:
            time.sleep(0)

    def work():
        time.sleep(1)
        done.append(1)

    _pair(wait, wait, work)


def busy_third():
    """Two of them get nowhere, the third one does.  -> BUDGET"""
    gone, lock = {"A": False, "B": False}, threading.Lock()

    def go(me, other):
        while not gone[other]:
            time.sleep(0)
        gone[me] = True

    def work():
        number = 0
        while True:
            number += 1
            with lock:
                pass

    _pair(lambda: go("A", "B"), lambda: go("B", "A"), work)
