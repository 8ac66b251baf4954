"""What operations on lists, dicts, sets, deques and bytearrays touch.

An item is a location (container, index or key); what changes the length or the keys also writes the container's
structure, which length and iteration read. By effect: `setdefault` that finds its key is a read, and so is `pop` of an
empty list. A read of the whole reads the structure and every item.

Left out: of a dict with more than `MANY` items, iteration over values reads only the structure.

It knows the built-in containers; it must not know attributes or syntax.
"""

from __future__ import annotations

import collections
import types
from collections.abc import Iterator, Sequence
from typing import Any, Final

from duckrace.kernel.machine import SimThread, machine

from .locations import READ, STRUCTURE, WRITE, Access, Location, Parts, locations

MANY: Final = 64
BASES: Final = (list, dict, set, collections.deque, bytearray)
PLAIN: Final = (str, int, bytes, float, bool, type(None))

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
    return location if location is not None else locations.location(named, STRUCTURE, " (its length or keys)")


def item(me: SimThread, obj: Any, key: Any) -> Location:
    """Of an index or a key. A key without a value of its own that is the same in every execution has one in common with
    all of its type."""
    named = locations.name(me, obj)
    kind = type(key)
    part = ("item", key if kind in PLAIN or (kind is tuple and all(type(k) in PLAIN for k in key)) else kind)
    location = named.cells.get(part)
    return location if location is not None else locations.location(named, part, f"[{part[1]!r}]")


def whole(me: SimThread, obj: Any) -> Access:
    """All of it is read."""
    parts = [(structure(me, obj), False)]
    base = base_of(type(obj))
    if base is dict:
        parts += [(item(me, obj, key), False) for key in list(obj)]
    elif base is not set:
        parts += [(item(me, obj, index), False) for index in range(len(obj))]
    return Access(tuple(parts))


class KeyAccess(Access):
    """One key of a dict or a set. `kind`: "get" reads it, "put" writes it, "add" writes it if it is not there, "drop"
    if it is."""

    __slots__ = ("container", "key", "kind", "location", "structure")

    def __init__(self, me: SimThread, container: Any, key: Any, kind: str) -> None:
        self.container = container
        self.key = key
        self.kind = kind
        self.location = item(me, container, key)
        self.structure = structure(me, container)

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
        if kind == "put" and state is True:
            return ((location, True),)
        return ((location, True), (self.structure, True))

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
            return ((item(self.thread, container, index), self.writes), there)
        return (there,)


class Iteration(Access):
    """The next item of a list or a deque."""

    __slots__ = ("container", "index", "thread")

    def __init__(self, me: SimThread, container: Any) -> None:
        self.container = container
        self.thread = me
        self.index = 0

    @property
    def label(self) -> str:
        return self.touched()[0][0].label

    def touched(self) -> Parts:
        there = structure(self.thread, self.container), False
        if self.index < len(self.container):
            return ((item(self.thread, self.container, self.index), False), there)
        return (there,)


# -- operators ------------------------------------------------------------------------------------------------


def _native(obj: Any, name: str) -> bool:
    """Is this method the built-in type's, and not one written in Python?"""
    return type(getattr(type(obj), name, None)) is not types.FunctionType


def getitem(obj: Any, key: Any) -> Any:
    """``obj[key]``"""
    me = _m.current
    if me is not None and (base := base_of(type(obj))) is not None and _native(obj, "__getitem__"):
        if base is dict:
            missing = hasattr(type(obj), "__missing__") and key not in obj
            locations.happens(me, WRITE if missing else READ, KeyAccess(me, obj, key, "add" if missing else "get"))
        elif isinstance(key, int):
            locations.happens(me, READ, IndexAccess(me, obj, key, False))
        else:
            locations.happens(me, READ, whole(me, obj))
    return obj[key]


def setitem(value: Any, obj: Any, key: Any) -> None:
    """``obj[key] = value``"""
    _changed(obj, key, "__setitem__", "put")
    obj[key] = value


def delitem(obj: Any, key: Any) -> None:
    """``del obj[key]``"""
    _changed(obj, key, "__delitem__", "drop")
    del obj[key]


def _changed(obj: Any, key: Any, method: str, kind: str) -> None:
    me = _m.current
    if me is None or (base := base_of(type(obj))) is None or not _native(obj, method):
        return
    if base is dict:
        access: Access = KeyAccess(me, obj, key, kind)
    elif isinstance(key, int) and kind == "put":
        access = IndexAccess(me, obj, key, True)
    else:
        access = Restructured(me, obj)
    locations.happens(me, WRITE, access)


def contains(value: Any, obj: Any) -> bool:
    """``value in obj``"""
    me = _m.current
    if me is not None and (base := base_of(type(obj))) is not None and _native(obj, "__contains__"):
        locations.happens(me, READ, KeyAccess(me, obj, value, "get") if base in (dict, set) else whole(me, obj))
    return value in obj


def augmented(obj: Any, value: Any) -> Any:
    """`value`, about to be added to `obj` in place."""
    me = _m.current
    if me is not None and base_of(type(obj)) is not None:
        locations.happens(me, WRITE, _joined(me, obj, value))
    return value


def _joined(me: SimThread, obj: Any, value: Any) -> Access:
    """Many items come or go at once."""
    if base_of(type(obj)) not in (dict, set):
        return Restructured(me, obj)
    keys = list(value) if isinstance(value, (dict, set, frozenset, list, tuple)) else []
    return Access(((structure(me, obj), True), *((item(me, obj, key), True) for key in keys)))


def iterated(obj: Any, view: str = "") -> Any:
    """What a ``for`` goes over: with an access before each item. `view`: ``items`` or the like, of a dict."""
    me = _m.current
    base = base_of(type(obj)) if me is not None else None
    if base is None or (view and base is not dict) or not _native(obj, view or "__iter__"):
        return getattr(obj, view)() if view else obj
    if base is dict or base is set:
        assert me is not None
        locations.happens(me, READ, structure(me, obj).read)  # an iterator knows how many there were when it was made
        return _keys(obj, view, iter(getattr(obj, view)() if view else obj))
    return _items(obj)


def _items(obj: Any) -> Iterator[Any]:
    index = 0
    following = iter(obj)
    while True:
        me = _m.current
        if me is not None:
            access = Iteration(me, obj)
            access.index = index
            locations.happens(me, READ, access)
        index += 1
        try:
            value = next(following)
        except StopIteration:
            return
        yield value


def _keys(obj: Any, view: str, following: Iterator[Any]) -> Iterator[Any]:
    while True:
        me = _m.current
        if me is not None:
            with_values = view in ("items", "values") and len(obj) <= MANY
            access = whole(me, obj) if with_values else structure(me, obj).read
            locations.happens(me, READ, access)
        try:
            value = next(following)
        except StopIteration:
            return
        yield value


# -- methods ----------------------------------------------------------------------------------------------------

_GROWS: Final = ("append", "appendleft")
_SIZES: Final = ("keys", "__len__", "__iter__", "__reversed__")
_READS: Final = frozenset(
    [
        "copy",
        "count",
        "index",
        "items",
        "values",
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "__eq__",
        "__ne__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__add__",
        "__mul__",
        "__or__",
        "__and__",
        "__sub__",
        "__xor__",
        "__repr__",
        "__str__",
        "decode",
        "hex",
        "find",
        "rfind",
        "startswith",
        "endswith",
        "split",
        "join",
        "strip",
    ]
)
_KEYED: Final = {
    "get": "get",
    "__contains__": "get",
    "setdefault": "add",
    "add": "add",
    "pop": "drop",
    "discard": "drop",
    "remove": "drop",
}
_JOINS: Final = frozenset(
    [
        "update",
        "difference_update",
        "intersection_update",
        "symmetric_difference_update",
        "__ior__",
        "__iand__",
        "__isub__",
        "__ixor__",
    ]
)


def _access(me: SimThread, obj: Any, name: str, args: tuple[Any, ...]) -> tuple[str, Access] | None:
    """What a call of a method touches."""
    base = base_of(type(obj))
    if name in _SIZES:
        return READ, structure(me, obj).read
    if name in _READS:
        return READ, whole(me, obj)
    if base in (dict, set):
        if name in _KEYED and args:
            kind = _KEYED[name]
            return READ if kind == "get" else WRITE, KeyAccess(me, obj, args[0], kind)
        if name in _JOINS:
            return WRITE, _joined(me, obj, args[0] if args else ())
    else:
        if name == "__contains__":
            return READ, whole(me, obj)
        if name in _GROWS:
            return WRITE, EndAccess(me, obj, False)
        if name in ("pop", "popleft") and not args:
            return WRITE, EndAccess(me, obj, True)
    if name == "clear":
        return WRITE, Restructured(me, obj, True)
    if name in ("fromkeys", "__class__", "__init_subclass__", "__class_getitem__"):
        return None
    if name == "__getitem__" and args and base is not set:
        return READ, KeyAccess(me, obj, args[0], "get") if base is dict else whole(me, obj)
    return WRITE, Restructured(me, obj)


class Method:
    """A bound method of a container that tells what it touches."""

    __slots__ = ("__name__", "__self__", "__weakref__")

    def __init__(self, obj: Any, name: str) -> None:
        self.__self__ = obj
        self.__name__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        obj, name = self.__self__, self.__name__
        if (me := _m.current) is not None:
            found = _access(me, obj, name, args)
            if found is not None:
                locations.happens(me, *found)
        value = getattr(obj, name)(*args, **kwargs)
        locations.switch()
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self.__self__ is other.__self__ and self.__name__ == other.__name__

    def __hash__(self) -> int:
        return hash(self.__name__)

    def __repr__(self) -> str:
        return f"<built-in method {self.__name__} of {type(self.__self__).__name__} object>"


def method(me: SimThread, obj: Any, name: str) -> Any:
    """``obj.name`` of a container."""
    found = getattr(obj, name)
    if type(found) in (types.BuiltinMethodType, types.MethodWrapperType) and found.__self__ is obj:
        return Method(obj, name)
    return found
