"""Programs of rules of a user's machine: drawn, run, judged.

The rules are those of the class as the simulated world has loaded it, so that the values which its strategies make are
of the world's classes as well. A bundle has the values of earlier steps of the same thread, and of the part before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from inspect import signature, unwrap
from types import CodeType
from typing import Any, Final

from hypothesis.stateful import INITIALIZE_RULE_MARKER, RULE_MARKER, Bundle, multiple

from duckrace._data import Kind
from duckrace._errors import UsageError
from duckrace._scenario import Reference, resolve
from duckrace._settings import Settings

from ._drawing import Drawing
from ._kept import Kept
from ._schedule import Place
from ._trial import RIGHT, Seen, Trial
from ._values import Program, Step

HOME: Final = "duckrace.stateful.programs.rules"
OFTEN: Final = 12  # kinds at least: that there is no further step is one of them, and must not be drawn too often
BOTH: Final = "both"
DRAWN: Final = ("idle", "idle", "free")  # where timers fire in both ways
SEVERAL: Final = 4  # values of those that a rule returns as `multiple`


class RulesTrial(Trial):
    """A machine's programs."""

    def __init__(self, machine: Reference, modules: Sequence[str] | None, granularity: str = "sync") -> None:
        reference = replace(resolve(f"{HOME}::running"), arguments=(machine,))
        super().__init__(
            reference, Settings(modules=modules if modules is None else tuple(modules), granularity=granularity)
        )

    @property
    def kind(self) -> Any:
        """The machine, as the world has loaded it."""
        running: Any = self.session.scenario
        return running.args[0]

    def scenario(self, program: Program, place: Place) -> Callable[[], object]:
        return partial(self.session.world.modules[HOME].performed, self.kind, program.parts, place.begins)

    def judged(self, value: Any) -> Seen:
        found = value.judgement()
        if found.verdict.kind is Kind.BUDGET:
            return Seen(kind="unknown", why=found.verdict.detail, judgement=found)
        if not found.ok:
            return Seen(kind="wrong", why=found.explanation, judgement=found)
        value.machine.teardown()
        return RIGHT


class Rules:
    """Draws the programs of a machine."""

    def __init__(self, kind: Any) -> None:
        """`kind`: the class. Raises UsageError if it has no rules, or such as cannot be drawn beforehand."""
        self.kind = kind
        self.rules = named(kind, RULE_MARKER)
        self.initial = named(kind, INITIALIZE_RULE_MARKER)
        if not self.rules:
            raise UsageError(f"{kind.__name__} has no rules: decorate the methods that threads call with @rule().")
        for name, rule in (*self.rules, *self.initial):
            for argument, strategy in rule.arguments.items():
                if isinstance(strategy, Bundle) and strategy._transformations:
                    raise UsageError(
                        f"The argument {argument!r} of {kind.__name__}.{name} is a bundle with filter or map: what is "
                        "in a bundle is not known before the threads run. Choose in the rule."
                    )

    def __call__(self, drawing: Drawing) -> Program:
        kind, pick = self.kind, drawing.pick
        timeouts = DRAWN[pick(len(DRAWN))] if kind.timeouts == BOTH else kind.timeouts
        count = 2 + pick(kind.threads - 1)
        common = _Bundles()
        before = [self._step(drawing, 0, place, one, common) for place, one in enumerate(self.initial)]
        before += self._part(drawing, 0, len(before), pick(kind.around + 1), common)
        parts = [_Bundles(common) for _ in range(count)]
        threads = [
            self._part(drawing, number, 0, 1 + pick(kind.operations), own) for number, own in enumerate(parts, start=1)
        ]
        after = self._part(drawing, count + 1, 0, pick(kind.around + 1), _Bundles(*parts))
        kept = [number for number, steps in enumerate(threads, start=1) if steps]
        drawing.renumber([0, *kept, count + 1])
        numbers = {number: place for place, number in enumerate([0, *kept, count + 1])}
        return Program(
            before=_renumbered(before, numbers),
            threads=tuple(_renumbered(threads[number - 1], numbers) for number in kept),
            after=_renumbered(after, numbers),
            timeouts=timeouts,
        )

    def _part(self, drawing: Drawing, thread: int, first: int, most: int, bundles: _Bundles) -> list[Step]:
        found: list[Step] = []
        for place in range(first, first + most):
            able = [
                (name, rule) for name, rule in self.rules if all(bundles.of(bundle.name) for bundle in rule.bundles)
            ]
            able *= max(1, -(-OFTEN // max(1, len(able))))
            with drawing.step(thread, place) as step:
                choice = step.pick(len(able) + 1)
                if not choice:
                    step.none()
                    break
                found.append(self._drawn(step, thread, place, able[choice - 1], bundles))
        return found

    def _step(self, drawing: Drawing, thread: int, place: int, one: tuple[str, Any], bundles: _Bundles) -> Step:
        with drawing.step(thread, place) as step:
            return self._drawn(step, thread, place, one, bundles)

    def _drawn(self, drawing: Drawing, thread: int, place: int, one: tuple[str, Any], bundles: _Bundles) -> Step:
        name, rule = one
        pairs = []
        for argument in (a for a in signature(rule.function).parameters if a in rule.arguments):
            strategy = rule.arguments[argument]
            if isinstance(strategy, Bundle):
                values = bundles.of(strategy.name)
                value = values[-1 - drawing.pick(len(values))]  # the newest first: older steps can be deleted then
                if strategy.consume:
                    bundles.gone.add(value)
                pairs.append((argument, value))
            else:
                pairs.append((argument, drawing.draw(strategy)))
        for target in rule.targets:
            for number in reversed(range(SEVERAL if several(rule.function) else 1)):
                bundles.add(target, Kept(thread, place, number))
        return (name, tuple(pairs))


class _Bundles:
    """What is in the bundles where a step is drawn. What one consumes is gone for all that are drawn later."""

    def __init__(self, *above: _Bundles) -> None:
        self.gone: set[Kept] = above[0].gone if above else set()
        self._values: dict[str, list[Kept]] = {}
        for one in above:
            for name, values in one._values.items():
                mine = self._values.setdefault(name, [])
                mine += [value for value in values if value not in mine]

    def of(self, name: str) -> list[Kept]:
        return [value for value in self._values.get(name, ()) if value not in self.gone]

    def add(self, name: str, value: Kept) -> None:
        self._values.setdefault(name, []).append(value)


def _renumbered(steps: Iterable[Step], numbers: dict[int, int]) -> tuple[Step, ...]:
    """Threads that do nothing are left out, and the others have other numbers."""

    def value(one: Any) -> Any:
        return one._replace(thread=numbers[one.thread]) if isinstance(one, Kept) else one

    return tuple((name, tuple((argument, value(one)) for argument, one in pairs)) for name, pairs in steps)


def several(function: Any) -> bool:
    """May this rule return `multiple` values? What it will return is not known yet: its code has to name that."""
    function = unwrap(function)
    code, space = function.__code__, function.__globals__
    codes = [code, *(one for one in code.co_consts if isinstance(one, CodeType))]
    return any(name == "multiple" or space.get(name) is multiple for one in codes for name in one.co_names)


def named(kind: Any, marker: str) -> list[tuple[str, Any]]:
    """The rules of a machine by name, in an order that does not depend on anything but their names and places."""
    found: dict[str, Any] = {}
    for above in reversed(kind.__mro__):
        for name, value in vars(above).items():
            rule = getattr(value, marker, None)
            if rule is not None:
                found[name] = rule
    return list(found.items())
