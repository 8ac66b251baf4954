"""Names for locks and handles of an execution that is replayed to be shown, so that a person knows which one is meant.

A lock is told with the class of the object that holds it: ``lock#2 of Channel``. What holds it is found on the frames
of whoever uses it: an object among their variables with the lock, or a ``Condition`` or queue around it, as attribute.
Handles of channels are numbered as they are met: ``tx#1``, ``tx#2``, ``rx#1``. Which objects are handles, a function
says that is handed in.

It knows frames and attributes; it must not know channels.
"""

from __future__ import annotations

import re
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final

from .frames import locals_of
from .locks import Lock, RLock, label

Role = Callable[[object], str | None]

LETTERS: Final = {"sender": "tx", "receiver": "rx"}
DROPS: Final = ("drop", "__exit__", "__del__")
PLAIN: Final = ("Condition", "Thread")  # classes that tell nothing about a lock


class Names:
    """Of one execution."""

    def __init__(self, role: Role | None = None) -> None:
        self._role = role
        self._owners: dict[str, str] = {}  # label of a lock -> class
        self._handles: dict[int, tuple[str, weakref.ref[object] | None]] = {}  # by address
        self._counts: dict[str, int] = {}

    def learn(self, obj: object, stack: list[types.FrameType]) -> None:
        """Look at a step, made by whoever has this stack, innermost frame first."""
        if isinstance(obj, Lock) and obj.creator is not None and label(obj) not in self._owners:
            owner = _owner(obj, stack)
            if owner:
                self._owners[label(obj)] = owner
        if self._role is not None:
            for frame in stack:
                self._handle(_first(frame))

    def told(self, text: str) -> str:
        """`text` with the owners of locks that are known by now."""

        def more(found: re.Match[str]) -> str:
            owner = self._owners.get(found.group())
            return f"{found.group()} of {owner}" if owner else found.group()

        return re.sub(r"lock#[\d.]*\d(?! of )", more, text)

    def drop(self, stack: list[types.FrameType]) -> str:
        """``drop sender tx#1``, if that is what goes on; else empty."""
        for frame in reversed(stack):
            if frame.f_code.co_name in DROPS and (name := self._handle(handle := _first(frame))):
                assert self._role is not None
                why = " (its last reference goes)" if frame.f_code.co_name == "__del__" else ""
                return f"drop {self._role(handle)} {name}{why}"
        return ""

    def _handle(self, obj: object) -> str:
        """The name of a handle; empty for any other object."""
        role = self._role(obj) if self._role is not None and obj is not None else None
        if role is None:
            return ""
        known = self._handles.get(id(obj))
        if known is not None and (known[1] is None or known[1]() is obj):
            return known[0]
        letters = LETTERS.get(role, role)
        self._counts[letters] = self._counts.get(letters, 0) + 1
        name = f"{letters}#{self._counts[letters]}"
        try:
            self._handles[id(obj)] = name, weakref.ref(obj)
        except TypeError:  # it cannot be referred to weakly: its number may go on to a later one
            self._handles[id(obj)] = name, None
        return name


def _first(frame: types.FrameType) -> object:
    """The object whose method runs in `frame`, if it is one."""
    code = frame.f_code
    return locals_of(frame).get("self") if code.co_argcount and code.co_varnames[0] == "self" else None


def _owner(lock: Lock, stack: list[types.FrameType]) -> str:
    """The class of what holds `lock`: the innermost one of the program, else one of the library that says something."""
    inside: list[object] = [lock]
    library = ""
    for frame in stack:
        for owner in list(locals_of(frame).values()):
            if any(owner is part for part in inside) or isinstance(owner, (type, types.ModuleType)):
                continue
            if not any(_is(value, part) for value in _attributes(owner) for part in inside):
                continue
            kind = type(owner)
            if kind.__module__.partition(".")[0] not in sys.stdlib_module_names:
                return kind.__qualname__.rpartition("<locals>.")[2]
            inside.append(owner)
            library = kind.__name__ if kind.__name__ not in PLAIN else library
    return library


def _is(value: object, part: object) -> bool:
    return value is part or (type(value) is RLock and value._block is part)


def _attributes(obj: object) -> Iterator[Any]:
    """What an object holds by name. Nothing of the program runs."""
    try:
        names = object.__getattribute__(obj, "__dict__")
    except (AttributeError, TypeError):
        names = {}
    yield from list(names.values())
    for kind in type(obj).__mro__:
        for slot in list(vars(kind).values()):
            if isinstance(slot, types.MemberDescriptorType):
                try:
                    yield slot.__get__(obj)
                except (AttributeError, TypeError):
                    continue
