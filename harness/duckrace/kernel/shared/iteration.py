"""Iteration over containers, with an access before each item.

It knows the built-in iterators; it must not know syntax.
"""

from __future__ import annotations

import array
import collections
import types
from collections.abc import Callable, Iterator
from typing import Any, Final

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from .accesses import IndexAccess, Whole, base_of, structure
from .containers import native
from .locations import READ, WRITE, Access, Parts, locations
from .views import seen_through, shown

_INDEXED: Final = (list, bytearray, array.array)  # their iterators look at the length anew each time

_m = machine


def delegated(obj: Any) -> Any:
    """What ``yield from`` goes over: a generator is sent values."""
    return obj if type(obj) is types.GeneratorType else iterated(obj)


def resumed(me: SimThread, iterator: Any) -> None:
    """An iterator that threads may have in common goes on; a generator also stops again, and while it runs, nobody else
    can resume it."""
    named = locations.name(me, iterator)
    location = named.cells.get("next") or locations.location(named, "next", " (its position)")
    locations.happens(me, WRITE, location.write)


def stopping(me: SimThread, generator: Any, function: Callable[..., Any], *args: Any) -> Any:
    """Call what lets a generator run until it stops."""
    steps = _m.steps
    try:
        value = function(*args)
    except Exception:
        resumed(me, generator)
        raise
    if _m.steps != steps:  # else nobody could have seen that it ran
        resumed(me, generator)
    return value


class Running:
    """A loop over a generator."""

    __slots__ = ("generator",)

    def __init__(self, generator: Iterator[Any]) -> None:
        self.generator = generator

    def __iter__(self) -> Running:
        return self

    def __next__(self) -> Any:
        me = _m.current
        if me is None:
            return next(self.generator)
        resumed(me, self.generator)
        return stopping(me, self.generator, next, self.generator)


def iterated(obj: Any, view: str = "", shared: bool = False) -> Any:
    """What a ``for`` goes over: with an access before each item. `view`: ``items`` or the like, of a dict; `shared`: it
    is an iterator that threads may have in common."""
    me = _m.current
    if me is not None and not view and (view := shown(obj)):
        obj = seen_through(obj)
    if type(obj) is types.GeneratorType and me is not None and not shared:
        return Running(obj)
    base = base_of(type(obj)) if me is not None else None
    if me is None or base is None or (view and base is not dict) or not native(obj, view or "__iter__"):
        return getattr(obj, view)() if view else obj
    if base not in _INDEXED:  # an iterator knows how many there were when it was made
        locations.happens(me, READ, structure(me, obj).read)
    iterator: Items = (Items if base in (*_INDEXED, collections.deque) else Keys)()
    iterator.obj = obj
    iterator.following = iter(getattr(obj, view)() if view else obj)
    iterator.values = view in ("items", "values")
    if shared:
        named = locations.fresh(me, iterator)
        iterator.position = ((locations.location(named, "position", " (its position)"), True),)
    return iterator


class Items:
    """An iterator over a sequence."""

    __slots__ = ("__weakref__", "following", "index", "obj", "position", "values")

    obj: Any
    following: Iterator[Any]
    values: bool

    def __init__(self) -> None:
        self.index = 0
        self.position: Parts = ()  # its own location, where it has one

    def __iter__(self) -> Items:
        return self

    def read(self, me: SimThread) -> Parts:
        """What the next step reads of the container, as of now."""
        return IndexAccess(me, self.obj, self.index, False).touched()

    def __next__(self) -> Any:
        if (me := _m.current) is not None and (self.obj is not None or self.position):
            locations.happens(me, READ, Advance(me, self))
        self.index += 1
        try:
            return next(self.following)
        except StopIteration:
            self.obj = None  # it lets go of it
            raise


class Keys(Items):
    """An iterator over a dict, a view of it, or a set."""

    __slots__ = ()

    def read(self, me: SimThread) -> Parts:
        return Whole(me, self.obj).touched() if self.values else structure(me, self.obj).read.parts


class Advance(Access):
    """An iterator goes on."""

    __slots__ = ("iterator", "thread")

    def __init__(self, me: SimThread, iterator: Items) -> None:
        self.iterator = iterator
        self.thread = me

    @property
    def label(self) -> str:
        return self.touched()[-1][0].label

    def touched(self) -> Parts:
        iterator = self.iterator
        if iterator.obj is None:
            return iterator.position
        return (*iterator.position, *reversed(iterator.read(self.thread)))
