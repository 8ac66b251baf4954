"""Seconds that a caller is willing to wait, as a moment on ``time.monotonic()`` (contract 34-40, 94).

A deadline is computed once per call, so that a spurious or stolen wake-up never restarts it (39).
"""

from __future__ import annotations

import math
import threading
import time

FOREVER = math.inf
NOW = -math.inf


def deadline_after(timeout: float) -> float:
    """The moment ``timeout`` seconds from now.

    Negative counts as 0; inf and what no lock can wait for (above ``threading.TIMEOUT_MAX``) mean for ever.
    Raises TypeError for what is no int or float, ValueError for NaN.
    """
    check_seconds(timeout, "a timeout")
    if timeout > threading.TIMEOUT_MAX:
        return FOREVER
    return time.monotonic() + max(timeout, 0)


def check_seconds(seconds: float, what: str) -> None:
    """Raise TypeError unless it is an int or a float, ValueError if it is NaN."""
    if not isinstance(seconds, (int, float)):
        raise TypeError(f"{what} is an int or a float in seconds, not {type(seconds).__name__}")
    if seconds != seconds:
        raise ValueError(f"{what} cannot be NaN: give a number of seconds, or math.inf to wait for ever")


def seconds_until(deadline: float) -> float:
    """How long a lock may wait for it; never negative, never more than a lock accepts."""
    return min(max(deadline - time.monotonic(), 0.0), threading.TIMEOUT_MAX)
