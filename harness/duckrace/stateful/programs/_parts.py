"""The parts of a program, one after another: what runs in each are threads, and it lasts until none of them can go on.

The main thread rests meanwhile, and when it wakes, every thread is through with its part or waits for good: a thread
that waits is a blocked thread and nothing else, and is never joined. `Machine.rest` tells when nobody can go on, and
no time that passes changes that, however long a call sleeps. On real threads to rest is to sleep.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

from duckrace.kernel import machine

QUIET: Final = 1.0
"""Seconds between two parts, at least."""
IN_VAIN: Final = 20
"""Rests in a row, of some looks of each thread that looks again and again, in which nothing happened: none will, then.
Each is twice as long as the one before, so that who has a deadline sees that it is over."""


def together(*functions: Callable[[], object], names: Sequence[str] = (), settled: Callable[[], bool]) -> None:
    """Run the functions in a thread each, until all of them have ended or wait for good.

    `settled`: has nothing happened since it was asked last, and is nobody in a call that will end by itself?
    """
    for number, function in enumerate(functions):
        name = names[number] if names else getattr(function, "__name__", f"thread_{number + 1}")
        Thread(target=function, name=name.replace("_", " "), daemon=True).start()
    if machine.running() is None:
        time.sleep(QUIET)
        return
    in_vain = 0
    while in_vain < IN_VAIN and not machine.rest(QUIET * 2**in_vain):
        in_vain = in_vain + 1 if settled() else 0
