"""Operators and methods of containers, as rewritten code calls them.

It knows which operation is which access; it must not know attributes or syntax.
"""

from __future__ import annotations

import collections
import types
from typing import Any, Final

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from .accesses import BASES, PLAIN, EndAccess, IndexAccess, KeyAccess, Restructured, Whole, base_of, item, structure
from .locations import READ, WRITE, Access, locations
from .views import seen_through, shown

_m = machine


# -- operators ------------------------------------------------------------------------------------------------


def native(obj: Any, name: str) -> bool:
    """Is this method the built-in type's, and not one written in Python?"""
    return type(getattr(type(obj), name, None)) is not types.FunctionType


def getitem(obj: Any, key: Any) -> Any:
    """``obj[key]``"""
    me = _m.current
    if me is not None and (base := base_of(type(obj))) is not None and native(obj, "__getitem__"):
        if base is dict:
            # Of all `__missing__`, only defaultdict's own stores; one written in Python is seen by itself.
            missing = isinstance(obj, collections.defaultdict) and native(obj, "__missing__") and key not in obj
            locations.happens(me, WRITE if missing else READ, KeyAccess(me, obj, key, "add" if missing else "get"))
        elif isinstance(key, int):
            locations.happens(me, READ, IndexAccess(me, obj, key, False))
        else:
            locations.happens(me, READ, Whole(me, obj))
            part = obj[key]  # a slice: a new one
            if type(part) in BASES:
                locations.fresh(me, part)
            return part
    return obj[key]


def setitem(value: Any, obj: Any, key: Any) -> None:
    """``obj[key] = value``"""
    if type(value) not in PLAIN and base_of(type(value)) is not None and (me := _m.current) is not None:
        locations.name(me, value)
    _changed(obj, key, "__setitem__", "put")
    obj[key] = value


def delitem(obj: Any, key: Any) -> None:
    """``del obj[key]``"""
    _changed(obj, key, "__delitem__", "drop")
    del obj[key]


def _changed(obj: Any, key: Any, method: str, kind: str) -> None:
    me = _m.current
    if me is None or (base := base_of(type(obj))) is None or not native(obj, method):
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
    if me is not None and (view := shown(obj)):
        container = seen_through(obj)
        if view == "keys":
            locations.happens(me, READ, KeyAccess(me, container, value, "get"))
        else:
            locations.happens(me, READ, Whole(me, container))
    elif me is not None and (base := base_of(type(obj))) is not None and native(obj, "__contains__"):
        locations.happens(me, READ, KeyAccess(me, obj, value, "get") if base in (dict, set) else Whole(me, obj))
    return value in obj


def augmented(obj: Any, value: Any) -> Any:
    """`value`, about to be added to `obj` in place."""
    me = _m.current
    if me is not None and base_of(type(obj)) is not None:
        locations.happens(me, WRITE, _joined(me, obj, value))
    return value


def _joined(me: SimThread, obj: Any, *values: Any) -> Access:
    """Many items come or go at once."""
    base = base_of(type(obj))
    if base not in (dict, set):
        return Restructured(me, obj)
    keys: list[Any] = []
    for value in values:
        if isinstance(value, (list, tuple)) and base is dict:
            keys += [pair[0] for pair in value if isinstance(pair, (list, tuple)) and pair]
        elif isinstance(value, (dict, set, frozenset, list, tuple)):
            keys += value
    return Access(((structure(me, obj), True), *((item(me, obj, key), True) for key in keys)))


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
_COPIES: Final = frozenset(["copy", "union", "intersection", "difference", "symmetric_difference", "split"])
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


def touched_by(me: SimThread, obj: Any, name: str, args: tuple[Any, ...]) -> tuple[str, Access] | None:
    """What a call of a method of a container touches."""
    base = base_of(type(obj))
    if name in _SIZES:
        return READ, structure(me, obj).read
    if name in _READS:
        return READ, Whole(me, obj)
    if base in (dict, set):
        if name in _KEYED and args:
            kind = _KEYED[name]
            return READ if kind == "get" else WRITE, KeyAccess(me, obj, args[0], kind)
        if name in _JOINS:
            return WRITE, _joined(me, obj, *args)
    else:
        if name == "__contains__":
            return READ, Whole(me, obj)
        if name in _GROWS:
            return WRITE, EndAccess(me, obj, False)
        if name in ("pop", "popleft") and not args:
            return WRITE, EndAccess(me, obj, True)
    if name == "clear":
        return WRITE, Restructured(me, obj, True)
    if name in ("fromkeys", "__class__", "__init_subclass__", "__class_getitem__"):
        return None
    if name == "__getitem__" and args and base is not set:
        return READ, KeyAccess(me, obj, args[0], "get") if base is dict else Whole(me, obj)
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
            if name in _JOINS:
                args = tuple([list(arg) if hasattr(type(arg), "__next__") else arg for arg in args])
            found = touched_by(me, obj, name, (*args, kwargs) if kwargs and name == "update" else args)
            if found is not None:
                locations.happens(me, *found)
        value = getattr(obj, name)(*args, **kwargs)
        if me is not None and name in _COPIES and type(value) in BASES:
            locations.fresh(me, value)
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
