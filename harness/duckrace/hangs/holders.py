"""Who still holds an object?  Found from the outside, in words that a person can act on.

A breadth-first walk backwards over references: frames of parked threads first (they say function, variable
and line), then modules, closures, attributes and containers.  Our own frames and objects are skipped.

It knows frames and the garbage collector; it must not know channels.
"""

from __future__ import annotations

import ast
import gc
import linecache
import types
from collections.abc import Iterable
from dataclasses import dataclass

from duckrace.kernel import SimThread, frames

DEPTH = 5  # containers between a variable and the object


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
        self._ours = {id(self._variables), id(self._modules)}

    def holder(self, obj: object) -> Holder | None:
        """The nearest holder of `obj`, or None where nothing was found that a person could name."""
        seen = {id(obj)}
        wave: list[tuple[object, str]] = [(obj, "")]
        for _ in range(DEPTH):
            for item, path in wave:
                found = self._named(item, path)
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
        if isinstance(item, types.TracebackType):
            where = frames.describe(item.tb_frame)
            return Holder(name="traceback", text=f"an exception that was kept, through its traceback ({where})", thread=None)
        module = self._modules.get(id(item))
        if module is not None:
            return Holder(name=path.lstrip("."), text=f"the global `{path.lstrip('.')}` of {module.__name__}", thread=None)
        if isinstance(item, (types.GeneratorType, types.CoroutineType)):
            return Holder(name=item.__name__, text=f"the suspended generator {item.__qualname__}", thread=None)
        return None


def _reached(path: str) -> str:
    return f"`{path.lstrip('.')}` of " if path else ""


def _step(referrer: object, item: object) -> str | None:
    """How `referrer` refers to `item`, as a piece of a path; None where it does not count."""
    if isinstance(referrer, (types.FrameType, types.ModuleType)):
        return None
    if isinstance(referrer, dict):
        for key, value in referrer.items():
            if value is item:
                return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"
        return None
    if isinstance(referrer, (list, tuple)):
        return next((f"[{i}]" for i, value in enumerate(referrer) if value is item), None)
    if isinstance(referrer, types.CellType):
        return " closure"
    return ""


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
