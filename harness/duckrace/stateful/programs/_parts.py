"""The parts of a program, one after another: what runs in each are threads, and it lasts until none of them can go on.

The main thread rests meanwhile, and when it wakes, every thread is through with its part or waits for good: a thread
that waits is a blocked thread and nothing else, and is never joined. Where timers fire only when nobody can go on, and
on real threads, to rest is to sleep; where they fire freely, `Machine.rest` tells when nobody can.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

from duckrace.kernel import machine

QUIET: Final = 1.0
"""Seconds of simulated time: longer than the timed calls of a program wait together, and than a channel may sleep
between two looks."""


def together(
    *functions: Callable[[], object], names: Sequence[str] = (), settled: Callable[[], bool] = lambda: True
) -> None:
    """Run the functions in a thread each, until all of them have ended or wait for good.

    `settled`: has nothing happened since it was asked last, and is nobody in a call that will end by itself?
    """
    for number, function in enumerate(functions):
        name = names[number] if names else getattr(function, "__name__", f"thread_{number + 1}")
        Thread(target=function, name=name.replace("_", " "), daemon=True).start()
    if machine.running() is None:
        time.sleep(QUIET)
        return
    while not machine.rest(QUIET) and not settled():
        pass
