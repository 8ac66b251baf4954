"""Putting a world's modules back to how they were after they were imported.

A world is loaded once per exploration; what executions leave behind in globals, classes, containers,
module-level objects, locks and caches is undone between them.  Reachable state is cut into cells, each
of which can say quickly that nothing changed.

It knows Python's containers and the simulated locks; it must not know where modules come from.
"""

from __future__ import annotations

import ast
import collections
import itertools
import sys
import types
import weakref
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, partial
from operator import is_
from typing import Any

from . import local
from .locks import Lock, RLock
from .simplequeue import SimpleQueue

_Undo = Callable[[], None]
_COUNT = type(itertools.count())
_CACHE = type(lru_cache(len))
_UNSET = object()
_MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_WEAK = (weakref.WeakSet, weakref.WeakKeyDictionary, weakref.WeakValueDictionary)


class Snapshot:
    """The state of modules now; :meth:`restore` brings it back, object identities included."""

    def __init__(
        self, tested: Collection[types.ModuleType], library: Collection[types.ModuleType], names: Collection[str]
    ) -> None:
        """`tested`: the modules under test; `library`: those of the interpreter's own that hold state;
        `names`: all modules of the interpreter whose objects belong to the world."""
        self._undo: list[_Undo] = []
        untouchable = (sys.modules, sys.path, sys.meta_path, sys.path_hooks, sys.path_importer_cache)
        self._seen = {id(obj) for obj in untouchable}
        self._keep: list[object] = []  # what `_seen` speaks of stays alive
        self._pending: list[object] = []
        self._classes = {module.__name__ for module in tested}
        self._names = self._classes | set(names)
        for module in (*tested, *library):
            builtins = vars(module).get("__builtins__")
            self._seen.add(id(builtins))
            self._names_of(vars(module), fixed=True)
        while self._pending:
            self._visit(self._pending.pop())

    @property
    def objects(self) -> list[object]:
        """All objects that belong to the modules, in an order that is the same whenever they are loaded."""
        return self._keep

    def restore(self) -> None:
        for undo in self._undo:
            undo()

    # -- one object ------------------------------------------------------------------------------

    def _visit(self, obj: object) -> None:
        if id(obj) in self._seen:
            return
        self._seen.add(id(obj))
        self._keep.append(obj)
        kind = type(obj)
        if kind in _MAPPINGS:
            self._names_of(obj)  # type: ignore[arg-type]
        elif kind in (list, collections.deque, bytearray):
            self._sequence(obj)
        elif kind is set:
            self._set(obj)  # type: ignore[arg-type]
        elif kind in (tuple, frozenset):
            self._pending.extend(obj)  # type: ignore[arg-type]
        elif kind in (Lock, RLock, SimpleQueue) or isinstance(obj, Lock):
            self._undo.append(obj.reset)  # type: ignore[attr-defined]
        elif kind is _CACHE:
            self._undo.append(obj.cache_clear)  # type: ignore[attr-defined]
            self._visit(obj.__wrapped__)  # type: ignore[attr-defined]
        elif kind in _WEAK:
            self._visit(obj.data)  # type: ignore[attr-defined]
        elif kind is types.FunctionType:
            self._function(obj)  # type: ignore[arg-type]
        elif kind is types.MethodType:
            self._pending += [obj.__self__, obj.__func__]  # type: ignore[attr-defined]
        elif kind in (staticmethod, classmethod):
            self._pending.append(obj.__func__)  # type: ignore[attr-defined]
        elif kind is property:
            self._pending += [f for f in (obj.fget, obj.fset, obj.fdel) if f]  # type: ignore[attr-defined]
        elif isinstance(obj, type):
            if obj.__module__ in self._classes or (obj.__module__ in self._names and _counters(vars(obj))):
                self._attributes(obj)
        elif isinstance(obj, local.local):
            self._undo.append(local.restorer(obj))
            self._pending.append(object.__getattribute__(obj, "__dict__"))
        elif kind.__module__ in self._names or kind is types.SimpleNamespace:
            self._instance(obj)

    def _names_of(self, names: dict[Any, Any], fixed: bool = False) -> None:
        """A dict, in place.  The common case, nothing changed, is one loop in C, or two if the names
        themselves are data (`fixed`: they are not)."""
        self._seen.add(id(names))
        self._keep.append(names)
        keys, values, before = list(names), list(names.values()), dict(names)
        counters = _counters(names)
        self._pending.extend(value for key, value in before.items() if key not in counters)

        count = len(keys)

        def undo() -> None:
            same = len(names) == count and all(map(is_, names.values(), values))
            if same and (fixed or all(map(is_, names, keys))):
                return
            names.clear()
            names.update(before)

        def count_anew() -> None:
            for key, fresh in counters.items():  # they count on, and cannot be set back in place
                before[key] = names[key] = values[keys.index(key)] = fresh()

        if counters:
            self._undo.append(count_anew)
        self._undo.append(undo)

    def _attributes(self, cls: type) -> None:
        skip = ("__dict__", "__weakref__", "__doc__", "__module__", "__abstractmethods__", "_abc_impl")
        before = {k: v for k, v in vars(cls).items() if k not in skip}
        counters = _counters(before)
        values = list(vars(cls).values())
        self._pending.extend(before.values())

        def undo() -> None:
            now = vars(cls)
            if len(now) == len(values) and all(map(is_, now.values(), values)):
                return
            for key in [k for k in now if k not in before and k not in skip]:
                delattr(cls, key)
            for key, value in before.items():
                if key in counters:
                    setattr(cls, key, counters[key]())
                elif now.get(key, now) is not value:
                    setattr(cls, key, value)

        self._undo.append(undo)
        if counters:
            values.clear()

    def _sequence(self, items: Any) -> None:
        before = list(items)
        self._pending.extend(before)

        def undo() -> None:
            if len(items) != len(before) or not all(map(is_, items, before)):
                items.clear()
                items.extend(before)

        self._undo.append(undo)

    def _set(self, items: set[Any]) -> None:
        before = set(items)
        self._pending.extend(before)

        def undo() -> None:
            if len(items) != len(before) or items != before:
                items.clear()
                items.update(before)

        self._undo.append(undo)

    def _function(self, function: types.FunctionType) -> None:
        if function.__module__ in self._classes or function.__dict__:
            self._visit(function.__dict__)
        self._defaults(function)
        for cell in function.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:  # not filled yet
                continue
            self._pending.append(content)
            if id(cell) not in self._seen:
                self._seen.add(id(cell))
                self._keep.append(cell)
                self._undo.append(_filler(cell, content))

    def _defaults(self, function: types.FunctionType) -> None:
        defaults = function.__defaults__ or ()
        self._pending.extend(defaults)
        if function.__kwdefaults__:
            self._visit(function.__kwdefaults__)
        if counters := _counters(dict(enumerate(defaults))):

            def undo() -> None:
                fresh = (counters[i]() if i in counters else value for i, value in enumerate(defaults))
                function.__defaults__ = tuple(fresh)

            self._undo.append(undo)

    def _instance(self, obj: Any) -> None:
        names = getattr(obj, "__dict__", None)
        if type(names) is dict:
            self._visit(names)
        if hasattr(type(obj), "getstate") and hasattr(type(obj), "setstate"):  # random.Random
            state, setstate = obj.getstate(), obj.setstate
            self._undo.append(lambda: setstate(state))
        for cls in type(obj).__mro__:
            if cls.__module__ not in self._names:  # the fields of C types are not slots, and some are read-only
                continue
            for name, slot in list(vars(cls).items()):
                if (
                    type(slot) is types.MemberDescriptorType
                    and slot.__objclass__ is cls
                    and name not in ("__dict__", "__weakref__")
                ):
                    self._slot(obj, slot)
        if isinstance(obj, (list, collections.deque)):
            self._sequence(obj)
        elif isinstance(obj, dict):
            self._names_of(obj)
        elif isinstance(obj, set):
            self._set(obj)

    def _slot(self, obj: object, slot: Any) -> None:
        def content() -> object:
            try:
                return slot.__get__(obj)
            except AttributeError:
                return _UNSET

        value = content()
        if value is not _UNSET:
            self._pending.append(value)
            try:
                slot.__set__(obj, value)
            except (AttributeError, TypeError):  # read only: nothing to put back
                return

        def undo() -> None:
            if content() is not value:
                slot.__delete__(obj) if value is _UNSET else slot.__set__(obj, value)

        self._undo.append(undo)


def _filler(cell: types.CellType, content: object) -> _Undo:
    """Puts `content` back into `cell`."""
    fresh = _counters({0: content}).get(0)

    def undo() -> None:
        cell.cell_contents = fresh() if fresh is not None else content

    return undo


def _counters(names: Mapping[Any, Any]) -> dict[Any, Callable[[], object]]:
    """What makes each ``itertools.count`` (or its ``__next__``) in `names` anew: it has no way back."""
    makers: dict[Any, Callable[[], object]] = {}
    for key, value in names.items():
        if type(value) is _COUNT:
            makers[key] = partial(itertools.count, *_start(value))
        elif type(value) is types.MethodWrapperType and type(value.__self__) is _COUNT:
            makers[key] = partial(_next_of, *_start(value.__self__))
    return makers


def _next_of(*start: int) -> object:
    return itertools.count(*start).__next__


def _start(counter: itertools.count[int]) -> tuple[int, ...]:
    """Where it stands, and its step; its ``repr`` says so, copying it is deprecated."""
    values = ast.literal_eval(repr(counter).removeprefix("count"))
    return values if isinstance(values, tuple) else (values,)
