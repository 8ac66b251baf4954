"""What an execution depends on besides its schedule, what a progress bar is told, and what a setting may be.

Every setting of a public function goes through one of the checks at the end, which raise UsageError in one sentence.

It knows names of settings; it must not know how anything is run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ._errors import UsageError

GRANULARITIES: Final = ("sync", "gil", "access")
TIMEOUTS: Final = ("idle", "free")
GC: Final = ("between", "scheduled")
LONGEST: Final = 1e9  # seconds, some thirty years: clocks and timers cannot be set to much more


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a progress bar is told now and then."""

    executions: int
    total: int
    seconds: float
    failed: int
    doing: str = "exploring"  # or "reducing": the schedule of a failure, in `executions` of at most `total`


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
        if not _is_whole(self.max_steps) or self.max_steps < 1:
            raise UsageError(f"max_steps is a number of steps from 1 on, not {self.max_steps!r}.")
        names("modules", "packages", self.modules)


def one_of(name: str, value: object, known: Collection[str]) -> None:
    """Raise UsageError unless `value` is one of `known`."""
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"{name} is one of {', '.join(map(repr, known))}, not {value!r}.")


def whole(name: str, value: object, least: int) -> None:
    """Raise UsageError unless `value` is a whole number, at least `least`."""
    if not _is_whole(value) or value < least:  # type: ignore[operator]
        raise UsageError(f"{name} is a whole number from {least} on, not {value!r}.")


def duration(name: str, value: object, *, zero: bool = False) -> None:
    """Raise UsageError unless `value` is a number of seconds that a clock can be set to; 0 only with `zero`."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not (0 <= value <= LONGEST) or not (value or zero):  # type: ignore[operator]
        raise UsageError(f"{name} is a number of seconds {'from 0 on' if zero else 'above 0'}, not {value!r}.")


def yes_or_no(name: str, value: object) -> None:
    """Raise UsageError unless `value` is True or False: a word would be taken for True, whatever it says."""
    if not isinstance(value, bool):
        raise UsageError(f"{name} is True or False, not {value!r}.")


def names(name: str, what: str, value: object) -> None:
    """Raise UsageError unless `value` is None or a list of words; one word alone would be taken for its letters."""
    if value is None:
        return
    if isinstance(value, str) or not isinstance(value, Collection) or not all(isinstance(one, str) for one in value):
        raise UsageError(f"{name} is a list of names of {what}, not {value!r}.")


def called(name: str, value: object) -> None:
    """Raise UsageError unless `value` is None or can be called."""
    if value is not None and not callable(value):
        raise UsageError(f"{name} is a function, not {value!r}.")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
