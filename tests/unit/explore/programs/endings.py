"""Programs that end in several ways."""

import sys
from threading import Lock, Thread


def together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def appended():
    seen, lock = [], Lock()

    def append(name):
        with lock:
            seen.append(name)

    together(lambda: append("a"), lambda: append("b"))
    return seen


def orders():
    return tuple(appended())


def unhashable():
    return appended()


def sometimes_raises():
    assert appended()[-1] == "b"
    return "b last"


def circle():
    one, other = Lock(), Lock()

    def take(first, second):
        with first, second:
            pass

    together(lambda: take(one, other), lambda: take(other, one))
    return "fine"


def rare():
    seen, lock = [], Lock()

    def append(name):
        for _ in range(3):
            with lock:
                seen.append(name)

    together(lambda: append("a"), lambda: append("b"), lambda: append("c"))
    return "rare" if "".join(seen) == "cbacbabca" else "usual"


def counts_executions():
    """Something that no world restores: how often it ran."""
    sys.duckrace_ran = ran = getattr(sys, "duckrace_ran", 0) + 1
    lock = Lock()

    def take():
        for _ in range(1 + ran % 2):
            with lock:
                pass

    together(take, take)


def lost_update():
    class Counter:
        value = 0

    counter = Counter()

    def add():
        counter.value += 1

    together(add, add)
    return counter.value
