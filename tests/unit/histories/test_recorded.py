"""Recorded objects: under the simulated machine without a schedule point more, and on real threads."""

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import duckrace
from duckrace import Kind, UsageError
from duckrace.histories import Invocation, Raised, recorded

PROGRAMS = Path(__file__).parent / "programs" / "recording.py"


class Box:
    """All the ways to be called."""

    colour = "red"

    def __init__(self) -> None:
        self.items: list[Any] = []

    def put(self, item: Any, *, front: bool = False) -> None:
        self.items.insert(0 if front else len(self.items), item)

    def twice(self, item: Any) -> None:
        self.put(item)
        self.put(item)

    def fail(self) -> None:
        raise LookupError("here")

    def stop(self) -> None:
        raise KeyboardInterrupt

    def __len__(self) -> int:
        return len(self.items)

    def __enter__(self) -> str:
        return "in"

    def __exit__(self, *exc: object) -> None:
        pass


def test_calls_results_and_exceptions() -> None:
    box = recorded(Box())
    box.put(1)
    box.put(item=2, front=True)
    assert box.items == [2, 1]
    assert box.colour == "red"
    with pytest.raises(LookupError, match="here"):
        box.fail()
    assert len(box) == 2
    with box as inside:
        assert inside == "in"
    box.twice(3)
    with pytest.raises(KeyboardInterrupt):
        box.stop()
    operations = box.history().operations
    assert [operation.what for operation in operations] == [
        Invocation("put", (1,)),
        Invocation("put", (2, ("front", True))),
        Invocation("fail"),
        Invocation("__len__"),
        Invocation("__enter__"),
        Invocation("__exit__", (None, None, None)),
        Invocation("twice", (3,)),
        Invocation("stop"),
    ]
    assert [operation.result for operation in operations] == [None, None, Raised("LookupError"), 2, "in", *[None] * 3]
    assert {operation.process for operation in operations} == {"MainThread"}
    assert [operation.ret is None for operation in operations] == [False] * 7 + [True]


def test_chosen_methods_only() -> None:
    box = recorded(Box(), "put", "__len__")
    box.put(1)
    box.twice(2)
    len(box)
    with box:
        pass
    assert [operation.what.name for operation in box.history().operations] == ["put", "__len__"]


def test_what_cannot_be_recorded() -> None:
    with pytest.raises(UsageError, match="Box has no method 'push' to record"):
        recorded(Box(), "push")
    with pytest.raises(UsageError, match="has a history"):
        recorded(recorded(Box()))
    box: Any = None

    class Loop(Box):
        def again(self) -> None:
            box.put(1)

    box = recorded(Loop())
    box.again()
    with pytest.raises(UsageError, match=r"put\(1\) was called inside of another recorded call"):
        box.history()


def test_a_call_that_the_method_refuses() -> None:
    box = recorded(Box())
    with pytest.raises(TypeError):
        box.put(no=1)
    assert box.history().operations[0].result == Raised("TypeError")


def test_attributes_are_those_of_the_object() -> None:
    target = Box()
    box = recorded(target)
    box.colour = "blue"
    assert target.colour == box.colour == "blue"
    del box.colour
    assert target.colour == "red"
    assert "colour" not in vars(box)


class Many(list[int]):
    __hash__ = None

    def __bool__(self) -> bool:
        return False


def test_special_methods_are_handed_on() -> None:
    target = Many([3, 1])
    many = recorded(target)
    assert next(iter(many)) == 3  # list() would ask for the length, which is recorded
    assert many == [3, 1]
    assert many == recorded(Many([3, 1]))
    assert many != [3]
    assert many + [2] == [3, 1, 2]  # noqa: RUF005
    assert [*reversed(many)] == [1, 3]
    assert repr(many) == "[3, 1]"
    assert not many
    with pytest.raises(TypeError, match="unhashable"):
        hash(many)
    assert many.history().operations == ()
    same = many
    many += [5]
    assert many is same
    assert many[2] == 5 == target[2]
    assert 5 in many
    assert [operation.what.name for operation in many.history().operations] == [
        "__iadd__",
        "__getitem__",
        "__contains__",
    ]
    assert hash(recorded(7)) == hash(7)
    with pytest.raises(TypeError, match="not iterable"):
        iter(recorded(Box()))
    named = recorded(Many(), "__eq__")
    assert named == []
    assert [operation.what.name for operation in named.history().operations] == ["__eq__"]


def test_names_are_unique() -> None:
    box = recorded(Box())
    barrier = threading.Barrier(3)

    def work() -> None:
        barrier.wait()
        box.put(1)
        barrier.wait()

    threads = [threading.Thread(target=work, name=name) for name in ("w", "w", "w (2)")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({operation.process for operation in box.history().operations}) == 3


def test_after_an_exception_that_is_no_error() -> None:
    """The thread went on, so the call had ended; of the last one nobody knows."""
    box = recorded(Box())
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            box.stop()
    first, second = box.history().operations
    assert (first.ret, first.result) == (1, Raised("KeyboardInterrupt"))
    assert second.ret is None


def test_real_threads() -> None:
    """Many at once: everything is there, each thread's calls in its order, and the sum is explained."""

    class Counter:
        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.number = 0

        def increment(self) -> int:
            with self.lock:
                self.number += 1
                return self.number

    class Model:
        def initial(self) -> int:
            return 0

        def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Any:
            yield state + 1, state + 1

    counter = recorded(Counter())

    def work() -> None:
        barrier.wait()
        for _ in range(200):
            counter.increment()

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        barrier = threading.Barrier(4)
        threads = [threading.Thread(target=work, name="W") for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    one = counter.history()
    assert len(one.operations) == 800
    assert one.complete
    assert {operation.process for operation in one.operations} == {"W", "W (2)", "W (3)", "W (4)"}
    found = duckrace.linearizable(one, Model())
    assert found.ok
    assert [operation.result for operation in found.witness] == list(range(1, 801))


def test_no_schedule_point_more() -> None:
    plain, watched = (
        duckrace.explore(f"{PROGRAMS}::{name}", strategy="dpor", executions=500) for name in ("plain", "watched")
    )
    assert plain.verdict == watched.verdict
    assert plain.exhaustive
    assert (plain.executions, plain.steps) == (watched.executions, watched.steps)
    assert list(watched.outcomes) == ["['MainThread', 'Thread-1 (increment)', 'Thread-2 (increment)']"]


@pytest.mark.parametrize("granularity", ["sync", "gil", "access"])
def test_races_are_found_at_the_granularity_that_has_them(granularity: str) -> None:
    result = duckrace.explore(f"{PROGRAMS}::racy", strategy="dpor", granularity=granularity, executions=2_000)
    if granularity == "access":
        assert result.verdict.kind is Kind.FAILED
        assert "an increment is lost" in result.failures[0].message
    else:
        assert result.verdict.kind is Kind.PASSED, result.failures


def test_objects_of_the_world_and_their_exceptions() -> None:
    assert duckrace.enumerate_outcomes(f"{PROGRAMS}::exceptions") == {1, "nothing"}


def test_a_call_that_never_returns_hangs_as_ever() -> None:
    result = duckrace.explore(f"{PROGRAMS}::deadlock", executions=5)
    assert result.verdict.kind in (Kind.DEADLOCK, Kind.ORPHANED_WAIT), result.verdict
    assert ("A", "waits to acquire lock#1, held by MainThread") in [
        (state.name, state.waits_for) for state in result.failures[0].threads
    ]
