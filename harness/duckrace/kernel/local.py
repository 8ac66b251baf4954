"""``_thread._local`` for simulated threads: one namespace per thread, dropped when the execution ends.

Same behaviour as the interpreter's own: subclasses may define ``__init__``, which runs anew in
every thread that touches the object, with the arguments of the first.

It knows the machine's running thread, nothing else.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from .machine import machine
from .simthread import SimThread


class local:  # the name users see
    """Attributes that each thread has for itself."""

    __slots__ = ("__dict__", "__weakref__", "_local__args", "_local__spaces")

    def __new__(cls, /, *args: Any, **kwargs: Any) -> local:
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = object.__new__(cls)
        space = object.__getattribute__(self, "__dict__")
        object.__setattr__(self, "_local__args", (args, kwargs))
        object.__setattr__(self, "_local__spaces", {_path(): space})
        _remember(self)
        return self

    def __getattribute__(self, name: str) -> Any:
        _enter(self)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "__dict__":
            raise AttributeError(f"{type(self).__name__!r} object attribute '__dict__' is read-only")
        _enter(self)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if name == "__dict__":
            raise AttributeError(f"{type(self).__name__!r} object attribute '__dict__' is read-only")
        _enter(self)
        object.__delattr__(self, name)


def _path() -> tuple[int, ...]:
    """The running thread; imports happen in the main thread."""
    running = machine.running()
    return running.path if running is not None else ()


def _enter(self: local) -> None:
    """Put the running thread's namespace in place of the last one's."""
    spaces = object.__getattribute__(self, "_local__spaces")
    path = _path()
    space = spaces.get(path)
    if space is None:
        space = spaces[path] = {}
        object.__setattr__(self, "__dict__", space)
        _remember(self)
        cls = type(self)
        if cls.__init__ is not object.__init__:
            args, kwargs = object.__getattribute__(self, "_local__args")
            cls.__init__(self, *args, **kwargs)
    elif object.__getattribute__(self, "__dict__") is not space:
        object.__setattr__(self, "__dict__", space)


def _remember(self: local) -> None:
    """Let the running thread drop its values when it ends, as the interpreter does."""
    running = machine.running()
    if running is None:
        return
    reference = weakref.ref(self)

    def forget(thread: SimThread) -> None:
        alive = reference()
        if alive is not None:
            space = object.__getattribute__(alive, "_local__spaces").pop(thread.path, None)
            if object.__getattribute__(alive, "__dict__") is space:
                object.__setattr__(alive, "__dict__", {})

    running.locals.append(forget)


def restorer(self: local) -> Callable[[], None]:
    """What brings `self` back to how it is now, after the import: for objects that live in modules."""
    spaces = object.__getattribute__(self, "_local__spaces")
    before = dict(spaces.get((), ()))

    def restore() -> None:
        spaces.clear()
        spaces[()] = dict(before)
        object.__setattr__(self, "__dict__", spaces[()])

    return restore
