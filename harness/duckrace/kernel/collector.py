"""The cycle collector as an event: at a schedule point it may run on the thread that stands there (``gc="scheduled"``).

It is offered where it would run code of the program, and nowhere else: where something is unreachable that has a
finalizer, or at which a weak reference with a callback points. What is unreachable depends on the program and the
schedule only; how much was allocated does not, since the search and the trace allocate, too.

It is found as the collector finds it: what holds more references than those that come from tracked objects is alive,
and so is all that can be reached from there. Objects that are older than the execution are frozen and do not count.
Then weak references are cleared, their callbacks called, and finalizers run in the collector's order, each once (PEP
442), by the same functions of the interpreter, but not from within ``gc.collect``: threads may switch in there, and its
lists of garbage live on the stack of the thread that switches away. The memory itself is given back between executions.

It knows the machine; it must not know what an exploration is, or what collections are good for.
"""

from __future__ import annotations

import ctypes
import gc
import heapq
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from .machine import machine
from .simthread import COLLECTOR, END, EXIT, JOIN, SLEEP, SimThread

COLLECT: Final = "collect garbage"

_m = machine

_finalize: Any = ctypes.pythonapi.PyObject_CallFinalizer
_finalize.argtypes, _finalize.restype = [ctypes.py_object], None
_clear: Any = ctypes.pythonapi._PyWeakref_ClearRef
_clear.argtypes, _clear.restype = [ctypes.py_object], None

# Of the objects themselves: nothing of the program runs where garbage is looked for.
_callback: Any = vars(weakref.ref)["__callback__"].__get__
_bases: Any = vars(type)["__mro__"].__get__
_names: Any = vars(type)["__dict__"].__get__


class _Called:
    """Calls something when it goes: an exception is then told as one of a callback is."""

    __slots__ = ("what",)

    def __init__(self, what: Callable[[], object]) -> None:
        self.what = what

    def __del__(self) -> None:
        self.what()


class Collector:
    """Stands beside the threads as one more that could go on, while it is switched on."""

    def __init__(self) -> None:
        self.on = False
        self._runs = False
        self._execution: list[SimThread] = []
        self._finalizers: dict[int, bool] = {}  # by address of a type, none of which goes during an execution
        self._held = next(map(sys.getrefcount, [[]]))  # references that counting itself holds

    def switch(self, on: bool) -> None:
        """For a new session."""
        self.begin()
        if on is self.on:
            return
        self.on = on
        for name, instead in (("point", self.point), ("decides", self.decides)):
            if on:
                setattr(machine, name, instead)
            else:
                delattr(machine, name)

    def begin(self) -> None:
        """Another execution."""
        self._finalizers.clear()

    # -- at a schedule point ------------------------------------------------------------------------------

    def point(self, me: SimThread, op: str, obj: object) -> None:
        """:meth:`Machine.point`, before which the collector may run as often as there is something for it."""
        while op is not END and op is not EXIT and self.offers():
            me.op = op
            me.obj = obj
            _m.pass_by()
            it = SimThread(COLLECTOR, (0,), _nothing, True)
            chosen = _m.choose([*(_m.ready or [me]), it], me)  # nobody ready: `me` stands for going on without
            _m.decisions.append(chosen.n)
            if chosen is not it:
                if not _m.ready:
                    chosen = _m._idle()
                if chosen is not me:
                    _m.current = chosen
                    chosen.switch()
                if _m.recorder is not None:
                    _m.recorder.step(me, op, obj)
                return
            self._collect(me, op, obj)
        type(_m).point(_m, me, op, obj)

    def decides(self) -> bool:
        """:meth:`Machine.decides`"""
        return len(_m.ready) > 1 or self.offers()

    def offers(self) -> bool:
        """Is there something for the collector? Not while it runs."""
        return not (self._runs and self._execution is _m.threads) and bool(self._due())

    def _collect(self, me: SimThread, op: str, obj: Any) -> None:
        """The collector runs on `me`, which does not wait for anything meanwhile."""
        queue = getattr(obj, "joiners" if op is JOIN else "waiting", None) if obj is not None else None
        waits = queue is not None and me in queue
        queue = queue or []
        blocked = me not in _m.ready
        if waits:
            queue.remove(me)
        if blocked:
            _m.ready.append(me)
        timer, timed_queue = me.timer, me.waits
        deadline = next((entry[0] for entry in _m.timers if timer and entry[1] == timer), None)
        me.timer, me.waits = 0, None
        me.op, me.obj = COLLECT, None
        if _m.recorder is not None:
            _m.recorder.step(me, COLLECT, None)
        self._runs, self._execution = True, _m.threads
        try:
            for what in self._due():
                what()
                if _m.current is None:  # it was told to unwind, and a finalizer lets nothing through
                    raise _m.refuse("go on")
        finally:
            self._runs = False
        me.timer, me.waits = timer, timed_queue
        if deadline is not None:
            heapq.heappush(_m.timers, (max(deadline, _m.now), timer, me))
        if waits:
            queue.append(me)
            if obj is not None and not obj.there:
                _m.ready.remove(me)
        elif blocked:  # it sleeps
            assert op is SLEEP
            _m.ready.remove(me)

    # -- what is garbage --------------------------------------------------------------------------------------

    def _due(self) -> list[Callable[[], object]]:
        """What a collection would run now."""
        objects = gc.get_objects()
        if not any(map(self._has_finalizer, set(map(type, objects)))) and not any(
            issubclass(type(o), weakref.ref) and _callback(o) is not None for o in objects
        ):
            return []
        garbage = self._unreachable(objects)
        addresses = set(map(id, garbage))
        references = [reference for o in garbage for reference in weakref.getweakrefs(o)]
        calls = [_calling(r) for r in references if _callback(r) is not None and id(r) not in addresses]
        finals = [
            _finalizing(o) for o in garbage if self._has_finalizer(type(o)) and not gc.is_finalized(o) and not _ended(o)
        ]
        return [lambda: any(map(_clear, references)), *calls, *finals] if calls or finals else []

    def _has_finalizer(self, kind: type) -> bool:
        found = self._finalizers.get(id(kind))
        if found is None:
            found = self._finalizers[id(kind)] = any("__del__" in _names(base) for base in _bases(kind))
        return found

    def _unreachable(self, objects: list[Any]) -> list[Any]:
        """Those of `objects` that only hold each other."""
        counts = list(map(sys.getrefcount, objects))
        inside = Counter(map(id, gc.get_referents(*objects)))
        held = self._held
        unsure = {
            id(o): o
            for o, count, within in zip(objects, counts, map(inside.__getitem__, map(id, objects)), strict=True)
            if count - held <= within
        }
        if not unsure:
            return []
        alive = [o for o in objects if id(o) not in unsure]
        while alive and unsure:
            reached = gc.get_referents(*alive)
            alive = [unsure.pop(id(o)) for o in reached if id(o) in unsure]
        return list(unsure.values())


def _ended(o: Any) -> bool:
    """A generator that is through has nothing left to do."""
    return getattr(o, "gi_frame", o) is None


def _calling(reference: Any) -> Callable[[], object]:
    callback = _callback(reference)

    def call() -> None:
        called = _Called(lambda: callback(reference))
        del called

    return call


def _finalizing(o: Any) -> Callable[[], object]:
    def finalize() -> None:
        if not gc.is_finalized(o):
            _finalize(o)

    return finalize


def _nothing() -> None:
    pass


collector = Collector()
