"""Machines for `ParallelMachine`: right ones, and ones with a mistake that only threads show."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Iterator
from threading import Condition, Lock
from typing import Any

from hypothesis import strategies as st

from duckrace.stateful import (
    Bundle,
    ParallelMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)


class Counter:
    def __init__(self) -> None:
        self.lock = Lock()
        self.value = 0

    def add(self, amount: int) -> int:
        with self.lock:
            self.value += amount
            return self.value

    def get(self) -> int:
        with self.lock:
            return self.value


class TornCounter(Counter):
    """Reads and writes in two steps."""

    def add(self, amount: int) -> int:
        with self.lock:
            value = self.value
        with self.lock:
            self.value = value + amount
            return self.value


class CounterModel:
    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[int, int]]:
        if name == "add":
            yield state + arguments[0], state + arguments[0]
        else:
            yield state, state


class Counters(ParallelMachine):
    model = CounterModel
    make: type[Counter] = Counter

    def __init__(self) -> None:
        self.counter = self.make()

    @rule(amount=st.integers(1, 100))
    def add(self, amount: int) -> int:
        return self.counter.add(amount)

    @rule()
    def get(self) -> int:
        return self.counter.get()


class TornCounters(Counters):
    make = TornCounter


TestCounters = Counters.TestCase
TestTornCounters = TornCounters.TestCase


class Pool:
    """Tickets; who finds none waits for one."""

    def __init__(self, size: int) -> None:
        self.free = deque(range(size))
        self.changed = Condition()

    def acquire(self) -> int:
        with self.changed:
            while not self.free:
                self.changed.wait()
            return self.free.popleft()

    def release(self, ticket: int) -> None:
        with self.changed:
            self.free.append(ticket)
            self.changed.notify()


class SleepyPool(Pool):
    """Wakes somebody only if nothing was free before; and looks at that outside of the lock."""

    def acquire(self) -> int:
        self.changed.acquire()
        while not self.free:
            self.changed.release()  # between here and the wait a release is missed
            self.changed.acquire()
            self.changed.wait()
        ticket = self.free.popleft()
        self.changed.release()
        return ticket


class PoolModel:
    """The tickets that are free, in order."""

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "make":
            yield None, tuple(range(arguments[0]))
        elif name == "release":
            yield None, (*state, arguments[0])
        elif state:
            yield state[0], state[1:]


class Pools(ParallelMachine):
    model = PoolModel
    tickets = Bundle("tickets")
    make_pool: type[Pool] = Pool

    def __init__(self) -> None:
        self.size = 0
        self.torn_down = False

    @initialize(size=st.integers(1, 2))
    def make(self, size: int) -> None:
        self.size = size
        self.pool = self.make_pool(size)

    @rule(target=tickets)
    def acquire(self) -> int:
        return self.pool.acquire()

    @rule(ticket=consumes(tickets))
    def release(self, ticket: int) -> None:
        self.pool.release(ticket)

    @precondition(lambda self: self.size > 2)
    @rule()
    def never(self) -> None:
        raise AssertionError("a rule whose precondition is false was called")

    @invariant()
    def no_more_than_there_are(self) -> None:
        assert self.size == 0 or len(self.pool.free) <= self.size

    def teardown(self) -> None:
        self.torn_down = True


class SleepyPools(Pools):
    make_pool = SleepyPool


class Leaky(Pools):
    """An invariant that does not hold once two threads were there."""

    @invariant()
    def all_are_back(self) -> None:
        assert self.size == 0 or self.pool.free, "nothing is free"


class Several(ParallelMachine):
    """Rules that return several values into a bundle."""

    model = CounterModel
    values = Bundle("values")
    threads = 2

    def __init__(self) -> None:
        self.counter = Counter()

    @rule(target=values)
    def none(self) -> Any:
        return multiple()

    @rule(target=values)
    def two(self) -> Any:
        return multiple(1, 2)

    @rule(value=values)
    def add(self, value: int) -> int:
        return self.counter.add(value)


class SeveralModel(CounterModel):
    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name in ("none", "two"):
            yield None, state
        else:
            yield from super().step(state, name, arguments)

    def matches(self, allowed: Any, actual: Any) -> bool:
        return allowed is None or bool(allowed == actual)


Several.model = SeveralModel


class Raises(Counters):
    """A rule that lets an exception out."""

    @rule()
    def breaks(self) -> None:
        raise KeyError("out")


class NoModel(ParallelMachine):
    @rule()
    def nothing(self) -> None: ...


class NoRules(ParallelMachine):
    model = CounterModel


class Filtered(Several):
    @rule(value=Several.values.filter(bool))
    def add_some(self, value: int) -> int:
        return self.counter.add(value)


class OneThread(Counters):
    threads = 1


class QueueModel:
    """How many are in it."""

    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name in ("put", "stop"):
            yield None, state + 1
        elif state:
            yield 1, state - 1
        elif name != "get":
            yield "timed out", state


class Slow(ParallelMachine):
    """A queue that is right, whose callers take their time."""

    model = QueueModel

    def __init__(self) -> None:
        self.queue: queue.Queue[int] = queue.Queue()

    @rule()
    def put(self) -> None:
        time.sleep(2)
        self.queue.put(1)

    @rule()
    def stop(self) -> None:
        for _ in range(30):  # more often than one rest lasts
            time.sleep(3)
        self.queue.put(1)

    @rule()
    def get(self) -> int:
        return self.queue.get()

    @rule()
    def get_in_time(self) -> Any:
        try:
            return self.queue.get(timeout=5)
        except queue.Empty:
            return "timed out"

    @rule()
    def poll(self) -> Any:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                return self.queue.get_nowait()
            except queue.Empty:
                time.sleep(0.01)
        return "timed out"


class Unlocked(ParallelMachine):
    """The textbook's race, without any lock."""

    model = CounterModel

    def __init__(self) -> None:
        self.value = 0

    @rule(amount=st.just(1))
    def add(self, amount: int) -> int:
        value = self.value
        value = value + amount
        self.value = value
        return value


class UnlockedAccess(Unlocked):
    granularity = "access"


def plus(one: int, other: int) -> int:
    return one + other


class UnlockedGil(Unlocked):
    """With a call in the middle: CPython's threads do not switch without."""

    granularity = "gil"

    @rule(amount=st.just(1))
    def add(self, amount: int) -> int:
        value = plus(self.value, amount)
        self.value = value
        return value


class HastyQueue:
    """Who waits in vain believes that there is nothing, but leaves its mark; who puts serves the mark."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.waiting = 0
        self.value = 0

    def put(self) -> None:
        with self.changed:
            self.value += 1
            self.changed.notify()

    def get(self) -> Any:
        with self.changed:
            if not self.value and not self.changed.wait(1):
                self.waiting += 1
        with self.changed:
            if self.waiting and self.value:  # after its time-out, between the two blocks
                return "lost"
            if not self.value:
                return "timed out"
            self.value -= 1
            return 1


class Hasty(ParallelMachine):
    """Wrong only if a time-out comes while a put is under way."""

    model = QueueModel
    timeouts = "both"
    samples = 50
    threads = 2
    operations = 1
    around = 0

    def __init__(self) -> None:
        self.queue = HastyQueue()

    @rule()
    def put(self) -> None:
        self.queue.put()

    @rule()
    def get_in_time(self) -> Any:
        return self.queue.get()


class HastyIdle(Hasty):
    timeouts = "idle"


class WrongGranularity(Counters):
    granularity = "line"


class WrongTimeouts(Counters):
    timeouts = "early"


class Clashing(ParallelMachine):
    """Rules with names that the runner of programs uses, too; none is right."""

    model = CounterModel

    @rule()
    def stop(self) -> str:
        return "wrong"

    @rule()
    def judge(self) -> str:
        return "wrong"


class Second(ParallelMachine):
    """Wrong for the second of several values, and for nothing else."""

    model = SeveralModel
    values = Bundle("values")
    threads = 2

    @rule(target=values)
    def two(self) -> Any:
        return multiple(1, 2)

    @rule(value=values)
    def use(self, value: int) -> Any:
        return "wrong" if value == 2 else 0


class SecondModel(SeveralModel):
    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        yield (0 if name == "use" else None), state


Second.model = SecondModel
