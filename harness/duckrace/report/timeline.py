"""The steps of a failing execution as rows that a person can follow.

Steps that cannot have led to the failure are left out, and so is what every thread does at its own beginning and end;
steps of one call make one row.  Only where another thread came in between, a call takes several rows, and then each row
says which of its steps it stands for: that is where bugs are.  So does a call that was preempted in another file, and
what others read and write in such a file from then on, with the place.  The last row of a thread's run says why it was
left.

It knows events; it must not know verdicts, nor how a row is laid out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from duckrace._data import Event

NOISE = frozenset({"begins", "ends", "has started it", "sets a timer", "goes on"})
TOLD = frozenset({"time-out"})  # in words also where the steps of a call are not
MOST = 60  # rows that are all shown
ACCESS = ("read ", "write ")
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
    parted: bool = False  # the call has other rows, or was preempted
    inside: str = ""  # where its last operation was made, if that is in another file
    placed: bool = False  # ... and that it is to be told
    left: str = ""  # why another thread went on afterwards
    preempted: bool = False  # because of nothing: it could have gone on

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
        steps = [re.sub(r"(lock#[\d.]+) of \S+", r"\1", words) for words in self.operations]
        first, last = steps[0], steps[-1]
        if len(steps) <= 2:
            text = ", ".join(steps)
        elif told and TOLD.isdisjoint((first, last)):
            text = f"{first} … {told[0]} … {last}"
        else:
            text = f"{first} …" if first == last else f"{first} … {last}"
        return f"{self.call}: {text}" + (f" at {self.inside}" if self.placed else "")


def rows(events: Sequence[Event]) -> list[Row]:
    """All rows of an execution."""
    found: list[Row] = []
    latest: dict[tuple[int, ...], Row] = {}

    def add(event: Event) -> None:
        row = Row(step=event.step, thread=event.thread, path=event.path, call=event.call, where=event.where)
        if found and found[-1].key == row.key and not found[-1].preempted:
            row = found[-1]
        else:
            before = latest.get(row.path)
            if before is not None and before.key == row.key:
                before.parted = row.parted = True
            found.append(row)
            latest[row.path] = row
        if not row.operations or row.operations[-1] != event.operation:
            row.operations.append(event.operation)
        row.inside = event.inside

    previous: Event | None = None
    told = False  # the run of a thread that goes on has a row
    for event in events:
        if event.switch and previous is not None:
            if event.preempts and not told and previous.matters:
                add(previous)  # a preemption is always shown
                told = True
            if told:
                found[-1].left, found[-1].preempted = event.switch, event.preempts
                if event.preempts and previous.inside:
                    after = f"preempted after {previous.operation} at {previous.inside}:"
                    found[-1].left = event.switch.replace("preempted:", after, 1)
                    found[-1].parted = True
            told = False
        previous = event
        if event.matters and event.operation not in NOISE:
            add(event)
            told = True
    for row, following in itertools.pairwise(found):
        if row.path == following.path and not row.preempted:
            row.left = ""  # what went on in between does not matter
    inside = next((at for at, row in enumerate(found) if row.preempted and row.inside), len(found))
    for row in found[inside + 1 :]:
        if row.inside and row.operations[-1].startswith(ACCESS) and row.operations != [row.call]:
            row.parted = row.placed = True
    return found


def shown(found: Sequence[Row]) -> tuple[Sequence[Row], int]:
    """The rows to print, and how many were left out before them."""
    left_out = len(found) - LAST if len(found) > MOST else 0
    return found[left_out:], left_out
