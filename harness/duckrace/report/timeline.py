"""The steps of a failing execution as rows that a person can follow.

What every thread does at its own beginning and end is left out; steps of one call make one row.  Only
where another thread came in between, a call takes several rows, and then each row says which of its
steps it stands for: that is where bugs are.

It knows events; it must not know verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from duckrace._data import Event

NOISE = frozenset({"begins", "ends", "has started it", "sets a timer"})
TOLD = frozenset({"time-out"})  # in words also where the steps of a call are not
MOST = 60  # rows that are all shown
LAST = 40  # rows shown where there are more


@dataclass(slots=True, kw_only=True)
class Row:
    """Consecutive steps of one thread in one call."""

    step: int  # of its first event
    thread: str
    path: tuple[int, ...]
    call: str
    where: str
    operations: list[str] = field(default_factory=list)
    parted: bool = False  # the call has other rows

    @property
    def key(self) -> tuple[object, ...]:
        return (self.path, self.call, self.where)

    @property
    def words(self) -> str:
        """The call, and what of it where it is told in pieces."""
        if self.operations == [self.call]:
            return self.call
        told = [operation for operation in self.operations if operation in TOLD and operation != self.call]
        if not self.parted:
            return ": ".join([self.call, *told[:1]])
        first, last = self.operations[0], self.operations[-1]
        if len(self.operations) <= 2:
            steps = ", ".join(self.operations)
        elif told and TOLD.isdisjoint((first, last)):
            steps = f"{first} … {told[0]} … {last}"
        else:
            steps = f"{first} …" if first == last else f"{first} … {last}"
        return f"{self.call}: {steps}"


def rows(events: Sequence[Event]) -> list[Row]:
    """All rows of an execution."""
    found: list[Row] = []
    latest: dict[tuple[int, ...], Row] = {}
    for event in events:
        if event.operation in NOISE:
            continue
        row = Row(step=event.step, thread=event.thread, path=event.path, call=event.call, where=event.where)
        if found and found[-1].key == row.key:
            row = found[-1]
        else:
            before = latest.get(row.path)
            if before is not None and before.key == row.key:
                before.parted = row.parted = True
            found.append(row)
            latest[row.path] = row
        if not row.operations or row.operations[-1] != event.operation:
            row.operations.append(event.operation)
    return found


def shown(found: Sequence[Row]) -> tuple[Sequence[Row], int]:
    """The rows to print, and how many were left out before them."""
    left_out = len(found) - LAST if len(found) > MOST else 0
    return found[left_out:], left_out
