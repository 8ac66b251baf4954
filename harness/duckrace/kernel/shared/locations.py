"""Locations: the cells of memory that threads share, their names, and which of them are worth a schedule point.

A location is an attribute of an object, a global, a variable of a closure, a key of a dict, an index of a list, or what
`len` and iteration see of a container, its structure. Its name must be the same in every execution: an object is named
by the thread that made it and a number (exploration.md D.1), never by its address.

Locations are learned. An access to one that no two threads use at once costs no schedule point; "at once" means that
neither the start nor the end of a thread orders the two accesses, and one of them writes (the check of FastTrack,
Flanagan and Freund, PLDI 2009, with starts and joins only). What is found during an execution holds from the next
one on, when :meth:`Locations.grow` is called: an execution does not change under itself.

It knows the machine and values; it must not know syntax, or which search asks.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import RUN, SimThread

READ: Final = "read"
WRITE: Final = "write"

STRUCTURE: Final = ("structure",)  # the part of a container that its length, its keys and their order are

Part: TypeAlias = "tuple[Location, bool]"  # where, and whether it is written
Parts: TypeAlias = tuple[Part, ...]

_m = machine


class Location:
    """One cell. It is the same object in all executions of a session."""

    __slots__ = ("execution", "found", "hot", "label", "read", "readers", "write", "writer", "written")

    def __init__(self, label: str) -> None:
        self.label = label  # in words: ``Counter.value``
        self.hot = False  # accesses are schedule points
        self.found = False  # it will be hot from the next execution on
        self.execution = 0  # the one that the rest speaks of
        self.writer = -1  # thread that wrote last, and in which epoch of it
        self.written = 0
        self.readers: dict[int, int] = {}  # threads that read since, with their epochs
        self.read = Access(((self, False),))
        self.write = Access(((self, True),))

    def __repr__(self) -> str:
        return f"<Location {self.label}>"


class Access:
    """What an operation touches. One whose effect depends on the state says so in `state` (see ``containers``)."""

    __slots__ = ("parts",)

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @property
    def label(self) -> str:
        """The location in words."""
        return self.parts[0][0].label

    def touched(self) -> Parts:
        """The locations, as of now."""
        return self.parts

    def state(self) -> tuple[Location, bool] | None:
        """A location whose content decides what is touched, and that content, as of now; None: nothing does."""
        return None

    def given(self, state: bool | None) -> Parts:
        """What it would touch in another state; None: one that is not known."""
        return self.parts

    def leaves(self) -> Sequence[tuple[Location, bool | None]]:
        """Contents that decide over other operations, after this one; None: not known."""
        return ()


class Named:
    """An object that has locations. `ref` finds out whether its address belongs to another one by now; lists and
    dicts have no weak references, and get a new name when a new one is made at the place of an old one."""

    __slots__ = ("cells", "label", "name", "owner", "ref")

    def __init__(self, obj: object, name: object, label: str) -> None:
        self.name = name
        self.label = label
        self.cells: dict[object, Location] = {}
        self.owner: Named | None = None  # of the ``__dict__`` of an object: the object, whose attributes its items are
        try:
            self.ref: Any = weakref.ref(obj)
        except TypeError:
            self.ref = None


class Locations:
    """All locations of a session, and the objects of the execution that runs."""

    def __init__(self) -> None:
        self.clear("sync")

    def clear(self, granularity: str) -> None:
        """Begin a session, or end it."""
        self.points = granularity == "access"  # accesses are schedule points, not parts of steps
        self.calls = granularity == "gil"  # so is what CPython switches after
        self.every = False  # all of them, also those of locations that are not hot
        self.known: dict[tuple[object, object], Location] = {}
        self.grown: list[Location] = []
        self.execution = 0
        self.named: dict[int, Named] = {}
        self.counts: dict[tuple[object, str], int] = {}  # by thread and type: how many were named, for their labels
        self.fixed: dict[int, tuple[object, int]] = {}
        self.skipped: list[tuple[int, int]] | None = None  # decisions that no point asked for: where, and who goes on

    def fix(self, objects: Sequence[object]) -> None:
        """Objects that live as long as the world does: their place in `objects` is their name."""
        self.fixed = {id(obj): (obj, number) for number, obj in enumerate(objects)}

    def begin(self, every: bool = False) -> None:
        """Another execution. `every`: all accesses are schedule points."""
        self.every = every
        self.named = {}
        self.counts = {}
        self.execution += 1

    def grow(self) -> bool:
        """What executions have found since the last call is hot from now on; False: they found nothing."""
        for location in self.grown:
            location.hot = True
        found = bool(self.grown)
        self.grown = []
        return found

    # -- names --------------------------------------------------------------------------------------------

    def name(self, me: SimThread, obj: object) -> Named:
        """The name of an object; one that has none is new, and made by `me`."""
        address = id(obj)
        named = self.named.get(address)
        if named is not None and (named.ref is None or named.ref() is obj):
            return named
        fixed = self.fixed.get(address)
        if fixed is not None and fixed[0] is obj:
            named = Named(obj, fixed[1], type(obj).__name__)
            self.named[address] = named
            return named
        return self.fresh(me, obj)

    def fresh(self, me: SimThread, obj: object, label: str = "") -> Named:
        """Name an object that `me` has just made."""
        me.made += 1
        kind = type(obj).__name__
        self.counts[me.path, kind] = count = self.counts.get((me.path, kind), 0) + 1
        number = ".".join(map(str, (*me.path, count)))
        named = Named(obj, (me.path, me.made), label or f"{kind}#{number}")
        self.named[id(obj)] = named
        return named

    def namespace(self, me: SimThread, obj: object, names: object) -> None:
        """`names` is the ``__dict__`` of `obj`."""
        owner, named = self.name(me, obj), self.named.get(id(names))
        if named is None or named.owner is not owner:
            named = self.named[id(names)] = Named(names, (owner.name, "__dict__"), f"{owner.label}.__dict__")
            named.owner = owner

    def location(self, named: Named, part: object, label: str) -> Location:
        """A location of an object; `part` tells it from the others, `label` says where it is after the object's own."""
        key = (named.name, part)
        location = self.known.get(key)
        if location is None:
            location = self.known[key] = Location(named.label + label)
        named.cells[part] = location
        return location

    # -- accesses ---------------------------------------------------------------------------------------------

    def happens(self, me: SimThread, op: str, access: Access) -> None:
        """`me` is about to do `op`: a schedule point, a part of its step, or nothing that anyone could see."""
        if not self.points:
            if _m.recorder is not None:
                _m.recorder.touched(access)
            return
        parts = access.touched()
        hot = self.every
        for location, _ in parts:
            if location.hot:
                hot = True
        idle = op is READ and _m.spins_at == _m.steps
        if hot:
            _m.point(me, op, access)
            parts = access.touched()  # others have gone: it may touch something else now
        else:
            _m.pass_by()
            if self.skipped is not None and _m.decides():
                self.skipped.append((len(_m.decisions), me.n))
        if not self.every:
            for location, writes in parts:
                if not location.hot:
                    self._learn(me, location, writes)
        if idle:  # a loop that only reads gets nowhere by itself
            _m.spins_at = _m.steps

    def switch(self) -> None:
        """A place where CPython's own threads may switch, whatever is done there."""
        if self.calls and (me := _m.current) is not None:
            _m.point(me, RUN, None)

    def _learn(self, me: SimThread, location: Location, writes: bool) -> None:
        """May another thread use it at once?"""
        if location.execution != self.execution:
            location.execution = self.execution
            location.writer = -1
            location.readers = {}
        seen, n = me.seen, me.n
        writer = location.writer
        conflict = writer >= 0 and writer != n and seen.get(writer, -1) < location.written
        if writes:
            for reader, epoch in location.readers.items():
                if reader != n and seen.get(reader, -1) < epoch:
                    conflict = True
            location.writer, location.written = n, me.epoch
            location.readers = {}
        else:
            location.readers[n] = me.epoch
        if conflict and not location.found:
            location.found = True
            self.grown.append(location)

    def spelled_out(self, decisions: Sequence[int]) -> list[int]:
        """`decisions` of the last execution with those at accesses that were no schedule points: for a schedule that
        does not depend on what was learned."""
        found: list[int] = []
        at = 0
        for position, n in self.skipped or ():
            found += decisions[at:position]
            at = position
            found.append(n)
        return [*found, *decisions[at:]]


locations = Locations()
