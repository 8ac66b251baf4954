"""One small program per ending.  Its verdict stands after ``->``."""

import sys
import threading
import time


def _pair(first, second):
    threads = [threading.Thread(target=first, name="A"), threading.Thread(target=second, name="B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def passes():
    """-> PASSED"""
    _pair(lambda: None, lambda: None)
    return 1


def exception_in_main():
    """-> FAILED: ValueError: wrong in MainThread at"""
    _pair(lambda: None, lambda: None)
    raise ValueError("wrong")


def exception_without_text():
    """-> FAILED: AssertionError in MainThread at"""
    _pair(lambda: None, lambda: None)
    assert 1 == 2


def exception_in_child():
    """-> FAILED: ZeroDivisionError: division by zero in A at"""

    def fail():
        return 1 / 0

    _pair(fail, lambda: None)


def exception_in_one_order():
    """-> FAILED: AssertionError: ba"""
    lock, order = threading.Lock(), []

    def enter(name):
        with lock:
            order.append(name)

    _pair(lambda: enter("a"), lambda: enter("b"))
    assert order == ["a", "b"], "".join(order)


def exception_by_interrupt_of_the_program():
    """-> FAILED: KeyboardInterrupt"""
    _pair(lambda: None, lambda: None)
    raise KeyboardInterrupt


def exception_group():
    """-> FAILED: ExceptionGroup: two (2 sub-exceptions)"""
    _pair(lambda: None, lambda: None)
    raise ExceptionGroup("two", [ValueError(1), ValueError(2)])


def deadlock():
    """-> DEADLOCK: A waits to acquire"""
    one, two = threading.Lock(), threading.Lock()

    def take(first, second):
        with first, second:
            pass

    _pair(lambda: take(one, two), lambda: take(two, one))


def step_limit():
    """-> BUDGET: an execution made"""
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                pass

    _pair(work, lambda: None)


def sleeps_for_ever():
    """-> BUDGET: an execution made"""

    def work():
        while True:
            time.sleep(1)

    _pair(work, lambda: None)


def livelock():
    """Two polite threads, each of which lets the other one go first.  -> LIVELOCK: go on for ever"""
    turn = {"A": True, "B": True}

    def work(me, other):
        while turn[me]:
            if turn[other]:
                time.sleep(0)
                continue
            turn[me] = False

    _pair(lambda: work("A", "B"), lambda: work("B", "A"))


def spin_without_schedule_points():
    """-> BUDGET: an execution made"""
    flag = []

    def work():
        while not flag:
            pass

    _pair(work, lambda: None)


def spin_that_ends():
    """A loop yields now and then, so that what it waits for can happen.  -> PASSED"""
    flag = []

    def work():
        while not flag:
            pass

    _pair(work, lambda: flag.append(1))
    return 1


def spin_of_both():
    """-> PASSED"""
    flags = {"A": False, "B": False}

    def work(me, other):
        flags[me] = True
        while not flags[other]:
            continue

    _pair(lambda: work("A", "B"), lambda: work("B", "A"))
    return 1


def exits():
    """-> UsageError: calls sys.exit"""
    _pair(lambda: None, lambda: None)
    sys.exit(0)


def exits_in_a_child():
    """-> PASSED"""
    _pair(sys.exit, lambda: None)
    return 1


def returns_something_odd():
    """-> PASSED"""
    _pair(lambda: None, lambda: None)
    return {"a": [1]}


def repr_that_fails():
    """-> PASSED"""
    _pair(lambda: None, lambda: None)

    class Odd:
        def __repr__(self):
            raise ValueError

    return Odd()


def repr_that_waits():
    """-> PASSED"""
    _pair(lambda: None, lambda: None)

    class Odd:
        def __init__(self):
            self.lock = threading.Lock()
            self.lock.acquire()

        def __repr__(self):
            with self.lock:
                return "odd"

    return Odd()


def fails_in_three_ways():
    """-> FAILED:"""
    order = []

    def enter(name):
        with threading.Lock():
            order.append(name)

    threads = [threading.Thread(target=enter, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order[0] != "b", "b first"
    if order[0] == "c":
        threading.Lock().acquire(blocking=True) and threading.Event().wait()
    return order[0]
