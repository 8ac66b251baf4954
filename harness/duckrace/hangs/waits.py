"""Who waits for what when an execution ended, as edges between threads.

It knows the simulated objects and frames; it must not know channels but through a provider.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass

from duckrace._data import ThreadState
from duckrace.kernel import JOIN, SimThread, frames
from duckrace.kernel.locks import ACQUIRE, Lock, label

from ._provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One blocked thread."""

    thread: SimThread
    text: str  # ``waits to acquire lock#1, held by B``
    on: SimThread | None  # the thread that could end the wait, where it is certain
    handle: object = None  # the channel handle that it is inside of
    role: str = ""  # of that handle
    looping: bool = False  # in a ``for`` over the handle


def wait_of(thread: SimThread, stack: list[types.FrameType], providers: Sequence[Provider]) -> Wait:
    """What `thread` waits for."""
    obj = thread.obj
    for frame in stack:
        for provider in providers:
            for name in frame.f_code.co_varnames[:1]:
                owner = frame.f_locals.get(name)
                handle = getattr(owner, "_rx", owner)  # an iterator over a receiver
                role = provider.role(handle)
                if role is not None and _is_method(frame.f_code, owner):
                    looping = frame.f_code.co_name == "__next__"
                    text = "waits in a `for` loop over a receiver" if looping else f"waits in {frames.call_text(frame)}"
                    return Wait(thread=thread, text=text, on=None, handle=handle, role=role, looping=looping)
    if thread.op is ACQUIRE and isinstance(obj, Lock):
        owner = obj.owner if isinstance(obj.owner, SimThread) else None
        if owner is thread:
            return Wait(thread=thread, text=f"waits for {label(obj)}, which it holds itself", on=owner)
        by = f", held by {owner.name}" if owner is not None else ""
        return Wait(thread=thread, text=f"waits to acquire {label(obj)}{by}", on=owner)
    if thread.op is JOIN and isinstance(obj, SimThread):
        return Wait(thread=thread, text=f"waits for {obj.name} to end", on=obj)
    words = frames.operation_text(thread.op, obj, stack)
    return Wait(thread=thread, text=words.replace("wait for", "waits for", 1), on=None)


def _is_method(code: types.CodeType, owner: object) -> bool:
    """Is it a method of its first argument, and not just any function that is given a handle?"""
    return code.co_qualname.rpartition(".")[0] in {kind.__qualname__ for kind in type(owner).__mro__}


def cycle(waits: Sequence[Wait]) -> list[Wait]:
    """Threads each of which waits for the next, if there are such."""
    by_thread = {wait.thread: wait for wait in waits}
    for start in waits:
        path: list[Wait] = []
        at: Wait | None = start
        while at is not None and at not in path:
            path.append(at)
            at = by_thread.get(at.on) if at.on is not None else None
        if at is not None:
            return path[path.index(at) :]
    return []


def states(threads: Sequence[SimThread], scenario: str, waits: dict[SimThread, Wait]) -> tuple[ThreadState, ...]:
    """What every thread of an execution was doing when it ended."""
    found = []
    for thread in threads:
        stack = frames.frames_of(thread)
        caller, _ = frames.split(stack, scenario)
        if thread.done:
            state = "ended"
        elif thread in waits:
            state = "blocked"
        else:
            state = "timed wait" if thread.timer else "runnable"
        found.append(
            ThreadState(
                name=thread.name,
                path=thread.path,
                state=state,
                waits_for=waits[thread].text if thread in waits else "",
                where=frames.describe(caller) if caller is not None else "",
                stack=tuple(frames.describe(f) for f in stack if not frames.is_library(f)),
                daemon=thread.daemon,
            )
        )
    return tuple(found)
