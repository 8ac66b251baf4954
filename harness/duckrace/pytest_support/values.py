"""What may be handed into a world, and how.

=========================================  ==========================================================
plain data, objects of other libraries     as they are
functions, classes and objects of modules  the world's own copies: by the parametrize mark that made them
that the world has copies of               (a fixture's by pickling), so that they are simulated, too
whatever holds a lock or a thread          refused in a sentence: it is real, and no schedule controls it
pytest's own objects (tmp_path, request)   as they are, without a look inside
=========================================  ==========================================================

It knows Python's objects and which modules a world copies; it must not know what the test does with them.
"""

from __future__ import annotations

import _thread
import concurrent.futures
import pickle
import queue
import threading
import types
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from duckrace._errors import UsageError

MOST: Final = 5_000  # objects that are looked at per value

ATOMS: Final = (type(None), bool, int, float, complex, str, bytes, types.EllipsisType, range, slice)
REAL: Final[tuple[tuple[type, str], ...]] = (
    (_thread.LockType, "a lock"),
    (type(threading.RLock()), "a lock"),
    (threading.Thread, "a thread"),
    (threading.Condition, "a condition"),
    (threading.Event, "an event"),
    (threading.Semaphore, "a semaphore"),
    (threading.Barrier, "a barrier"),
    (_thread._local, "thread-local values"),
    (queue.Queue, "a queue"),
    (queue.SimpleQueue, "a queue"),
    (concurrent.futures.Executor, "an executor"),
    (concurrent.futures.Future, "a future"),
)
TOOLS: Final = frozenset(("_pytest", "logging", "pluggy", "py", "pytest", "warnings", "xdist"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a value's objects are."""

    real: str = ""  # the first real thing, in words
    copied: bool = False  # something in it belongs to a module that the world has a copy of


def search(name: str, value: object, belongs: Callable[[str], bool], tools: Collection[str]) -> Search:
    """Look at the objects that `value` holds, nearest first.

    `belongs` says of a module's name whether the world copies it; `tools` are packages not to look into.
    """
    waiting: deque[tuple[str, object]] = deque([(name, value)])
    seen: set[int] = set()
    copied = False
    while waiting and len(seen) < MOST:
        path, obj = waiting.popleft()
        kind = type(obj)
        if kind in ATOMS or id(obj) in seen:
            continue
        seen.add(id(obj))
        for real, words in REAL:
            if issubclass(kind, real):
                return Search(real=words if path == name else f"{words} ({path})")
        home = _module(obj)
        if home.partition(".")[0] in tools:
            continue
        copied = copied or belongs(home)
        if not isinstance(obj, (type, types.ModuleType)):
            waiting.extend(_parts(path, obj))
    return Search(copied=copied)


def _module(obj: object) -> str:
    """The module that an object, or its class, comes from."""
    if isinstance(obj, types.ModuleType):
        return obj.__name__
    named = isinstance(obj, (type, types.FunctionType, types.BuiltinFunctionType))
    home = obj.__module__ if named else type(obj).__module__
    return home if isinstance(home, str) else ""


def _parts(path: str, obj: Any) -> Iterator[tuple[str, object]]:
    """The objects that `obj` holds, with words on where."""
    if isinstance(obj, dict):
        for key, value in list(obj.items()):
            yield f"a key of {path}", key
            yield f"{path}[{key!r}]" if type(key) in ATOMS else f"a value of {path}", value
    elif isinstance(obj, (list, tuple, deque)):
        yield from ((f"{path}[{position}]", value) for position, value in enumerate(list(obj)))
    elif isinstance(obj, (set, frozenset)):
        yield from ((f"a member of {path}", value) for value in list(obj))
    elif isinstance(obj, types.MethodType):
        yield f"{path}.__self__", obj.__self__
        yield path, obj.__func__
    elif isinstance(obj, types.FunctionType):
        for free, cell in zip(obj.__code__.co_freevars, obj.__closure__ or (), strict=False):
            try:
                yield f"{free} in {path}", cell.cell_contents
            except ValueError:  # not filled yet
                pass
        yield from ((f"a default of {path}", value) for value in obj.__defaults__ or ())
    elif isinstance(obj, partial):
        yield from ((path, value) for value in (obj.func, obj.args, obj.keywords))
    names = _own_names(obj)
    for name, value in names.items():
        yield f"{path}.{name}", value


def _own_names(obj: object) -> dict[str, object]:
    """Attributes of the object itself, slots included; none of its code is run."""
    found: dict[str, object] = {}
    try:
        found.update(object.__getattribute__(obj, "__dict__"))
    except (AttributeError, TypeError):
        pass
    for cls in type(obj).__mro__:
        for name, slot in list(vars(cls).items()):
            if type(slot) is types.MemberDescriptorType and cls.__module__ != "builtins":
                try:
                    found[name] = slot.__get__(obj)
                except AttributeError:
                    pass
    return found


# -- handing over -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument of a test: the value as pytest made it, and how it gets into a world."""

    name: str
    what: str = "fixture"
    value: object = None
    packed: bytes | None = None  # pickled
    module: str = ""  # the value is this module
    parameter: bool = False  # take what the world's own parametrize mark says

    @property
    def words(self) -> str:
        return f"the {self.what} {self.name!r}"


def argument(
    name: str, value: object, *, what: str, in_mark: bool, belongs: Callable[[str], bool], tools: Collection[str]
) -> Argument:
    """How a value is handed over.  Raises UsageError for what is real or cannot be copied.

    `what` it is, a fixture or a parameter; `in_mark`: it stands in a parametrize mark, so the world makes its own.
    """
    found = search(name, value, belongs, tools)
    if in_mark and (found.real or found.copied):
        return Argument(name=name, what=what, value=value, parameter=True)
    if found.real:
        raise UsageError(
            f"the {what} {name!r} holds {found.real} of the real world, which no schedule controls: "
            "build it inside of the test."
        )
    if not found.copied:
        return Argument(name=name, what=what, value=value)
    if isinstance(value, types.ModuleType):
        return Argument(name=name, what=what, module=value.__name__)
    try:
        return Argument(name=name, what=what, packed=pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
    except Exception as error:
        raise UsageError(
            f"the {what} {name!r} is, or holds, something of the modules under test that the simulated world needs "
            f"its own copy of, and it cannot be copied ({type(error).__name__}: {error}): build it inside of the test, "
            "or name it at the top level of its module."
        ) from error
