"""A history of a real object: every call of it and every return, in one order, on simulated and on real threads.

The log is one list. Appending to a list is atomic, with the GIL and without, so the order of its items is an order in
which things happened: a call stands before all that it did, a return after. No lock is taken and nothing waits, so a
recorded object has no schedule point that it did not have before, and threads are not kept apart.

It knows threads by what ``threading`` says of them; it must not know the simulated machine. In a simulated world
``threading`` is the world's, which is looked up with every call and never kept.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

from duckrace._errors import UsageError

from ._history import Event, History
from ._model import Invocation, Raised

T = TypeVar("T")

_BINARY: Final = (
    *("add", "and", "divmod", "floordiv", "lshift", "matmul", "mod"),
    *("mul", "or", "pow", "rshift", "sub", "truediv", "xor"),
)
_INPLACE: Final = tuple(f"__i{name}__" for name in _BINARY if name != "divmod")

# What syntax calls, looked up on the type, and recorded. `with lock:` is recorded as __enter__ and __exit__.
SYNTAX: Final = (
    "__call__",
    "__contains__",
    "__delitem__",
    "__enter__",
    "__exit__",
    "__getitem__",
    "__len__",
    "__next__",
    "__setitem__",
    *_INPLACE,
)

# What else syntax and built-in functions call: handed on, and not recorded unless it is asked for by name. It says what
# the object is, or makes a new one; debuggers and assertions call it, too, which are no part of the program.
HANDED_ON: Final = (
    *(f"__{name}__" for name in _BINARY),
    *(f"__r{name}__" for name in _BINARY),
    *(f"__{name}__" for name in ("eq", "ne", "lt", "le", "gt", "ge", "hash", "bool", "repr", "str", "format", "bytes")),
    *(f"__{name}__" for name in ("int", "float", "complex", "index", "round", "trunc", "floor", "ceil")),
    *(f"__{name}__" for name in ("abs", "neg", "pos", "invert", "fspath", "dir", "iter", "reversed", "length_hint")),
    *(f"__{name}__" for name in ("aenter", "aexit", "aiter", "anext", "await")),
)


class Recorded(Generic[T]):
    """Stands for an object and behaves like it; made by `recorded`."""

    def __init__(self, target: T, methods: frozenset[str] | None) -> None:
        self._duckrace_target = target
        self._duckrace_methods = methods
        self._duckrace_log: list[tuple[str, Hashable, Any, str]] = []

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._duckrace_target, name)
        methods = self._duckrace_methods
        wanted = not name.startswith("_") if methods is None else name in methods
        return self._duckrace_wrap(name, value) if wanted and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_duckrace_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._duckrace_target, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._duckrace_target, name)

    def _duckrace_wrap(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        log = self._duckrace_log

        @functools.wraps(method)  # threads are called like what they run
        def call(*args: Any, **kwargs: Any) -> Any:
            threading = sys.modules["threading"]
            process, label = threading.get_ident(), threading.current_thread().name
            arguments = (*args, *_keywords(method, args, kwargs)) if kwargs else args
            log.append(("call", process, Invocation(name, arguments), label))
            try:
                result = method(*args, **kwargs)
            except Exception as error:
                log.append(("return", process, Raised(error), label))
                raise
            except BaseException as error:  # most likely the end of the thread, and nobody knows the effect
                log.append(("left", process, Raised(error), label))
                raise
            log.append(("return", process, result, label))
            return result

        return call

    def history(self) -> History:
        """What was recorded until now. Calls that have not returned are unknown: they may have taken effect or not.

        Processes are called like their threads; threads of one name, by ``name (2)`` and so on. One thread's calls
        of this object inside of each other raise UsageError: a history has no such thing.
        """
        log = list(self._duckrace_log)
        events: list[Event] = []
        names: dict[Hashable, str] = {}
        labels: dict[Hashable, str] = {}
        taken: dict[str, int] = {}
        inside: set[Hashable] = set()
        used: set[str] = set()
        last = {process: number for number, (kind, process, *_) in enumerate(log) if kind == "call"}
        for number, (kind, process, payload, label) in enumerate(log):
            if labels.get(process) != label:  # an ident serves again when its thread has ended
                taken[label] = taken.get(label, 0) + 1
                labels[process] = label
                name = label if taken[label] == 1 else f"{label} ({taken[label]})"
                while name in used:  # another thread has this name for its own
                    taken[label] += 1
                    name = f"{label} ({taken[label]})"
                used.add(name)
                names[process] = name
                inside.discard(process)
            if kind == "left" and number > last[process]:
                continue
            if kind == "call" and process in inside:
                raise UsageError(
                    f"{payload} was called inside of another recorded call of the same thread {label!r}: name the "
                    "methods to record, recorded(object, 'put', 'get'), without those that the others use."
                )
            (inside.add if kind == "call" else inside.discard)(process)
            events.append(Event("call" if kind == "call" else "return", names[process], payload))
        return History.of(events)


def recorded(target: object, *methods: str) -> Any:
    """`target`, with every call of its methods recorded; ``.history()`` of what is returned is the history.

    `methods` are the names of those to record; without any, all public ones and what syntax calls (``with``, ``len``,
    ``[]``, ``in``, ``next``, ``+=``, a call). All other special methods that the object has (``==``, ``iter``, ``+``,
    ``repr``) and its attributes are handed on, and a special method of those is recorded only if it is named. Only
    calls through what is returned are seen, not those that the object makes itself. Arguments and results are kept as
    they are: do not change them afterwards. An exception is a result, `Raised`; one that is no ``Exception``
    (KeyboardInterrupt) leaves the call without a return, if its thread makes no other call after it.

    It adds no schedule point under ``duckrace.explore`` and takes no lock on real threads. Raises UsageError for a
    method that there is not, and for an object that has a ``history`` of its own.
    """
    kind = type(target)
    for name in methods:
        if not callable(getattr(target, name, None)):
            raise UsageError(f"{kind.__name__} has no method {name!r} to record.")
    if hasattr(target, "history"):
        raise UsageError(
            f"{kind.__name__} has a history() of its own: record an object of yours that has this one inside."
        )
    wanted = frozenset(methods) if methods else None
    syntax = {name: _forward(name, name in SYNTAX) for name in (*SYNTAX, *HANDED_ON) if _has(kind, name)}
    if kind.__hash__ is None:
        syntax["__hash__"] = None
    made = type(f"Recorded{kind.__name__}", (Recorded,), syntax)
    return made(target, wanted)


def _has(kind: type[Any], name: str) -> bool:
    """Whether the type has the special method for itself, and not merely as every object has it."""
    method = getattr(kind, name, None)
    return method is not None and method is not getattr(object, name, None)


def _forward(name: str, by_itself: bool) -> Any:
    """`by_itself`: it is recorded without being named."""

    def method(self: Recorded[Any], *args: Any, **kwargs: Any) -> Any:
        target, methods = self._duckrace_target, self._duckrace_methods
        args = tuple(one._duckrace_target if isinstance(one, Recorded) else one for one in args)
        value = getattr(target, name)
        if by_itself if methods is None else name in methods:
            value = self._duckrace_wrap(name, value)
        result = value(*args, **kwargs)
        # `p += 1` binds p to what comes back: it stays the recorded one
        return self if result is target and name in _INPLACE else result

    return method


def _keywords(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """Keywords as positional arguments where the method has a position for them, else as pairs."""
    try:
        bound = inspect.signature(method).bind(*args, **kwargs)
    except (TypeError, ValueError):  # a call that the method refuses, or a method of C that does not say
        return tuple(kwargs.items())
    return (*bound.args[len(args) :], *bound.kwargs.items())
