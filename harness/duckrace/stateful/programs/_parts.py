"""The parts of a program, one after another: what runs in each are threads, and it lasts until none of them can go on.

Simulated time moves only when nobody can go on. So the main thread sleeps, and when it wakes, every thread is through
with its part or waits for good: a thread that waits is a blocked thread and nothing else, and is never joined.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

QUIET: Final = 1.0
"""Seconds of simulated time: longer than the timed calls of a program wait together, and than a channel may sleep
between two looks."""


def together(*functions: Callable[[], object], names: Sequence[str] = ()) -> None:
    """Run the functions in a thread each, until all of them have ended or wait for good."""
    for number, function in enumerate(functions):
        name = names[number] if names else getattr(function, "__name__", f"thread_{number + 1}")
        Thread(target=function, name=name.replace("_", " "), daemon=True).start()
    time.sleep(QUIET)
