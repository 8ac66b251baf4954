"""``replay``: the decisions of a recorded execution, again.

A decision that cannot be followed, or one that is missing or left over, is a divergence: the program
depends on something besides its schedule.  It is remembered and reported, never papered over.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckrace.kernel import SimThread, machine


class Diverged(Exception):
    """The program did not offer the decision that the schedule makes."""


class Replay:
    name = "replay"

    def __init__(self, decisions: Sequence[int]) -> None:
        self._decisions = decisions

    def begin(self, execution: int) -> bool:
        self._next = 0
        return execution == 0

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        position = self._next
        if position < len(self._decisions):
            wanted = self._decisions[position]
            for thread in ready:
                if thread.n == wanted:
                    self._next = position + 1
                    return thread
            why = f"decision {position + 1} runs thread {wanted}, which cannot run there"
        else:
            why = f"the program makes more choices than the schedule has ({len(self._decisions)})"
        machine.fail(Diverged(why))  # does not return: the program must not catch it
        return ready[0]

    def end(self, choices: int) -> None:
        pass


class Follow:
    """As much of a schedule as fits: the program may have been edited since. What does not fit is left out."""

    name = "corpus"

    def __init__(self, decisions: Sequence[int]) -> None:
        self._decisions = decisions

    def begin(self, execution: int) -> bool:
        self._next = 0
        self._amiss = False
        return execution == 0

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        while self._next < len(self._decisions):
            wanted = self._decisions[self._next]
            self._next += 1
            for thread in ready:
                if thread.n == wanted:
                    return thread
            self._amiss = True
        self._amiss = True
        return running if running in ready else ready[0]

    @property
    def fitted(self) -> bool:
        """Did the execution take every decision, and need no other?"""
        return not self._amiss and self._next == len(self._decisions)

    def end(self, choices: int) -> None:
        pass
