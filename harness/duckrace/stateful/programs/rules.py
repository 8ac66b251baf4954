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

from . import _parts
from ._watched import NotLinearizable

BUDGET = 200_000
"""Steps, and entries, of the search for one history."""
SKIPPED: Any = object()
"""What a step came to that was left out."""
MISSING: Any = object()
"""A value that no step has returned: a step that needs it is left out."""


class Running:
    """A machine whose rules are recorded when they are called by name::

    run = running(Counters)
    on = run.on  # has the rules and nothing else, so they may have any name
    run.together(lambda: on.add(amount=1), lambda: on.get())
    run.judge()
    """

    def __init__(self, kind: type[Any]) -> None:
        self.machine = kind()
        self.kind = kind
        self.on = _Rules(self)
        self.events: list[tuple[str, str, Any]] = []
        self.stops: list[tuple[int, tuple[str, ...]]] = []
        self.inside: dict[str, Invocation] = {}
        self._kept: dict[tuple[int, int], tuple[Any, ...]] = {}
        self._seen = 0  # events that there were when `settled` was asked last

    def keep(self, thread: int, step: int, result: Any) -> None:
        """What a step returned is in its bundle: several values, if it says so, and none if it was left out."""
        if result is not SKIPPED:
            self._kept[thread, step] = result.values if isinstance(result, MultipleResults) else (result,)

    def kept(self, thread: int, step: int, number: int = 0) -> Any:
        """The n-th value that a step returned; MISSING if it has returned none, or not yet."""
        values = self._kept.get((thread, step), ())
        return values[number] if number < len(values) else MISSING

    def call(self, name: str, rule: Any, arguments: dict[str, Any]) -> Any:
        """Call a rule; both ends of it are recorded. SKIPPED: it may not be called now, or not with these arguments."""
        if any(value is MISSING for value in arguments.values()):
            return SKIPPED
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

    def together(self, *functions: Callable[[], object], names: Sequence[str] = ()) -> None:
        """A part: the functions in a thread each, until nobody can go on. Then the invariants must hold."""
        if not self.stops:
            self.stop()
        _parts.together(*functions, names=names, settled=self.settled)
        self.stop()

    def settled(self) -> bool:
        """Was nothing logged since this was asked last?"""
        seen, self._seen = self._seen, len(self.events)
        return seen == self._seen

    def stop(self) -> None:
        """Nobody can go on: the invariants must hold."""
        self.stops.append((len(self.events), tuple(sorted(self.inside))))
        for value in members(self.kind):
            invariant = getattr(value, INVARIANT_MARKER, None)
            if invariant is not None and all(condition(self.machine) for condition in invariant.preconditions):
                invariant.function(self.machine)

    def judge(self) -> None:
        """Raises NotLinearizable."""
        if not self.stops:
            self.stop()
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


class _Rules:
    """The rules of a machine that runs, by name."""

    def __init__(self, running: Running) -> None:
        self.__running = running

    def __getattr__(self, name: str) -> Callable[..., Any]:
        running = self.__running
        rule = rule_of(running.kind, name)
        if rule is None:
            raise AttributeError(f"{running.kind.__name__} has no rule {name!r}")
        return lambda **arguments: running.call(name, rule, arguments)


def performed(
    kind: type[Any],
    parts: tuple[Sequence[Any], Sequence[Sequence[Any]], Sequence[Any]],
    begins: Callable[[int, int], object],
) -> Running:
    """Run the program up to where nobody can go on. `begins` is told of each step: which thread's, and which one."""
    run = Running(kind)
    run.stop()
    before, threads, after = parts
    number = 0
    for steps, names in (
        ([before], ["before"]),
        (threads, [f"thread {n}" for n in range(1, len(threads) + 1)]),
        ([after], ["after"]),
    ):
        workers = [_worker(run, own, number + n, begins) for n, own in enumerate(steps)]
        number += len(workers)
        if any(steps):
            run.together(*workers, names=names)
    return run


def _worker(
    run: Running, steps: Sequence[Any], number: int, begins: Callable[[int, int], object]
) -> Callable[[], None]:
    def work() -> None:
        for place, (name, pairs) in enumerate(steps):
            begins(number, place)
            arguments = {name: run.kept(*value) if isinstance(value, Kept) else value for name, value in pairs}
            run.keep(number, place, run.call(name, rule_of(run.kind, name), arguments))

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
