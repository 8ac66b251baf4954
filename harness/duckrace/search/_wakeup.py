"""Wakeup trees: which orders a node of the search has still to try (exploration.md A.3).

A tree is a list of branches, tried from left to right; a branch is a thread, the step that it makes, and the tree after
it. A leaf means: whatever follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ._order import Accesses, Clock, dependent


@dataclass(slots=True)
class Step:
    """A step of a sequence that reverses a race: `clock` says what happened before it."""

    tid: int
    accesses: Accesses
    clock: Clock
    number: int  # among those of its thread, from 1
    moved: bool = False  # it is the one that comes earlier now, so what it touches must be compared
    then: list[Step] = field(default_factory=list)  # of a branch

    def after(self, other: Step) -> bool:
        """Must it stay behind `other`, which stands before it?"""
        if self.clock[other.tid] >= other.number:
            return True
        return self.moved and dependent(self.accesses, other.accesses)


def initial(sequence: Sequence[Step], position: int) -> bool:
    """Can the step at `position` come first?"""
    step = sequence[position]
    return not any(step.after(other) for other in sequence[:position])


def first_of(sequence: Sequence[Step], tid: int) -> int:
    """Where the first step of the thread is; -1: it has none."""
    for position, step in enumerate(sequence):
        if step.tid == tid:
            return position
    return -1


def goes_first(sequence: Sequence[Step], tid: int) -> bool:
    """Is a step of this thread in the sequence, and can it come first?"""
    position = first_of(sequence, tid)
    return position >= 0 and initial(sequence, position)


def independent(accesses: Accesses, sequence: Sequence[Step]) -> bool:
    """Of a step of a thread that has none in the sequence: does it depend on none of these?"""
    return not any(dependent(accesses, step.accesses) for step in sequence)


def weakly_initial(sequence: Sequence[Step], tid: int, accesses: Accesses) -> bool:
    """Could the thread, whose next step has these accesses, come first without changing what the sequence does?"""
    position = first_of(sequence, tid)
    return initial(sequence, position) if position >= 0 else independent(accesses, sequence)


def insert(tree: list[Step], sequence: list[Step]) -> bool:
    """Add a branch that does `sequence`, unless one that does it is there. True: it was added."""
    while True:
        for branch in tree:
            position = first_of(sequence, branch.tid)
            if position >= 0:
                if not initial(sequence, position):
                    continue
                sequence = sequence[:position] + sequence[position + 1 :]
            elif not independent(branch.accesses, sequence):
                continue
            if not branch.then or not sequence:
                return False
            tree = branch.then
            break
        else:
            for step in sequence:
                tree.append(step)
                tree = step.then
            return True
