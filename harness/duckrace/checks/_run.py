"""One run of `duckrace check`: the subject, how much, how long, and who wants to know how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from duckrace._corpus import Corpus
from duckrace._data import Kind, Verdict
from duckrace.plugins._load import Subject

from ._profile import Profile

Progress: TypeAlias = Callable[[str, int, int], None]
"""(row, done, total): which row is at work, and how far it is."""


@dataclass(slots=True, kw_only=True)
class Run:
    """What every row is given."""

    subject: Subject
    profile: Profile
    seed: int
    deadline: float | None  # seconds for all rows together
    ends: float | None  # when that is over, on the clock of time.perf_counter
    progress: Progress | None = None
    corpus: Corpus | None = None  # failures of earlier runs, replayed first
    interrupted: bool = False  # Ctrl-C: no further row starts
    stalled: str = ""  # the row in which the channel waited for something real: it would do so in the others, too

    def left(self) -> float | None:
        """Seconds until the deadline, None without one, never negative."""
        return None if self.ends is None else max(0.0, self.ends - time.perf_counter())

    @property
    def cut(self) -> str:
        """Why nothing more may be started, in words; empty if it may."""
        if self.interrupted:
            return "interrupted"
        if self.stalled:
            return f"not run, since {self.stalled} stood still"
        return f"the deadline of {self.deadline:g} s" if self.left() == 0.0 else ""

    def tell(self, row: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(row, done, total)

    def out_of_budget(self, covered: str) -> Verdict:
        """A limit is no pass: what was covered before it."""
        why = self.cut or f"the deadline of {self.deadline:g} s"
        return Verdict(kind=Kind.BUDGET, detail=f"{why}; {covered}")
