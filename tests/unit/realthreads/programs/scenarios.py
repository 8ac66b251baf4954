"""Scenarios for real threads."""

import ctypes
import itertools
import threading
import time

runs = itertools.count()


def fine():
    print("said")
    seen = []
    threads = [threading.Thread(target=seen.append, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(seen)


def sometimes():
    print("said", next(runs))
    assert next(runs) < 20, "the twentieth"


def in_a_thread():
    def fails():
        raise ValueError("in there")

    thread = threading.Thread(target=fails, name="worker")
    thread.start()
    thread.join()


def circle():
    one, other = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def take(first, second):
        with first:
            both.wait()
            with second:
                pass

    thread = threading.Thread(target=take, args=(other, one), name="worker", daemon=True)
    thread.start()
    take(one, other)


def left_behind():
    threading.Thread(target=threading.Event().wait, name="left", args=(30,)).start()


def spins():
    ends = time.monotonic() + 4
    while time.monotonic() < ends:
        pass


def holds_the_gil():
    ctypes.PyDLL(None).sleep(60)


def takes(argument):
    pass
