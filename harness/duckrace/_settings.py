"""What an execution depends on besides its schedule, and what a progress bar is told.

It knows names of settings; it must not know how anything is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ._errors import UsageError

GRANULARITIES: Final = ("sync", "gil", "access")
TIMEOUTS: Final = ("idle", "free")
GC: Final = ("between", "scheduled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a progress bar is told now and then."""

    executions: int
    total: int
    seconds: float
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an execution depends on besides its schedule."""

    granularity: str = "sync"
    timeouts: str = "idle"
    gc: str = "between"
    max_steps: int = 20_000
    modules: tuple[str, ...] | None = None
    thread_exceptions: str = "fail"

    def __post_init__(self) -> None:
        one_of("granularity", self.granularity, GRANULARITIES)
        one_of("timeouts", self.timeouts, TIMEOUTS)
        one_of("gc", self.gc, GC)
        one_of("thread_exceptions", self.thread_exceptions, ("fail", "ignore"))
        if not isinstance(self.max_steps, int) or self.max_steps < 1:
            raise UsageError(f"max_steps is a number of steps from 1 on, not {self.max_steps!r}.")


def one_of(name: str, value: str, known: Sequence[str]) -> None:
    """Raise UsageError unless `value` is one of `known`."""
    if value not in known:
        raise UsageError(f"{name} is one of {', '.join(map(repr, known))}, not {value!r}.")
