"""Calls, as rewritten code makes them: what C code reads of the containers it is given, and objects that are new.

A function written in Python is called as it is: what it does, it does itself. A call of C code is one event on each
container among its arguments, which it reads as a Whole; at granularity `gil` the interpreter may switch after it.

It knows Python's calls; it must not know syntax.
"""

from __future__ import annotations

import builtins
import itertools
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

from duckrace.kernel.machine import SimThread, machine

from . import attributes
from .accesses import Whole, base_of, structure
from .containers import Method
from .iteration import iterated
from .locations import READ, WRITE, locations

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
_FRESH: Final = (list, dict, set, bytearray)
_ITERATORS: Final = (itertools.count, itertools.cycle, types.GeneratorType)


def called(function: Any) -> Any:
    """What is called instead of `function`."""
    kind = type(function)
    if kind in _PYTHON or _m.current is None or id(function) in _AS_IT_IS:
        return function
    if kind is types.MethodType:
        return function if type(function.__func__) in _PYTHON else _native(function)
    if isinstance(function, type):
        heap = function.__flags__ & (1 << 9)
        return function if heap and not locations.calls else _native(function)
    if kind in (types.BuiltinFunctionType, types.MethodDescriptorType, types.MethodWrapperType):
        return _native(function)
    return function


def _native(function: Any) -> Callable[..., Any]:
    special = _SPECIAL.get(function) if type(function) in (types.BuiltinFunctionType, type) else None

    def call(*args: Any, **kwargs: Any) -> Any:
        me = _m.current
        if me is not None:
            if special is not None:
                args = special(me, *args)
            else:
                for arg in args:
                    if base_of(type(arg)) is not None:
                        locations.happens(me, READ, Whole(me, arg))
        value = function(*args, **kwargs)
        if me is not None and type(value) in _FRESH and function in _MAKERS:
            locations.fresh(me, value)
        locations.switch()
        return value

    return call


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


# -- built-in functions that do not read the Whole of what they are given --------------------------------------------


def _length(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) == 1 and base_of(type(args[0])) is not None:
        locations.happens(me, READ, structure(me, args[0]).read)
    return args


def _lazily(me: SimThread, *args: Any) -> tuple[Any, ...]:
    return tuple(iterated(arg, shared=True) for arg in args) if len(args) != 2 or not callable(args[0]) else args


def _after_first(me: SimThread, *args: Any) -> tuple[Any, ...]:
    return (*args[:1], *(iterated(arg, shared=True) for arg in args[1:]))


def _next(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if args and type(args[0]) in _ITERATORS:
        named = locations.name(me, args[0])
        location = named.cells.get("next") or locations.location(named, "next", " (its position)")
        locations.happens(me, WRITE, location.write)
    return args


def _attribute(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) >= 2 and type(args[1]) is str:
        attributes.looked_at(args[0], args[1])
    return args


def _changed_attribute(me: SimThread, *args: Any) -> tuple[Any, ...]:
    if len(args) >= 2 and type(args[1]) is str:
        attributes.changed(args[0], args[1])
    return args


_MAKERS: Final = frozenset((list, dict, set, bytearray, sorted))
_SPECIAL: Final[dict[Any, Callable[..., tuple[Any, ...]]]] = {
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
