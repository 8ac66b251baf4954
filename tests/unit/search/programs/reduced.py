"""Programs that fail, to be minimised."""

import os
from threading import Condition, Lock, Thread

from duckrace.channels import channel


def together(*functions):
    threads = [Thread(target=function, name=function.__name__) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Counter:
    def __init__(self):
        self.lock = Lock()
        self.value = 0
        self.unit = 1  # only read once it is shared

    def add(self):
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + self.unit


def lost_update():
    counter = Counter()
    together(counter.add, counter.add)
    assert counter.value == 2, f"an update was lost: {counter.value}"


def lost_update_among_three():
    counter = Counter()
    together(counter.add, counter.add, counter.add)
    assert counter.value == 3, f"an update was lost: {counter.value}"


def in_turns():
    """Both threads must be preempted."""
    lock, order = Lock(), []

    def one():
        for _ in range(2):
            with lock:
                order.append(1)

    def other():
        for _ in range(2):
            with lock:
                order.append(2)

    together(one, other)
    assert order not in ([1, 2, 1, 2], [2, 1, 2, 1]), "in turns"


class Plain:
    def __init__(self):
        self.value = 0
        self.unit = 1

    def same(self, value):
        return value

    def add(self):
        value = self.same(self.value)
        mine = [self.unit, self.unit]
        self.value = value + mine[1]


def racy():
    counter = Plain()
    together(counter.add, counter.add)
    assert counter.value == 2, f"an update was lost: {counter.value}"


def racy_slowly():
    """Each execution takes so long that reducing is told of."""
    sum(range(3_000_000))
    racy()


def racy_for_long():
    counter = Plain()

    def many():
        for _ in range(110):
            counter.add()

    together(many, many, many)
    assert counter.value == 330, f"updates were lost: {330 - counter.value}"


def circle_and_a_bystander():
    one, other, third = Lock(), Lock(), Lock()

    def forth():
        with one, other:
            pass

    def back():
        with other, one:
            pass

    def bystander():
        for _ in range(3):
            with third:
                pass

    together(bystander, forth, back)


def two_circles():
    """Of three threads, or of two of them and the fourth."""
    locks = [Lock() for _ in range(3)]

    def a():
        with locks[0], locks[1]:
            pass

    def b():
        with locks[1], locks[2]:
            pass

    def c():
        with locks[2], locks[0]:
            pass

    def d():
        with locks[1], locks[0]:
            pass

    together(a, b, c, d)


def raises_or_hangs():
    """An exception without any preemption, a deadlock with one."""
    one, other, order = Lock(), Lock(), []

    def forth():
        with one, other:
            order.append("forth")

    def back():
        with other, one:
            order.append("back")

    together(forth, back)
    assert order == ["forth", "back"], "the wrong order"


def lost_notify():
    condition = Condition()
    given = []

    def give():
        given.append(1)
        with condition:
            condition.notify()

    def take():
        with condition:
            condition.wait()

    together(give, take)


class Box:
    def __init__(self):
        self.full = False


def raised_by_a_thread():
    box, other, lock = Box(), Box(), Lock()

    def fills():
        with lock:
            pass
        box.full = True

    def looks():
        assert not box.full, "too late"

    def bystander():
        with Lock():
            other.full = True

    together(looks, fills, bystander)


def endless():
    lock = Lock()
    stop = []

    def spin():
        while not stop:
            with lock:
                pass

    together(spin, spin)


def sender_is_dropped():
    tx, rx = channel()

    def give():
        tx.send(1)
        tx.drop()

    together(give)
    assert rx.recv() == 2


def fails_for_a_while():
    """Not the same in every execution: it is right as soon as it has run so often."""
    lock_one = Counter()
    with open(os.environ["COUNT"], "a+", encoding="utf-8") as file:
        file.write(".")
        file.seek(0)
        count = len(file.read())
    together(lock_one.add, lock_one.add, lock_one.add)
    assert count > int(os.environ["RIGHT_AFTER"]), "not yet"
