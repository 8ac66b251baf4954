"""Interpreter exit does not hang on threads that wait only for each other (contract 92).

The interpreter joins every non-daemon thread before it exits. If all of them sleep in channel operations, nobody is
left who could wake them. A daemon thread, started when the main thread is done, looks for that and ends the sleeps with
the closed error, those with a deadline too. A thread that is anywhere else still runs and is left to finish.

Nothing is registered before the first call sleeps; nothing polls before the exit.
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
"""Seconds between two looks. A sleep is ended when two looks in a row saw it."""

parked: dict[Waiter[Any], Core[Any]] = {}
"""The calls that sleep now. Each thread adds and removes only its own, in single steps of the interpreter."""

_callbacks_seen = -1
"""How many exit callbacks ``threading`` had after we added ours."""
_watching = False


def watch() -> None:
    """See to it that the exit will be watched. Called before each sleep; costs a length check, but for the first time.

    Callbacks run in reverse order, and that of concurrent.futures waits for its workers: ours must come before it, so
    it is added again whenever somebody else has added one since. Without the (private) interface there is no watch.
    """
    global _callbacks_seen
    register = getattr(threading, "_register_atexit", None)
    callbacks = getattr(threading, "_threading_atexits", ())
    if register is None or len(callbacks) == _callbacks_seen:
        return
    try:
        register(_at_exit)
    except RuntimeError:  # the exit has begun
        _at_exit()
    _callbacks_seen = len(callbacks)


def _in_child() -> None:
    """The calls that slept in the parent do not exist here."""
    global _watching
    parked.clear()
    _watching = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def _at_exit() -> None:
    """The main thread is done. Must not wait: other callbacks follow, and may be what the threads wait for."""
    global _watching
    if not _watching and _remaining():
        _watching = True
        try:
            threading.Thread(target=_watch_over, name="duckrace.channels exit", daemon=True).start()
        except RuntimeError:  # too late to start threads: the exit is as it would be without us
            pass


def _remaining() -> list[threading.Thread]:
    """The threads that the interpreter waits for."""
    main = threading.main_thread()
    return [thread for thread in threading.enumerate() if not thread.daemon and thread is not main]


def _watch_over() -> None:
    before: dict[Waiter[Any], int] = {}
    while True:
        time.sleep(_PERIOD)  # first: what the callbacks set in motion should be over
        threads = {thread.ident for thread in _remaining()}
        if not threads:
            return
        now = {waiter: waiter.parks for waiter in list(parked) if waiter.waiting and waiter.thread in threads}
        # The same sleeps, seen twice and never woken: in between none of these threads did anything.
        if now == before and threads <= {waiter.thread for waiter in now}:
            for waiter, parks in now.items():
                core = parked.get(waiter)
                if core is not None:
                    core.end_wait(waiter, parks)
        before = now
