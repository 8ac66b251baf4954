"""Machines for `ParallelMachine`: right ones, and ones with a mistake that only threads show."""

from __future__ import annotations

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
