"""A test in its world: the function found there, its arguments, rewritten asserts, and what ends it early.

It knows the world and pytest's marks; it must not know strategies or reports.
"""

from __future__ import annotations

import importlib
import logging
import pickle
import sys
import types
from ast import Module
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook, rewrite_asserts
from _pytest.logging import LogCaptureHandler
from _pytest.mark.structures import ParameterSet

from duckrace._errors import UsageError
from duckrace.kernel import Stop, World, machine

from .values import Argument

ENDS: Final = (pytest.skip.Exception, pytest.xfail.Exception, pytest.exit.Exception)
ARGUMENTS: Final = "__duckrace_arguments__"
OURS: Final = str(Path(__file__).parents[1])


class Embedding:
    """What :class:`duckrace._scenario.Embedding` asks for.  One per run of a test."""

    def __init__(
        self,
        *,
        test: str,
        names: Sequence[str],
        arguments: Sequence[Argument],
        marks: Sequence[pytest.Mark],
        command: str,
    ) -> None:
        """`names` lead from the module to the function; `marks` are the parametrize marks of the host's test."""
        self.command = command
        self.ended: BaseException | None = None  # pytest.skip() and the like, called by the test
        self._test = test
        self._names = names
        self._arguments = arguments
        self._marks = marks
        self._rewritten = {
            str(module.__file__)
            for module in list(sys.modules.values())
            if isinstance(getattr(module, "__loader__", None), AssertionRewritingHook)
        }

    def before(self, tree: Module, source: bytes, path: str) -> None:
        """pytest's own rewriting of asserts, in files for which it did that in the host."""
        if path in self._rewritten and not path.startswith(OURS):
            rewrite_asserts(tree, source, path)

    def scenario(self, module: types.ModuleType, world: World) -> Callable[[], object]:
        """What an execution runs."""
        owners = [module, *self._walk(module)]
        function = owners.pop()
        arguments = {argument.name: self._handed(argument, owners, function, world) for argument in self._arguments}
        vars(module)[ARGUMENTS] = arguments  # the world's snapshot puts back what executions do to them
        cls = owners[-1] if len(owners) > 1 else None
        return partial(self._execution, cls, function, arguments)

    def _walk(self, found: Any) -> Iterator[Any]:
        for name in self._names:
            try:
                found = getattr(found, name)
            except AttributeError:
                raise UsageError(
                    f"{self._test} is not in the simulated world: its file, loaded anew, defines no {name!r} there. "
                    "Is it made by code that ran only once?"
                ) from None
            yield found

    def _execution(self, cls: Any, function: Any, arguments: Mapping[str, object]) -> object:
        _forget_logs()
        call = getattr(cls(), self._names[-1]) if cls is not None else function
        try:
            return call(**arguments)
        except ENDS as end:
            self.ended = end
            machine.stop(f"the test calls pytest.{type(end).__name__.lower()}")
            raise

    # -- arguments --------------------------------------------------------------------------------------

    def _handed(self, argument: Argument, owners: Sequence[Any], function: Any, world: World) -> object:
        """The value of an argument in this world."""
        if argument.parameter:
            return self._from_mark(argument, owners, function)
        if argument.module:
            return world.import_module(argument.module)
        if argument.packed is None:
            return argument.value
        try:
            with world.active(), machine.quiet():
                return pickle.loads(argument.packed)
        except (Exception, Stop) as error:
            raise UsageError(
                f"{self._test}: {argument.words} cannot be copied into the simulated world ({type(error).__name__}: "
                f"{error}): build it inside of the test."
            ) from error

    def _from_mark(self, argument: Argument, owners: Sequence[Any], function: Any) -> object:
        """The value that stands where the host's stands in the host's parametrize mark."""
        at = position(self._marks, argument.name, argument.value)
        for mark in _marks_of([function, *reversed(owners)]):
            values = values_of(mark, argument.name)
            if at is not None and values is not None and len(values) == at[1]:
                return values[at[0]]
        raise UsageError(
            f"{self._test}: the values of {argument.words} are made anew when the simulated world loads the file, and "
            "are not the same there: write them into the parametrize mark itself."
        )


def _marks_of(objects: Sequence[Any]) -> Iterator[pytest.Mark]:
    """The parametrize marks of a function, its classes and its module, nearest first."""
    for obj in objects:
        for owner in obj.__mro__ if isinstance(obj, type) else [obj]:
            marks: Any = vars(owner).get("pytestmark", ())
            for mark in marks if isinstance(marks, (list, tuple)) else [marks]:
                plain: Any = getattr(mark, "mark", mark)
                if plain.name == "parametrize":
                    yield plain


def values_of(mark: pytest.Mark, name: str) -> list[Any] | None:
    """The values that a parametrize mark has for the argument `name`; None if it has none, or none to be read twice."""
    names = mark.kwargs.get("argnames", mark.args[0] if mark.args else ())
    values = mark.kwargs.get("argvalues", mark.args[1] if len(mark.args) > 1 else ())
    single = isinstance(names, str) and "," not in names
    split = [part.strip() for part in names.split(",") if part.strip()] if isinstance(names, str) else list(names)
    if name not in split or not isinstance(values, Sequence):
        return None
    found = []
    for row in values:
        inner = row.values if isinstance(row, ParameterSet) else (row,) if single else row
        found.append(inner[split.index(name)])
    return found


def position(marks: Sequence[pytest.Mark], name: str, value: object) -> tuple[int, int] | None:
    """Where the very object `value` stands among the values for `name`, and how many there are."""
    for mark in marks:
        values = values_of(mark, name) or []
        for at, other in enumerate(values):
            if other is value:
                return at, len(values)
    return None


def _forget_logs() -> None:
    """Captured log records are those of one execution."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, LogCaptureHandler):
            handler.reset()


importlib.import_module("_pytest.assertion.util")  # what a failing assert needs, imported outside of any world
