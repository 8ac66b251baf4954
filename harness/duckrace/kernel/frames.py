"""Where a thread is in its program, in words: places, calls, and what it is about to do.

Nothing here runs during an exploration; it serves executions that are replayed to be shown, and threads
that stand still.  Rendering values may run the program's own ``__repr__``, so it happens where nothing
may switch.

It knows frames and the simulated objects; it must not know why anybody asks.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from reprlib import Repr
from typing import Any, Final

from .collector import COLLECT
from .locks import ACQUIRE, RELEASE, WAIT, Lock, QuietLock, label
from .machine import machine
from .shared import Access
from .simthread import BEGIN, END, EXIT, JOIN, LATE, RUN, SLEEP, START, STARTED, TIMER, YIELD, SimThread, Stop

HERE: Final = tuple(
    str(Path(__file__).parents[1] / part) for part in ("kernel", "histories", "pytest_support")
)  # never shown
INSTALLED: Final = str(Path(__file__).parents[2]) + os.sep
PROGRAMS: Final = str(Path(__file__).parents[1] / "checks" / "programs")  # told as one file: they share their tools
SITE: Final = f"{os.sep}site-packages{os.sep}"
LIBRARY: Final = tuple({os.path.dirname(os.__file__), os.path.dirname(types.__file__)})

WORDS: Final = {
    BEGIN: "begins",
    COLLECT: "the garbage collector runs",
    END: "ends",
    EXIT: "returns",
    RUN: "goes on",
    STARTED: "has started it",
    TIMER: "sets a timer",
    YIELD: "yields",
}
PLAIN: Final = (type(None), bool, int, float, complex, str, bytes, tuple)
_PROXIES: Final = sys.version_info >= (3, 13)  # PEP 667
_ADDRESS: Final = re.compile(r" at 0x[0-9A-Fa-f]+")


def without_addresses(text: str) -> str:
    """`text` of a ``repr`` without the addresses in it, which differ in every execution."""
    return _ADDRESS.sub("", text)


class _Short(Repr):
    def repr_instance(self, x: Any, level: int) -> str:
        text = without_addresses(repr(x))
        half = (self.maxother - 3) // 2
        return text if len(text) <= self.maxother else f"{text[: half + 1]}...{text[-half:]}"


_short = _Short()
_short.maxstring = _short.maxother = 30
_short.maxlevel = 2


def frames_of(thread: SimThread) -> list[types.FrameType]:
    """The stack of a parked thread, innermost first, without the machine's own frames."""
    return [] if thread.done else [frame for frame in back(thread.greenlet.gr_frame) if not is_ours(frame)]


def back(frame: types.FrameType | None) -> Iterator[types.FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def is_ours(frame: types.FrameType) -> bool:
    return frame.f_code.co_filename.startswith(HERE)


def is_library(frame: types.FrameType) -> bool:
    """Does the frame run the interpreter's own source?"""
    name = frame.f_code.co_filename
    return name.startswith("<frozen") or (name.startswith(LIBRARY) and "site-packages" not in name)


def home(stack: list[types.FrameType], scenario: str) -> str:
    """What a thread is told from, as the start of a path: the scenario's file if it is on the stack, else its outermost
    own one."""
    own = PROGRAMS if scenario.startswith(PROGRAMS) else scenario
    for frame in stack:
        if frame.f_code.co_filename.startswith(own):
            return own
    for frame in reversed(stack):
        if not is_library(frame):
            return frame.f_code.co_filename
    return stack[-1].f_code.co_filename if stack else ""


def split(stack: list[types.FrameType], scenario: str) -> tuple[types.FrameType | None, types.FrameType | None]:
    """The frame from which the thread left its own file, and the frame that it called there (None: a primitive)."""
    start = home(stack, scenario)
    callee: types.FrameType | None = None
    for frame in stack:
        if frame.f_code.co_filename.startswith(start):
            return frame, callee
        callee = frame
    return None, callee


def place(frame: types.FrameType | None) -> str:
    """``file:line``, relative to the working directory where that is shorter."""
    if frame is None:
        return ""
    return f"{shown_path(frame.f_code.co_filename)}:{frame.f_lineno}"


def inner_place(stack: list[types.FrameType], scenario: str) -> str:
    """``file:line`` of the innermost frame of the code under test; empty unless the thread has left its own file."""
    caller, _ = split(stack, scenario)
    inner = next((frame for frame in stack if not is_library(frame)), None)
    if caller is None or inner is None or inner.f_code.co_filename == caller.f_code.co_filename:
        return ""
    return place(inner)


def shown_path(path: str) -> str:
    """Relative to the working directory or to where it is installed, or as it is."""
    if SITE in path:
        return path.rpartition(SITE)[2]
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else path.removeprefix(INSTALLED)


def locals_of(frame: types.FrameType) -> dict[str, Any]:
    """The variables of a function's frame. Before 3.13 a frame keeps the dict that it gives away, and so alive what was
    in it, which a replay must not do: what is garbage there would be none here."""
    values = dict(frame.f_locals)
    if not _PROXIES and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        frame.f_locals.clear()
    return values


def call_text(frame: types.FrameType) -> str:
    """The call that made `frame`: name and arguments; left out are ``self``, and defaults that are no plain data."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    values = locals_of(frame)
    function = _function_of(frame, values.get(names[0]) if names else None)
    for name, default in _defaults(function):
        if values.get(name) is default and not isinstance(default, PLAIN):
            del values[name]  # a function or a mark that nobody has passed
    shown = [
        f"{name}={render(values[name])}" if position >= code.co_argcount else render(values[name])
        for position, name in enumerate(names)
        if name in values and not (position == 0 and name in ("self", "cls"))
        and not (position and values[name] is None)
    ]  # fmt: skip
    return f"{code.co_name}({', '.join(shown)})"


def _function_of(frame: types.FrameType, first: object) -> types.FunctionType | None:
    """The function that runs in `frame`: a method of its first argument, or a global of its module."""
    name = frame.f_code.co_name
    kinds = first.__mro__ if isinstance(first, type) else type(first).__mro__
    for found in (*(vars(kind).get(name) for kind in kinds), frame.f_globals.get(name)):
        plain = getattr(found, "__func__", found)
        if isinstance(plain, types.FunctionType) and plain.__code__ is frame.f_code:
            return plain
    return None


def _defaults(function: types.FunctionType | None) -> Iterator[tuple[str, object]]:
    """The parameters of `function` that have a default, with it."""
    if function is None:
        return
    code, values = function.__code__, function.__defaults__ or ()
    yield from zip(code.co_varnames[code.co_argcount - len(values) : code.co_argcount], values, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def render(value: object) -> str:
    with machine.quiet():
        try:
            return _short.repr(value)
        except Stop:
            return f"<{type(value).__name__}, whose repr needs a lock that is taken>"
        except Exception as error:
            return f"<{type(value).__name__}: repr failed with {type(error).__name__}>"


def operation_text(op: str, obj: object, stack: list[types.FrameType]) -> str:
    """What the machine saw, in words."""
    if op is START:
        return f"start {started_name(obj)}"
    if op in WORDS:
        return WORDS[op]
    if op is JOIN and isinstance(obj, SimThread):
        return f"join {obj.name}"
    if op is SLEEP:
        return f"sleep({obj})"
    if op is WAIT and isinstance(obj, QuietLock):
        return f"wait for a notify on {condition_text(stack)}"
    if isinstance(obj, Lock):
        return f"{op} {label(obj)}"
    if isinstance(obj, Access):
        return f"{op} {obj.label}"
    if isinstance(obj, SimThread):
        return f"{op} {obj.name}"
    return f"{op} {type(obj).__name__}" if obj is not None else op


def started_name(function: object) -> str:
    return str(getattr(getattr(function, "__self__", None), "_name", "a thread"))


def condition_text(stack: list[types.FrameType]) -> str:
    """Which ``Condition`` a thread waits in: named by its lock."""
    lock = condition_lock(stack)
    return f"the condition of {label(lock)}" if lock is not None else "a condition"


def condition_lock(stack: list[types.FrameType]) -> Lock | None:
    """The lock of the ``Condition`` that a thread waits in, if it is a simulated one."""
    for frame in stack:
        owner = locals_of(frame).get("self")
        lock = getattr(owner, "_lock", None)
        if frame.f_code.co_name == "wait" and lock is not None:
            inner: Any = getattr(lock, "_block", lock)
            return inner if isinstance(inner, Lock) else None
    return None


def done_text(op: str, obj: object, stack: list[types.FrameType], expired: bool) -> str:
    """The same of a step that has been made; `expired`: time ended its wait."""
    if op in (ACQUIRE, WAIT, JOIN) and expired:
        return LATE
    return "is notified" if op is WAIT and isinstance(obj, QuietLock) else operation_text(op, obj, stack)


def wait_text(op: str, obj: object, stack: list[types.FrameType]) -> str:
    """What a thread does that cannot go on, in words: ``waits for lock#1``."""
    if op is JOIN and isinstance(obj, SimThread):
        return f"waits for {obj.name} to end"
    if op is ACQUIRE and isinstance(obj, Lock):
        return f"waits for {label(obj)}"
    if op is SLEEP:
        return "sleeps"
    if op is EXIT:
        return "has returned"
    words = operation_text(op, obj, stack)
    return words.replace("wait for", "waits for", 1) if op is WAIT else f"waits to {words}"


def call_or_operation(op: str, obj: object, stack: list[types.FrameType], scenario: str) -> tuple[str, str]:
    """(the call by which the thread left its file, or what it does there; the place of that)."""
    caller, callee = split(stack, scenario)
    words = operation_text(op, obj, stack)
    if caller is None or is_library(caller):
        return words, ""
    if op is COLLECT:
        return words, place(caller)
    if caller.f_code.co_name == "__del__":
        return f"last reference to a {type(locals_of(caller).get('self')).__name__} goes", ""
    plain = op in (START, STARTED, BEGIN, END, EXIT, JOIN, RUN)
    if callee is None or plain or (callee.f_code.co_name.startswith("__") and is_library(callee)):
        text = words
    elif callee.f_code.co_name in ("__next__", "__iter__"):
        text = "next item of a for loop"
    elif is_library(callee) and op in (ACQUIRE, RELEASE) and callee.f_code.co_name in ("acquire", "release"):
        text = words
    else:
        text = call_text(callee)
    return text, place(caller)


def describe(frame: types.FrameType) -> str:
    """``file:line in function``."""
    return f"{place(frame)} in {frame.f_code.co_qualname}"
