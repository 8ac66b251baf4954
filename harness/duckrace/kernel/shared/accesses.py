"""What operations on lists, dicts, sets, deques, bytearrays and arrays touch.

An item is a location (container, index or key); what changes the length or the keys also writes the container's
structure, which length and iteration read. By effect: `setdefault` that finds its key is a read, and so is `pop` of an
empty list. A read of the whole reads the structure and every item. The items of a container with more than `MANY` are
one location, its contents.

It knows the built-in containers; it must not know which operation is which access.
"""

from __future__ import annotations

import array
import collections
from collections.abc import Callable, Sequence
from typing import Any, Final

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from .locations import STRUCTURE, Access, Location, Parts, locations

MANY: Final = 1_000
BASES: Final = (list, dict, set, collections.deque, bytearray, array.array)
_LENGTH: Final = " (its length)"
_KEYS: Final = " (its keys)"
CONTENTS: Final = ("contents",)
PLAIN: Final = (str, int, bytes, float, bool, type(None))

_VALUES: Final[dict[type, Callable[[Any], object]]] = {str: str.__str__, int: int.__int__, float: float.__float__}

_EQUALITY: Final = ("__eq__", "__hash__")

_m = machine
_bases: dict[type, type | None] = {}


def base_of(kind: type) -> type | None:
    """The built-in container that `kind` is or derives from."""
    try:
        return _bases[kind]
    except KeyError:
        found = _bases[kind] = next((base for base in BASES if issubclass(kind, base)), None)
        return found


def begin() -> None:
    """A new session: types of the last one are let go."""
    _bases.clear()


# -- locations ------------------------------------------------------------------------------------------------


def structure(me: SimThread, obj: Any) -> Location:
    named = locations.name(me, obj)
    location = named.cells.get(STRUCTURE)
    return (
        location
        if location is not None
        else locations.location(named, STRUCTURE, _KEYS if base_of(type(obj)) in (dict, set) else _LENGTH)
    )


def item(me: SimThread, obj: Any, key: Any) -> Location:
    """Of an index or a key. A key without a value of its own that is the same in every execution has one in common with
    all of its type."""
    named = locations.name(me, obj)
    kind = type(key)
    if named.owner is not None and kind is str:
        found = named.owner.cells.get(key)
        return found if found is not None else locations.location(named.owner, key, f".{key}")
    part = ("item", key if kind in PLAIN or (kind is tuple and all(type(k) in PLAIN for k in key)) else _common(key))
    location = named.cells.get(part)
    return location if location is not None else locations.location(named, part, f"[{part[1]!r}]")


def _common(key: Any) -> object:
    """Stands for a key: of members of an IntEnum and the like their value, of others the name of their type, which may
    be another object in each execution."""
    kind = type(key)
    for base, value in _VALUES.items():
        own = any(getattr(kind, name) is not getattr(base, name) for name in _EQUALITY)
        if issubclass(kind, base) and not own:
            return value(key)
    return kind.__module__, kind.__qualname__


def contents(me: SimThread, obj: Any) -> Location:
    """Of all items together."""
    named = locations.name(me, obj)
    location = named.cells.get(CONTENTS)
    return location if location is not None else locations.location(named, CONTENTS, " (its items)")


def place(me: SimThread, obj: Any, index: int) -> Location:
    """Of an index of a sequence. Between two accesses at either side of `MANY` its structure is written."""
    return item(me, obj, index) if len(obj) <= MANY else contents(me, obj)


class Whole(Access):
    """All of some containers is read, as they are when the access happens. `deep`: and of the containers in them, as
    ``repr`` and ``==`` do."""

    __slots__ = ("containers", "deep", "thread")

    def __init__(self, me: SimThread, *containers: Any, deep: bool = False) -> None:
        self.containers = containers
        self.deep = deep
        self.thread = me

    @property
    def label(self) -> str:
        return structure(self.thread, self.containers[0]).label

    def touched(self) -> Parts:
        found: dict[Location, bool] = {}
        visited: set[int] = set()
        waiting = list(self.containers)
        while waiting:
            obj = waiting.pop(0)
            if id(obj) in visited:
                continue
            visited.add(id(obj))
            kind = type(obj)
            if base_of(kind) is not None:
                found.update(self._items(obj))
            if self.deep:
                if issubclass(kind, dict):
                    waiting += [value for value in dict.values(obj) if holds(value)]
                elif kind is tuple or issubclass(kind, (list, collections.deque)):
                    waiting += [value for value in kind.__iter__(obj) if holds(value)]
        return tuple(found.items())

    def _items(self, obj: Any) -> Parts:
        me, base = self.thread, base_of(type(obj))
        if base is set:
            items: list[Location] = []
        elif len(obj) > MANY:
            items = [contents(me, obj)]
        else:
            items = [item(me, obj, key) for key in (list(obj) if base is dict else range(len(obj)))]
        return tuple((location, False) for location in (structure(me, obj), *items))


def holds(value: Any) -> bool:
    """Is it a container, or may there be some in it?"""
    return type(value) not in PLAIN and (type(value) is tuple or base_of(type(value)) is not None)


class KeyAccess(Access):
    """One key of a dict or a set. `kind`: "get" reads it, "put" writes it, "add" writes it if it is not there, "drop"
    if it is."""

    __slots__ = ("container", "contents", "key", "kind", "location", "structure")

    def __init__(self, me: SimThread, container: Any, key: Any, kind: str) -> None:
        self.container = container
        self.key = key
        self.kind = kind
        self.location = item(me, container, key)
        self.structure = structure(me, container)
        # Half as many, since keys may come between a write and a read of the whole that do not depend on it.
        self.contents = contents(me, container) if len(container) > MANY // 2 else None

    @property
    def label(self) -> str:
        return self.location.label

    def _there(self) -> bool:
        if type(self.key) in PLAIN:
            return self.key in self.container
        with _m.quiet():
            return self.key in self.container

    def state(self) -> tuple[Location, bool] | None:
        return None if self.kind == "get" else (self.location, self._there())

    def touched(self) -> Parts:
        return self.given(None if self.kind == "get" else self._there())

    def given(self, state: bool | None) -> Parts:
        kind, location = self.kind, self.location
        if kind == "get" or (kind == "add" and state is True) or (kind == "drop" and state is False):
            return ((location, False),)
        parts: Parts = ((location, True),) if self.contents is None else ((location, True), (self.contents, True))
        return parts if kind == "put" and state is True else (*parts, (self.structure, True))

    def leaves(self) -> Sequence[tuple[Location, bool | None]]:
        return () if self.kind == "get" else ((self.location, self.kind != "drop"),)


class EndAccess(Access):
    """A pop from an end, which reads if there is nothing, or a growth."""

    __slots__ = ("container", "pops", "structure")

    def __init__(self, me: SimThread, container: Any, pops: bool) -> None:
        self.container = container
        self.pops = pops
        self.structure = structure(me, container)

    @property
    def label(self) -> str:
        return self.structure.label

    def state(self) -> tuple[Location, bool] | None:
        return self.structure, bool(self.container)

    def touched(self) -> Parts:
        return self.given(bool(self.container))

    def given(self, state: bool | None) -> Parts:
        return ((self.structure, not self.pops or state is not False),)

    def leaves(self) -> Sequence[tuple[Location, bool | None]]:
        return ((self.structure, not self.pops or len(self.container) > 1),)


class Restructured(Access):
    """All keys may come or go."""

    __slots__ = ("container", "empties", "thread")

    def __init__(self, me: SimThread, container: Any, empties: bool = False) -> None:
        super().__init__(((structure(me, container), True),))
        self.container = container
        self.thread = me
        self.empties = empties

    def touched(self) -> Parts:
        if base_of(type(self.container)) not in (dict, set):
            return self.parts
        keys = [(item(self.thread, self.container, key), True) for key in list(self.container)]
        return (*self.parts, *keys)

    def leaves(self) -> Sequence[tuple[Location, bool | None]]:
        return [(location, False if self.empties else None) for location, _ in self.touched()]


class IndexAccess(Access):
    """One index of a sequence, as it is when the access happens."""

    __slots__ = ("container", "index", "thread", "writes")

    def __init__(self, me: SimThread, container: Any, index: int, writes: bool) -> None:
        self.container = container
        self.index = index
        self.thread = me
        self.writes = writes

    @property
    def label(self) -> str:
        return self.touched()[0][0].label

    def touched(self) -> Parts:
        container, index = self.container, self.index
        length = len(container)
        there = structure(self.thread, container), False
        if index < 0:
            index += length
        if 0 <= index < length:
            return ((place(self.thread, container, index), self.writes), there)
        return (there,)
