"""Scenarios with recorded objects, and the same without, to compare what is explored."""

import queue
from threading import Lock, Thread

from duckrace import linearizable
from duckrace.histories import Raised, recorded


class Counter:
    def __init__(self):
        self.lock = Lock()
        self.number = 0

    def increment(self):
        with self.lock:
            self.number += 1

    def get(self):
        return self.number


class Racy(Counter):
    def increment(self):
        self.number = self.number + 1


class Model:
    def initial(self):
        return 0

    def step(self, state, name, arguments):
        if name == "increment":
            yield None, state + 1
        elif name == "get":
            yield state, state


def _work(counter):
    threads = [Thread(target=counter.increment) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counter.get()
    return counter


def plain():
    _work(Counter())


def watched():
    counter = _work(recorded(Counter()))
    assert linearizable(counter.history(), Model())
    return str(sorted(str(operation.process) for operation in counter.history().operations))


def racy():
    assert linearizable(_work(recorded(Racy())).history(), Model()), "an increment is lost"


class Items:
    """A queue of the world: its exceptions are the world's, too."""

    def initial(self):
        return ()

    def step(self, state, name, arguments):
        if name == "put":
            yield None, (*state, *arguments)
        elif state:
            yield state[0], state[1:]
        else:
            yield Raised(queue.Empty), state


def exceptions():
    items = recorded(queue.Queue(), "put", "get_nowait")
    thread = Thread(target=items.put, args=(1,), name="A")
    thread.start()
    found = "nothing"
    try:
        found = items.get_nowait()
    except queue.Empty:
        pass
    thread.join()
    assert linearizable(items.history(), Items())
    return found


def deadlock():
    lock = recorded(Lock(), "acquire")
    lock.acquire()
    Thread(target=lock.acquire, name="A").start()
