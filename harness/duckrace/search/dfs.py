"""``dfs``: every schedule with at most so many preemptions, fewest first (Musuvathi and Qadeer, PLDI 2007).

A preemption is a switch away from a thread that could go on; one whose next step would be a time-out waits. A
collection is one, too. The bound is raised from 0 to the one asked for, or until no schedule was left out because of
it. Schedules that differ in the order of independent steps only are all executed, but counted as one trace; ``dpor``
executes one of them, and cannot be bounded. Loops that wait without blocking have to let others go (``_turns``), or the
search would follow one for ever; a switch for that is no preemption.

It knows which threads are ready and who ran; traces are told apart by ``_order``.
"""

from __future__ import annotations

from typing import Any

from duckrace.kernel import SimThread, machine
from duckrace.kernel.machine import runs_out

from ._order import Order
from ._turns import Turns


class Dfs:
    name = "dfs"

    def __init__(self, preemptions: int | None = None) -> None:
        self.most = preemptions
        self._begun = False
        self._forget()

    def _forget(self) -> None:
        self.bound = 0
        self.redundant = 0
        self.complete = False
        self._cut = False  # the bound forbade a choice
        self._unfair = False  # fairness forbade one
        self._turns = Turns()
        self._forms: set[int] = set()
        self._left: list[list[int]] = []  # by decision: threads that are still to be chosen there
        self._prefix: list[int] = []
        self._first = True
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
        if not self._first and not self._next():
            return False
        self._begun, self._first = True, False
        self._preemptions = 0
        self._turns.begin()
        self.order.cut(0)
        return True

    def _next(self) -> bool:
        """The next schedule of this bound, else the first one of the next bound."""
        while self._left:
            if self._left[-1]:
                self._prefix = [*self._prefix[: len(self._left) - 1], self._left[-1].pop(0)]
                return True
            self._left.pop()
        if not self._cut or self.bound == self.most:
            self.complete = True
            return False
        self.bound += 1
        self._cut = False
        self._prefix = []
        return True

    @property
    def detail(self) -> str:
        """What a complete search has covered."""
        fair = " over fair schedules" if self._unfair else ""
        if not self._cut:
            return f"exhaustive{fair}"
        return f"exhaustive{fair} ≤ {self.bound} preemption{'s' * (self.bound != 1)}"

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        position = len(machine.decisions)
        allowed = self._turns.allowed(ready)
        self._unfair |= allowed is not ready and len(allowed) < len(ready)
        ready = allowed
        stays = running in ready and not runs_out(running)
        if position < len(self._prefix):
            wanted = self._prefix[position]
            chosen = next(thread for thread in ready if thread.n == wanted)
        else:
            chosen = running if stays else next((thread for thread in ready if not runs_out(thread)), ready[0])
            others = [thread.n for thread in ready if thread is not chosen]
            if stays and self._preemptions >= self.bound:
                self._cut |= bool(others)
                others = []
            self._left.append(others)
            self._prefix.append(chosen.n)
        self._preemptions += stays and chosen is not running
        return chosen

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        self.order.step(thread, op, obj)
        self.order.redo[-1] = None  # is of no use here, and would keep alive what the collector is to find
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
