"""A program of rules of a user's machine: run, recorded and judged.

A step is ``(rule, arguments)``: the rule's name, and pairs of its arguments. `Kept` stands for what an earlier step
returned into a bundle.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hypothesis.stateful import INITIALIZE_RULE_MARKER, INVARIANT_MARKER, RULE_MARKER, MultipleResults

from duckrace.histories import Event, History, Invocation, Linearizability, linearizable
from duckrace.stateful._kept import Kept

from ._parts import together
from ._watched import NotLinearizable

BUDGET = 200_000
"""Steps, and entries, of the search for one history."""
SKIPPED: Any = object()


class Running:
    """A machine whose rules are recorded when they are called by name: ``on.add(amount=1)``."""

    def __init__(self, kind: type[Any]) -> None:
        self.machine = kind()
        self.kind = kind
        self.events: list[tuple[str, str, Any]] = []
        self.stops: list[tuple[int, tuple[str, ...]]] = []
        self.inside: dict[str, Invocation] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        rule = rule_of(self.kind, name)
        if rule is None:
            raise AttributeError(f"{self.kind.__name__} has no rule {name!r}, and nothing was kept under that name")
        return lambda **arguments: self.call(name, rule, arguments)

    def call(self, name: str, rule: Any, arguments: dict[str, Any]) -> Any:
        """Call a rule; both ends of it are recorded. Nothing happens if it may not be called now: SKIPPED."""
        if not all(condition(self.machine) for condition in rule.preconditions):
            return SKIPPED
        process = threading.current_thread().name
        what = Invocation(name, tuple(arguments.values()))
        self.inside[process] = what
        self.events.append(("call", process, what))
        result = rule.function(self.machine, **arguments)
        self.events.append(("return", process, result))
        del self.inside[process]
        return result

    def stop(self) -> None:
        """Nobody can go on: the invariants must hold."""
        self.stops.append((len(self.events), tuple(sorted(self.inside))))
        for value in members(self.kind):
            invariant = getattr(value, INVARIANT_MARKER, None)
            if invariant is not None and all(condition(self.machine) for condition in invariant.preconditions):
                invariant.function(self.machine)

    def judge(self) -> None:
        """Raises NotLinearizable."""
        found = self.judgement()
        if not found.ok:
            raise NotLinearizable(found.explanation)
        self.machine.teardown()

    def judgement(self) -> Linearizability:
        """Whether the model explains what was seen, at each stop."""
        model = self.kind.model
        model = model() if isinstance(model, type) else model
        found: Linearizability | None = None
        last = (len(self.events), tuple(sorted(self.inside)))
        for position, waiting in dict.fromkeys((*self.stops, last)):
            if (position, waiting) != last and not waiting:
                continue
            history = History.of([Event(*event) for event in self.events[:position]], waiting)  # type: ignore[arg-type]
            found = linearizable(history, model, max_steps=BUDGET, max_entries=BUDGET)
            if not found.ok:
                return found
        assert found is not None
        return found


def performed(
    kind: type[Any],
    parts: tuple[Sequence[Any], Sequence[Sequence[Any]], Sequence[Any]],
    begins: Callable[[int, int], object],
) -> Running:
    """Run the program up to where nobody can go on. `begins` is told of each step: which thread's, and which one."""
    on = Running(kind)
    on.stop()
    kept: dict[tuple[int, int], tuple[Any, ...]] = {}
    before, threads, after = parts
    number = 0
    for steps, names in (
        ([before], ["before"]),
        (threads, [f"thread {n}" for n in range(1, len(threads) + 1)]),
        ([after], ["after"]),
    ):
        workers = [_worker(on, own, number + n, begins, kept) for n, own in enumerate(steps)]
        number += len(workers)
        if any(steps):
            together(*workers, names=names)
            on.stop()
    return on


def _worker(
    on: Running,
    steps: Sequence[Any],
    number: int,
    begins: Callable[[int, int], object],
    kept: dict[tuple[int, int], tuple[Any, ...]],
) -> Callable[[], None]:
    def work() -> None:
        for place, (name, pairs) in enumerate(steps):
            begins(number, place)
            arguments = {}
            for argument, value in pairs:
                if isinstance(value, Kept):
                    values = kept.get((value.thread, value.step), ())
                    if not values:  # that step was not made, or has not returned
                        break
                    value = values[value.number % len(values)]
                arguments[argument] = value
            else:
                result = on.call(name, rule_of(on.kind, name), arguments)
                if result is not SKIPPED:
                    kept[number, place] = result.values if isinstance(result, MultipleResults) else (result,)

    return work


def members(kind: type[Any]) -> Iterator[Any]:
    """What is defined in the class and above it, in the order of the files."""
    found: dict[str, Any] = {}
    for above in reversed(kind.__mro__):
        found.update(vars(above))
    yield from found.values()


def rule_of(kind: type[Any], name: str) -> Any:
    """The rule of a name."""
    value = getattr(kind, name, None)
    return getattr(value, RULE_MARKER, None) or getattr(value, INITIALIZE_RULE_MARKER, None)


def running(kind: type[Any]) -> Running:
    """A new machine, for a program that is written as a file."""
    return Running(kind)
