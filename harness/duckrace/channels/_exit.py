"""Interpreter exit does not hang on threads that wait only for each other (contract 92).

The interpreter joins every non-daemon thread before it exits. If all of them sleep in channel operations, nobody is
left who could wake them, and the sleeps end with the closed error, those with a deadline too. A thread that is anywhere
else still runs and is left to finish.

The sleepers themselves keep watch: when the main thread is done, a callback nudges them, and from then on each of them
sleeps in short pieces and looks around in between. (A thread for it would have to exist all the time: CPython 3.12.0 to
3.12.2 start none any more at that point.) Nothing is registered before the first call sleeps; nothing polls before the
exit.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._core import Core
    from ._waiting import Waiter

_PERIOD = 0.05
"""Seconds between two looks. Sleeps are ended when two looks in a row saw nothing else."""

Sleeps = dict["Waiter[Any]", int]
"""Calls, and how often each went to sleep: the same number is the same sleep."""

parked: dict[Waiter[Any], Core[Any]] = {}
"""The calls that sleep now. Each thread adds and removes only its own, in single steps of the interpreter."""

_exiting = False
"""The main thread is done."""
_callbacks_seen = -1
"""How many exit callbacks ``threading`` had after we added ours."""


def sleep(waiter: Waiter[Any], core: Core[Any], deadline: float) -> None:
    """Sleep until woken or until the deadline. Called without any lock; may return too early."""
    try:
        parked[waiter] = core
        waiter.parks += 1
        _be_called_at_exit()
        if not _exiting:
            opened = waiter.park(deadline)
            if not (opened and waiter.waiting and _exiting):
                return
        _sleep_and_look(waiter, deadline)
    finally:
        parked.pop(waiter, None)


def _sleep_and_look(waiter: Waiter[Any], deadline: float) -> None:
    seen: Sleeps = {}
    while waiter.waiting:
        now = time.monotonic()
        if now >= deadline or waiter.park(min(deadline, now + _PERIOD)):
            return
        seen = _look(seen)


def _look(before: Sleeps) -> Sleeps:
    """What sleeps now. If that is everything that is left, and was so before, end it."""
    threads = {thread.ident for thread in _remaining()}
    now = {waiter: waiter.parks for waiter in list(parked) if waiter.waiting and waiter.thread in threads}
    # The same sleeps, seen twice and never woken: in between none of these threads did anything.
    if now == before and threads <= {waiter.thread for waiter in now}:
        for waiter, parks in now.items():
            core = parked.get(waiter)
            if core is not None:
                core.end_wait(waiter, parks)
    return now


def _remaining() -> list[threading.Thread]:
    """The threads that the interpreter waits for."""
    main = threading.main_thread()
    return [thread for thread in threading.enumerate() if not thread.daemon and thread is not main]


def _be_called_at_exit() -> None:
    """Called before each sleep; costs the comparison of a length, but for the first time.

    Callbacks run in reverse order, and that of concurrent.futures waits for its workers: ours must come before it, so
    it is added again whenever somebody else has added one since. Without the (private) interface nobody is nudged.
    """
    global _callbacks_seen
    callbacks = getattr(threading, "_threading_atexits", ())
    if len(callbacks) == _callbacks_seen:
        return
    register = getattr(threading, "_register_atexit", None)
    if register is not None:
        try:
            register(_at_exit)
        except RuntimeError:  # the exit has begun
            _at_exit()
    _callbacks_seen = len(callbacks)


def _at_exit() -> None:
    """The main thread is done. Must not wait: other callbacks follow, and may be what the threads wait for."""
    global _exiting
    if not _exiting:
        _exiting = True
        for waiter, core in list(parked.items()):
            core.nudge(waiter)


def _in_child() -> None:
    """The calls that slept in the parent do not exist in a forked child."""
    global _exiting
    parked.clear()
    _exiting = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
