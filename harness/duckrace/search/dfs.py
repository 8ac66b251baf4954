"""``dfs``: every trace with at most so many preemptions, fewest first (Musuvathi and Qadeer, PLDI 2007).

A preemption is a switch away from a thread that could go on, and a collection; a switch from one that waits (its time
may run out), has ended, or saw time move costs nothing. A trace has the fewest preemptions of all schedules that show
it. Steps that only start and join others are steps like all others, and add none: whoever is interrupted for such a
step could as well have been interrupted for what comes after it, so a trace has no more preemptions than if all threads
had been there from the beginning. Loops that wait without blocking have to let others go (``_turns``), or the search
would follow one for ever; a switch for that is no preemption.

It is a search for cheapest paths (edges cost 0 or 1) over pairs of what was done so far, as a trace, and who did the
last step: what can follow is the same after all schedules that show one trace (and leave the same turns). From such a
pair the other choices are tried when it is first met, which is at its fewest preemptions; executions that come to one
that was met before go on to their end and are counted as redundant. ``merge=False`` tries them all, every schedule
once: an oracle that does not rely on what ``_order`` holds to be independent.

It knows which threads are ready and who ran; traces are told apart by ``_order``, by a hash of 64 bits.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.collector import COLLECT
from duckrace.kernel.simthread import runs_out

from ._order import Order
from ._turns import Turns

Path: TypeAlias = "tuple[Path, int] | None"  # decisions, the last one first


class Dfs:
    name = "dfs"

    def __init__(self, preemptions: int | None = None, *, merge: bool = True) -> None:
        self.most = preemptions
        self.merge = merge
        self._begun = False
        self._forget()

    def _forget(self) -> None:
        self.bound = 0
        self.redundant = 0
        self.complete = False
        self._unfair = False  # fairness forbade a choice
        self._turns = Turns()
        self._forms: set[int] = set()
        self._met: set[tuple[int, int, Hashable]] = set()
        self._now: list[Path] = [None]  # where to go on within the bound
        self._later: list[Path] = []  # and with one preemption more
        self._left_out = False
        self.order = Order()

    @property
    def traces(self) -> int:
        """Distinct happens-before classes so far."""
        return len(self._forms)

    @property
    def recorder(self) -> Dfs:
        return self

    def begin(self, execution: int) -> bool:
        if self._begun or execution == 0:
            self._forget()  # the world was loaded anew
        if not self._now and not self._more():
            self.complete = True
            return False
        self._begun = True
        self._path: Path = None
        self._prefix = _decisions(self._now.pop())
        self._known = False  # it came to a pair that was met before
        self._turns.begin()
        self.order.cut(0)
        return True

    def _more(self) -> bool:
        """Allow one preemption more; False if that makes no difference or is too many."""
        if not self._later:
            return False
        self.bound += 1
        self._now, self._later = self._later, []
        return True

    @property
    def detail(self) -> str:
        """What a complete search has covered."""
        fair = " over fair schedules" if self._unfair else ""
        if not self._left_out:
            return f"exhaustive{fair}"
        return f"exhaustive{fair} ≤ {self.bound} preemption{'s' * (self.bound != 1)}"

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        position = len(machine.decisions)
        allowed = self._turns.allowed(ready)
        self._unfair |= len(allowed) < len(ready)
        ready = allowed
        stays = running in ready and not self.order.waited and not runs_out(running)
        if position < len(self._prefix):
            wanted = self._prefix[position]
            chosen = next(thread for thread in ready if thread.n == wanted)
        else:
            chosen = running if stays else next((thread for thread in ready if not runs_out(thread)), ready[0])
            if not self._known:
                self._branch(ready, chosen, stays)
        self._path = self._path, chosen.n
        return chosen

    def _branch(self, ready: list[SimThread], chosen: SimThread, stays: bool) -> None:
        """Note the choices that are not made."""
        if self.merge:
            pair = self.order.form(), self.order.thread(chosen) if stays else -1, self._turns.state()
            if pair in self._met:
                self._known = True
                return
            self._met.add(pair)
        others = [(self._path, thread.n) for thread in ready if thread is not chosen]
        if not stays:
            self._now += others
        elif self.bound != self.most:
            self._later += others
        else:
            self._left_out = True

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        if op is COLLECT:
            self.order.barrier()
        self.order.step(thread, op, obj)
        self.order.redo.clear()  # is of no use here, and would keep alive what the collector is to find
        if op is COLLECT:
            self.order.barrier()
        self._turns.step(thread)

    def wrote(self, event: Any) -> None:
        self.order.wrote(event)

    def touched(self, access: Any) -> None:
        self.order.touched(access)

    def ended(self) -> None:
        form = self.order.form()
        self.redundant += form in self._forms
        self._forms.add(form)

    def end(self, choices: int) -> None:
        self._begun = False


def _decisions(path: Path) -> list[int]:
    found = []
    while path is not None:
        path, n = path
        found.append(n)
    return found[::-1]
