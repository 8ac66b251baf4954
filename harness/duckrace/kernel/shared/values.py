"""What expressions and statements read of the values that they use as a whole: tests, operators, unpacking, f-strings.

Each of these is one event, however much it reads. A value that holds nothing costs a look at its type.

It knows what Python's operators do with containers; it must not know syntax.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from . import attributes
from .accesses import PLAIN, Whole, base_of, holds, structure
from .containers import native
from .locations import READ, Access, Parts, locations
from .views import seen_through

_m = machine
_NOTHING: Final = frozenset((*PLAIN, complex, object, type))  # types that hold no memory of their own


def truth(value: Any) -> Any:
    """`value`, about to be tested: of a container, that is its length."""
    kind = type(value)
    if kind not in _NOTHING and (me := _m.current) is not None:
        value_ = seen_through(value)
        if base_of(type(value_)) is not None and native(value, "__bool__") and native(value, "__len__"):
            locations.happens(me, READ, structure(me, value_).read)
    return value


def spread(value: Any) -> Any:
    """`value`, about to be taken apart: ``f(*value)``, ``a, b = value``."""
    if type(value) not in _NOTHING and (me := _m.current) is not None:
        container = seen_through(value)
        if base_of(type(container)) is not None and native(value, "__iter__"):
            locations.happens(me, READ, Whole(me, container))
    return value


def unpacking(iterable: Any) -> Iterator[Any]:
    """`iterable`, each item of which is about to be taken apart."""
    return map(spread, iterable)


def printed(value: Any) -> Any:
    """`value`, about to be turned into text."""
    if type(value) not in _NOTHING and (me := _m.current) is not None:
        _happens(me, "__repr__", value)
    return value


def matched(value: Any, *names: str) -> Any:
    """`value`, about to be matched with patterns that look at attributes of these names."""
    if type(value) not in _NOTHING and (me := _m.current) is not None:
        access = Matched(me, value, names)
        if access.touched():
            locations.happens(me, READ, access)
    return value


def operated(left: Any, name: str, right: Any) -> Any:
    """``left + right`` or another operator, by the name of its function."""
    if (type(left) not in _NOTHING or type(right) not in _NOTHING) and (me := _m.current) is not None:
        _happens(me, f"__{name.rstrip('_')}__", left, right)
    function: Callable[[Any, Any], Any] = getattr(operator, name)
    return function(left, right)


def _happens(me: SimThread, method: str, *values: Any) -> None:
    """An operation on values reads them, and what is in them."""
    found = [seen_through(value) for value in values]
    if any(map(holds, found)) or any(attributes.fields_of(value, method) for value in found):
        access = Deep(me, found, method)
        if access.touched():
            locations.happens(me, READ, access)


class Deep(Whole):
    """All of some values is read, containers and the fields of dataclasses."""

    __slots__ = ("method",)

    def __init__(self, me: SimThread, values: list[Any], method: str) -> None:
        super().__init__(me, *values, deep=True)
        self.method = method

    @property
    def label(self) -> str:
        return self.touched()[0][0].label

    def touched(self) -> Parts:
        found: dict[Any, bool] = {}
        held = [value for value in self.containers if holds(value)]
        for value in self.containers:
            for name in attributes.fields_of(value, self.method):
                found[attributes.location_of(self.thread, value, name)] = False
                inner = getattr(value, name, None)
                if holds(inner):
                    held.append(inner)
        found.update(Whole(self.thread, *held, deep=True).touched())
        return tuple(found.items())


class Matched(Access):
    """Patterns look at a value: at containers, attributes, and what is found there."""

    __slots__ = ("names", "thread", "value")

    def __init__(self, me: SimThread, value: Any, names: tuple[str, ...]) -> None:
        self.thread = me
        self.value = value
        self.names = names

    @property
    def label(self) -> str:
        return self.touched()[0][0].label

    def touched(self) -> Parts:
        found: dict[Any, bool] = {}
        visited: set[int] = set()
        waiting = [self.value]
        while waiting:
            value = waiting.pop(0)
            if type(value) in _NOTHING or id(value) in visited:
                continue
            visited.add(id(value))
            if base_of(type(value)) is not None:
                found.update(Whole(self.thread, value).touched())
            if isinstance(value, dict):
                waiting += dict.values(value)
            elif type(value) is tuple or isinstance(value, (list, collections.deque)):
                waiting += [*value]
            elif attributes.tracked_instance(type(value)):
                positional = getattr(type(value), "__match_args__", ()) if self.names else ()
                for name in dict.fromkeys((*self.names, *positional)):
                    if attributes.plain(type(value), name):
                        found[attributes.location_of(self.thread, value, name)] = False
                        waiting.append(getattr(value, name, None))
        return tuple(found.items())
