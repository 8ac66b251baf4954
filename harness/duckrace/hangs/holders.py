"""Who still holds an object?  Found from the outside, in words that a person can act on.

A breadth-first walk backwards over references: frames of parked threads first (they say function, variable
and line), then modules, closures, attributes and containers.  Our own frames and objects are skipped.  The
collector does not tell who refers from a module that was loaded before the exploration began (it is frozen
meanwhile), so globals are also walked forwards.

It knows frames and the garbage collector; it must not know channels.
"""

from __future__ import annotations

import ast
import collections
import gc
import linecache
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from greenlet import greenlet

from duckrace.kernel import SimThread, frames

DEPTH = 5  # containers between a variable and the object
WIDTH = 20_000  # objects looked at on the way from globals


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One way in which an object is kept alive."""

    name: str  # the variable, or the path from one: ``tx``, ``workers[0].tx``
    text: str  # ``the variable `tx` of produce (examples/x.py:12)``
    thread: SimThread | None  # whose frame it is; None for globals and objects without a frame


class Search:
    """Looks for holders among the frames of `threads` and the globals of `modules`."""

    def __init__(self, threads: Iterable[SimThread], modules: Iterable[types.ModuleType]) -> None:
        self._variables: dict[int, list[tuple[str, SimThread, types.FrameType]]] = {}
        for thread in threads:
            for frame in frames.frames_of(thread):
                for name, value in frame.f_locals.items():
                    self._variables.setdefault(id(value), []).append((name, thread, frame))
        self._modules = {id(vars(module)): module for module in modules}
        self._names = {module.__name__ for module in self._modules.values()}
        self._ours = {id(self._variables), id(self._modules)}

    def holder(self, obj: object) -> Holder | None:
        """The nearest holder of `obj`, or None where nothing was found that a person could name."""
        return self._backwards(obj, self._named) or self._from_globals(obj) or self._backwards(obj, self._unreached)

    def _unreached(self, item: object, path: str) -> Holder | None:
        """An object of the program that holds what was looked for, while no variable leads to it."""
        kind = type(item)
        if path and kind.__module__ in self._names:
            text = f"{_reached(path)}a {kind.__qualname__} that no variable leads to"
            return Holder(name="", text=f"{text} (a reference cycle, which ends with gc.collect()?)", thread=None)
        return None

    def _from_globals(self, obj: object) -> Holder | None:
        seen: set[int] = set()
        wave: list[tuple[str, str, list[tuple[object, object]]]]
        wave = [(m.__name__, "", [*vars(m).items()]) for m in self._modules.values()]
        while wave and len(seen) < WIDTH:
            following: list[tuple[str, str, list[tuple[object, object]]]] = []
            for module, path, items in wave:
                for key, value in items:
                    here = f"{path}{key}" if not path else path + _piece(key)
                    if value is obj:
                        return Holder(name=here, text=f"the global `{here}` of {module}", thread=None)
                    if id(value) not in seen and not isinstance(value, types.ModuleType):
                        seen.add(id(value))
                        following.append((module, here, _inside(value)))
            wave = following
        return None

    def _backwards(self, obj: object, named: Callable[[object, str], Holder | None]) -> Holder | None:
        seen = {id(obj)}
        wave: list[tuple[object, str]] = [(obj, "")]
        for _ in range(DEPTH):
            for item, path in wave:
                found = named(item, path)
                if found is not None:
                    return found
            following: list[tuple[object, str]] = []
            for item, path in wave:
                for referrer in gc.get_referrers(item):
                    if id(referrer) in seen or id(referrer) in self._ours or referrer is wave or referrer is following:
                        continue
                    seen.add(id(referrer))
                    step = _step(referrer, item)
                    if step is not None:
                        following.append((referrer, step + path))
            wave = following
        return None

    def _named(self, item: object, path: str) -> Holder | None:
        for name, thread, frame in self._variables.get(id(item), ()):
            code = frame.f_code
            if not name.isidentifier():  # the hidden variable of a comprehension
                continue
            kind = "closure variable" if name in code.co_freevars else "variable"
            where = f"{frames.shown_path(code.co_filename)}:{line_of(name, frame)}"
            text = f"{_reached(path)}the {kind} `{name}` of {code.co_qualname} ({where})"
            return Holder(name=name + path, text=text, thread=thread)
        if isinstance(item, types.FunctionType):
            where = f"{frames.shown_path(item.__code__.co_filename)}:{item.__code__.co_firstlineno}"
            what = "the closure" if path.startswith(" closure") else "the function"
            return Holder(name=item.__name__, text=f"{what} of {item.__qualname__} ({where})", thread=None)
        if isinstance(item, types.FrameType):
            return self._kept_frame(item, path)
        module = self._modules.get(id(item))
        if module is not None:
            return Holder(
                name=path.lstrip("."), text=f"the global `{path.lstrip('.')}` of {module.__name__}", thread=None
            )
        if isinstance(item, (types.GeneratorType, types.CoroutineType)) and not _of_ours(item):
            return Holder(name=item.__name__, text=f"the suspended generator {item.__qualname__}", thread=None)
        return None

    def _kept_frame(self, frame: types.FrameType, path: str) -> Holder | None:
        """A frame that runs no more: the traceback of an exception keeps it and its variables."""
        variable, _, rest = path[1:].partition(" ")
        kept = [tb for tb in gc.get_referrers(frame) if isinstance(tb, types.TracebackType)]
        errors: list[BaseException] = []
        while kept and not (errors := [e for e in gc.get_referrers(kept[0]) if isinstance(e, BaseException)]):
            kept = [tb for tb in gc.get_referrers(kept[0]) if isinstance(tb, types.TracebackType)]
        if not kept:
            return None
        by = self._backwards(errors[0], self._named)
        why = f"is kept, by {by.text}" if by is not None else "is being handled"
        where = f"{frames.shown_path(frame.f_code.co_filename)}:{line_of(variable, frame)}"
        text = f"{_reached(rest)}the variable `{variable}` of {frame.f_code.co_qualname} ({where})"
        return Holder(
            name=variable + rest, text=f"{text}, whose exception {type(errors[0]).__name__} {why}", thread=None
        )


def _of_ours(item: Any) -> bool:
    code = getattr(item, "gi_code", None) or getattr(item, "cr_code", None)
    return code is not None and code.co_filename.startswith(frames.HERE)


def _reached(path: str) -> str:
    return f"`{path.strip(' .')}` of " if path.strip() else ""


def _piece(key: object) -> str:
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"


def _is_namespace(names: dict[object, object]) -> bool:
    """Are the keys names of globals or attributes, and not just any keys?"""
    if "__builtins__" in names:
        return True
    for owner in gc.get_referrers(names):
        if isinstance(owner, type):
            return True
        if not isinstance(owner, (dict, list, tuple, types.FrameType)):
            try:
                if object.__getattribute__(owner, "__dict__") is names:
                    return True
            except (AttributeError, TypeError):
                continue
    return False


def _attributes(obj: object) -> dict[str, object]:
    """What an instance or a class holds by name."""
    try:
        names = dict(object.__getattribute__(obj, "__dict__"))
    except (AttributeError, TypeError):
        names = {}
    for kind in type(obj).__mro__:
        for name, slot in vars(kind).items():
            if isinstance(slot, types.MemberDescriptorType):
                try:
                    names[name] = slot.__get__(obj)
                except (AttributeError, TypeError):
                    continue
    return names


def _inside(obj: object) -> list[tuple[object, object]]:
    """What is one step away from `obj`, with its key, index or name."""
    if isinstance(obj, dict):
        return [(key if not isinstance(key, str) else _Key(key), value) for key, value in list(obj.items())]
    if isinstance(obj, (list, tuple, set, frozenset, collections.deque)):
        return list(enumerate(list(obj)))
    if isinstance(obj, (str, bytes, int, float, types.CodeType, types.BuiltinFunctionType)) or obj is None:
        return []
    return list(_attributes(obj).items())


class _Key(str):
    """A key of a dict: shown in brackets, unlike the name of an attribute."""

    __slots__ = ()

    def isidentifier(self) -> bool:
        return False


def _step(referrer: object, item: object) -> str | None:
    """How `referrer` refers to `item`, as a piece of a path; None where it does not count."""
    if isinstance(referrer, types.FrameType):  # of a thread that runs: its variables are known
        name = next((name for name, value in referrer.f_locals.items() if value is item), None)
        return None if name is None else f".{name} "
    if isinstance(referrer, (types.ModuleType, greenlet, SimThread)):
        return None
    if isinstance(referrer, dict):
        for key, value in referrer.items():
            if value is item:
                return _piece(key) if _is_namespace(referrer) else f"[{key!r}]"
        return None
    if isinstance(referrer, (list, tuple)):
        if isinstance(item, types.CellType):
            return ""
        return next((f"[{i}]" for i, value in enumerate(referrer) if value is item), None)
    if isinstance(referrer, types.CellType):
        return " closure"
    if isinstance(referrer, types.FunctionType):
        return " defaults" if item is referrer.__defaults__ else ""
    if isinstance(referrer, (type, types.MethodType)):
        return ""
    return next((f".{name}" for name, value in _attributes(referrer).items() if value is item), "")


def line_of(name: str, frame: types.FrameType) -> int:
    """The line that bound `name` in the function of `frame`; its first line for a parameter."""
    code = frame.f_code
    first = code.co_firstlineno
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return first
    last = frame.f_lineno if frame.f_lineno >= first else 1 << 30
    bound = [
        node.lineno
        for scope in ast.walk(tree)
        if isinstance(scope, (ast.FunctionDef, ast.Lambda)) and _starts(scope) == first
        for node in ast.walk(scope)
        if (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.arg) and node.arg == name)
    ]
    before = [line for line in bound if line <= last]
    return max(before) if before else first


def _starts(scope: ast.FunctionDef | ast.Lambda) -> int:
    decorators = getattr(scope, "decorator_list", [])
    return min((scope.lineno, *(int(d.lineno) for d in decorators)))
