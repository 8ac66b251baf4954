"""Calls, as rewritten code makes them: what C code reads of the containers it is given, and objects that are new.

A function written in Python is called as it is: what it does, it does itself. A call of C code is one event on each
container among its arguments, which it reads as a whole; at granularity `gil` the interpreter may switch after it.

It knows Python's calls; it must not know syntax.
"""

from __future__ import annotations

import builtins
import copy
import itertools
import json
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from . import attributes
from .accesses import Restructured, Whole, base_of, structure
from .containers import Method, native, touched_by
from .iteration import iterated, resumed, stopping
from .locations import READ, WRITE, locations
from .views import seen_through

_m = machine
# C code that looks at the frame that calls it, or that is no operation on anything.
_AS_IT_IS: Final = frozenset(
    id(function)
    for function in (
        builtins.super, builtins.locals, builtins.globals, builtins.vars, builtins.dir, builtins.eval, builtins.exec,
        builtins.__import__, builtins.breakpoint, builtins.id, builtins.type, builtins.isinstance, builtins.issubclass,
        builtins.callable, sys._getframe, warnings.warn, sys.exc_info,
    )
)  # fmt: skip
_PYTHON: Final = (types.FunctionType, Method)
_UNBOUND: Final = (types.MethodDescriptorType, types.WrapperDescriptorType)
_NATIVE: Final = (types.BuiltinFunctionType, types.MethodWrapperType, *_UNBOUND)
# Modules of the library whose functions and classes, written in Python, read what they are given while they run.
_READERS: Final = frozenset(
    ("collections", "copy", "heapq", "json", "pprint", "random", "statistics", "string", "textwrap")
)
_LOOKUPS: Final = ("__getattribute__", "__setattr__", "__delattr__")
_WRITERS: Final = frozenset(  # of heapq, bisect and random
    ("heapify", "heappop", "heappush", "heappushpop", "heapreplace", "insort", "insort_left", "insort_right", "shuffle")
)
_FRESH: Final = (list, dict, set, bytearray)
_ITERATORS: Final = (itertools.count, itertools.cycle, types.GeneratorType)


def called(function: Any) -> Any:
    """What is called instead of `function`."""
    kind = type(function)
    if kind in _PYTHON:
        reads = kind is types.FunctionType and function.__module__ in _READERS and _m.current is not None
        return _native(function) if reads else function
    if _m.current is None or id(function) in _AS_IT_IS:
        return function
    if kind is types.MethodType:
        inner = function.__func__
        if type(inner) in _PYTHON:
            return _native(function) if inner.__module__ in _READERS else function
        return _native(function)
    if isinstance(function, type):
        heap = function.__flags__ & (1 << 9)
        python = heap and not locations.calls and function.__module__ not in _READERS
        return function if python else _native(function)
    if kind in _NATIVE:
        return _native(function)
    return function


def _native(function: Any) -> Callable[..., Any]:
    special = _SPECIAL.get(function) if type(function) in (types.BuiltinFunctionType, type) else None
    if special is None and type(function) in _UNBOUND:
        special = _of_object(function, True) if function.__name__ in _LOOKUPS else _unbound(function)
    elif special is None and type(function) is types.MethodWrapperType and function.__name__ in _LOOKUPS:
        special = _of_object(function, False)
    elif special is None and getattr(function, "__name__", "") in _WRITERS:
        special = _written

    def call(*args: Any, **kwargs: Any) -> Any:
        me = _m.current
        if me is not None:
            if special is not None:
                args = special(me, *args)
            else:
                for arg in (*args, *kwargs.values()):
                    container = seen_through(arg)
                    if base_of(type(container)) is not None:
                        deep = type(function) is not types.MethodType and function in _DEEP
                        locations.happens(me, READ, Whole(me, container, deep=deep))
        generator = args[0] if special is _next and args else getattr(function, "__self__", None)
        if me is not None and type(generator) is types.GeneratorType:
            if special is not _next:
                resumed(me, generator)
            value = stopping(me, generator, function, *args)
        else:
            value = function(*args, **kwargs)
        if me is not None and type(value) is dict and args and args[-1] == "__dict__":
            attributes.shows(me, args[0] if len(args) > 1 else getattr(function, "__self__", None), value)
        if me is not None and type(value) in _FRESH and function in _MAKERS:
            locations.fresh(me, value)
        locations.switch()
        return value

    return call


def _unbound(function: Any) -> Callable[..., tuple[Any, ...]] | None:
    """``list.append(numbers, 1)``: the access of the method."""
    if base_of(function.__objclass__) is None:
        return None

    def method(me: SimThread, *args: Any) -> tuple[Any, ...]:
        if args and isinstance(args[0], function.__objclass__):
            found = touched_by(me, args[0], function.__name__, args[1:])
            if found is not None:
                locations.happens(me, *found)
        return args

    return method


def _of_object(function: Any, unbound: bool) -> Callable[..., tuple[Any, ...]]:
    """``object.__setattr__(o, "n", 1)``, ``super().__getattribute__("n")``: these are the access."""

    def method(me: SimThread, *args: Any) -> tuple[Any, ...]:
        given = args if unbound else (function.__self__, *args)
        if len(given) >= 2 and type(given[1]) is str:
            if function.__name__ == "__getattribute__":
                attributes.looked_up(me, given[0], given[1])
            else:
                attributes.changed(given[0], given[1])
        return args

    return method


def _written(me: SimThread, *args: Any) -> tuple[Any, ...]:
    """Functions that change the container that they are given."""
    for arg in args:
        if base_of(type(arg)) is not None:
            locations.happens(me, WRITE, Restructured(me, arg))
    return args


def fresh(value: Any) -> Any:
    """A list, dict or set that has just been written down."""
    me = _m.current
    if me is not None:
        locations.fresh(me, value)
    return value


def looped(iterable: Any) -> Any:
    """`iterable` with a place to switch where a loop jumps back (granularity `gil`)."""
    return _looped(iterable) if _m.current is not None and locations.calls else iterable


def _looped(iterable: Any) -> Iterator[Any]:
    for value in iterable:
        yield value
        locations.switch()


# -- built-in functions that do not read the whole of what they are given --------------------------------------------


def _length(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) == 1:
        container = seen_through(args[0])
        if base_of(type(container)) is not None and native(args[0], "__len__"):
            locations.happens(me, READ, structure(me, container).read)
    return args


def _lazily(me: SimThread, *args: Any) -> tuple[Any, ...]:
    return tuple(iterated(arg, shared=True) for arg in args) if len(args) != 2 or not callable(args[0]) else args


def _after_first(me: SimThread, *args: Any) -> tuple[Any, ...]:
    return (*args[:1], *(iterated(arg, shared=True) for arg in args[1:]))


def _next(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if args and type(args[0]) in _ITERATORS:
        resumed(me, args[0])
    return args


def _attribute(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) >= 2 and type(args[1]) is str:
        attributes.looked_at(args[0], args[1])
    return args


def _changed_attribute(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) >= 2 and type(args[1]) is str:
        attributes.changes(args[0], args[1], "__setattr__" if len(args) > 2 else "__delattr__")
    return args


_DEEP: Final = frozenset((repr, str, print, copy.deepcopy, json.dumps))
_MAKERS: Final = frozenset((list, dict, set, bytearray, sorted))
_SPECIAL: Final[dict[Any, Callable[..., tuple[Any, ...]]]] = {
    bool: _length,
    len: _length,
    iter: _lazily,
    enumerate: _lazily,
    zip: _lazily,
    map: _after_first,
    filter: _after_first,
    next: _next,
    getattr: _attribute,
    hasattr: _attribute,
    setattr: _changed_attribute,
    delattr: _changed_attribute,
}
