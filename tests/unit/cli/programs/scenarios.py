"""Scenarios for the tests of the command line: one of every ending, and every bad one."""

import os
import sys
import time
from threading import Lock, Thread


def run(*functions):
    threads = [Thread(target=function, name=function.__name__) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def fine():
    lock = Lock()

    def worker():
        with lock:
            print("said by a passing execution")

    run(worker)
    return "done"


def lost_update():
    total = [0]
    lock = Lock()

    def add():
        with lock:
            seen = total[0]
        with lock:
            total[0] = seen + 1

    run(add, add)
    print(f"total is {total[0]}")
    assert total[0] == 2, "an update was lost"
    return total[0]


def circle():
    a, b = Lock(), Lock()

    def one():
        with a, b:
            pass

    def two():
        with b, a:
            pass

    run(one, two)


def endless():
    def spin():
        while True:
            pass

    run(spin)


def stalls():
    import select

    run(lambda: select.select([], [], [], 300))


def many_steps():
    lock = Lock()

    def worker():
        for _ in range(20):
            with lock:
                pass

    if "STARTED" in os.environ:
        open(os.environ["STARTED"], "w").close()
    run(worker, worker)


def two_kinds():
    lock = Lock()
    order = []

    def a():
        with lock:
            order.append("a")

    def b():
        with lock:
            order.append("b")

    run(a, b)
    if order[0] == "b":
        raise ValueError("b was first")
    return "".join(order)


def takes_arguments(one, two):
    pass


def starts_nothing():
    time.sleep(1)


def leaves():
    run(lambda: None)
    sys.exit(4)


async def coroutine():
    pass


def outer():
    def inner():
        pass

    return inner


number = 3
