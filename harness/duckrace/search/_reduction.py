"""What searches have in common that explore orders of dependent steps (exploration.md A.2, A.3).

After each execution, for every race between an earlier and a later step, the node before the earlier one is told what
would have to be done for the later one to come first, unless a thread that sleeps there would lead to it. The next
execution goes back to the last node where something is left and does it; beyond that, any thread that does not sleep
will do. If all sleep, what would follow has been seen: the execution goes on to its end and counts as redundant.

Executions start anew, so the steps before the node are made without being looked at: they are those of the execution
before. Invariant between executions: what is kept by step (`order`, `sleep`, `tree`) describes the same prefix.

Deviations from the papers: races are those of exploration.md A.4; threads that are parked when an execution ends early
(a deadlock, an exception, daemons) have their next step analysed as if it came last, and the step that ended it races
with what it cut off, so that this is explored, too.

It knows steps and their order; it must not know what an execution means.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.simthread import LATE, YIELD, runs_out

from ._order import ANY, Accesses, Clock, Order, Redo, dependent
from ._wakeup import Step, goes_first
from .replay import Diverged

Sleep: TypeAlias = dict[int, Accesses]
AWAKE: Final[Sleep] = {}
MISSED: Final = "an order of its steps that must be possible leads to a thread that cannot go on"


class Reduction:
    name = ""
    whole = True  # what reverses a race goes on to the end of the execution, or ends with the race

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.order = Order()
        self.sleep: dict[int, Sleep] = {}  # by step: who need not go there, with the step that they would make
        self.tree: dict[int, list[Step]] = {}  # by step: what is left, without what was taken; both without empty ones
        self.decisions: list[int] = []  # of the last execution
        self._open: list[tuple[int, int]] = []  # races that other ends of the execution may show to be reversible
        self._cutting = -1  # the step that ended the last execution and cut others off, on which they all depend
        self.traces = 0
        self.redundant = 0  # executions in which all threads slept
        self.analysed = 0  # steps that were not those of the execution before
        self.complete = False
        self._begun = False
        self._first = True

    def _add(self, tree: list[Step], sequence: list[Step]) -> None:
        """See to it that the node with this tree leads to an execution that begins like `sequence`."""
        raise NotImplementedError

    def _leads(self, sequence: list[Step], tid: int, accesses: Accesses) -> bool:
        """Has what begins like `sequence` been seen if this thread, whose next step has these accesses, sleeps?"""
        raise NotImplementedError

    # -- before an execution ------------------------------------------------------------------------------

    def begin(self, execution: int) -> bool:
        if self._begun or execution == 0:
            self._forget()  # the world was loaded anew: its objects are others
        self._begun = True
        self._next_sleep: Sleep = AWAKE
        self._next_tree: list[Step] = []
        self._slept = False
        self._ahead: Iterator[int] = iter(())  # decisions of the execution before that are still to be repeated
        self._first = not self.decisions
        self._kept = 0  # steps of the execution before
        if self._first:
            return True
        self._begun = self._back()
        self.complete = not self._begun
        return self._begun

    def _back(self) -> bool:
        """To the last node where something is left; False if there is none."""
        if not self.tree:
            return False
        order, index = self.order, max(self.tree)
        sleep = self.sleep
        made = order.accesses[index] if index != self._cutting else ANY
        self._next_sleep = {**sleep.get(index, AWAKE), order.tid[index]: made}
        self._next_tree = self.tree.pop(index)
        self._ahead = islice(self.decisions, order.decided[index - 1] if index else 0)
        self._kept = index
        order.cut(index)
        self._open = [race for race in self._open if race[1] < index]
        while sleep and next(reversed(sleep)) >= index:
            sleep.popitem()
        return True

    @property
    def detail(self) -> str:
        """What a complete search has covered."""
        return "exhaustive"

    @property
    def recorder(self) -> Reduction | None:
        """Of the first execution, from its first step; of others, :meth:`_repeat` sets it where they part."""
        return self if self._first else None

    # -- during it ------------------------------------------------------------------------------------------

    @property
    def choose(self) -> Any:
        return self._choose if self._first else self._repeat

    def _repeat(self, ready: list[SimThread], running: SimThread) -> SimThread:
        for wanted in self._ahead:  # the next one
            for thread in ready:
                if thread.n == wanted:
                    return thread
            return self._diverged(ready, "an execution differs from the one before it in a step that both make")
        machine.recorder = self
        machine.choose = self._choose
        return self._choose(ready, running)

    def _choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        numbered = self.order.thread
        if self._next_tree:
            wanted = self._next_tree[0].tid
            for thread in ready:
                if numbered(thread) == wanted:
                    return thread
            return self._diverged(ready, MISSED)
        sleep = self._next_sleep
        awake = ready if not sleep else [thread for thread in ready if numbered(thread) not in sleep]
        if not awake:
            self._blocked()
            awake = ready
        return self._onwards(awake, running)

    def _blocked(self) -> None:
        """All that can go on sleep: what follows has been seen. Not so what comes if those who wait here had gone
        before those who made them wait."""
        self._slept = True
        for thread in machine.threads:
            if thread.began and not thread.done and thread not in machine.ready:
                self._parked(thread)
        machine.recorder = None
        machine.choose = self._onwards

    def _onwards(self, ready: list[SimThread], running: SimThread) -> SimThread:
        """Any will do."""
        if running in ready and running.op is not YIELD and not (machine.free and _rests(running)):
            return running
        return next((thread for thread in ready if not _rests(thread)), ready[0])

    def _diverged(self, ready: list[SimThread], why: str) -> SimThread:
        machine.fail(Diverged(why))  # does not return
        return ready[0]

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        order, sleep, tree = self.order, self._next_sleep, self._next_tree
        if sleep and order.thread(thread) in sleep:
            self._blocked()
            return
        order.step(thread, op, obj)
        if tree:
            if tree[0].tid != thread.number:
                machine.fail(Diverged(MISSED))  # does not return
            self._next_tree = tree[0].then
            if len(tree) > 1:
                self.tree[len(order.tid) - 1] = tree[1:]
        if sleep:
            self.sleep[len(order.tid) - 1] = sleep
            self._woken()
        if not self._next_sleep and not self._next_tree:  # nothing is left to be seen to
            machine.recorder = order
            machine.choose = self._onwards

    def wrote(self, event: Any) -> None:
        self.order.wrote(event)
        self._woken()

    def touched(self, access: Any) -> None:
        if self.order.touched(access):
            self._woken()

    def _woken(self) -> None:
        """The last step wakes those that sleep with a step that depends on it."""
        accesses = self.order.accesses[-1]
        if self._next_sleep:
            self._next_sleep = {t: a for t, a in self._next_sleep.items() if not dependent(a, accesses)}

    # -- after it ---------------------------------------------------------------------------------------------

    def ended(self) -> None:
        """The execution is over, and its threads are still parked: analyse its races."""
        order = self.order
        self._cutting = -1
        self.analysed += len(order.tid) - self._kept
        self.decisions = machine.decisions
        races, self._open = [*self._open, *order.races], []
        for race in races:
            earlier, later = race
            step = order.tid[later], order.accesses[later], order.base[later], order.redo.get(later)
            if not self._reverse(earlier, later, *step):
                self._open.append(race)
        if self._slept:
            self.redundant += 1
            return
        self.traces += 1
        for thread in machine.threads:
            if not thread.done and thread.began and thread is not machine.error_thread:
                self._parked(thread)

    def _parked(self, thread: SimThread) -> None:
        """A thread that the end of the execution left behind. Its next step could have come before those that it races
        with; if it could be made now, also before the step that ended the execution, which cut it off."""
        order = self.order
        me, accesses, base, redo, races = order.pending(thread)
        last = len(order.tid) - 1
        cut_off = not order.happened(last, base) and not dependent(accesses, order.accesses[last])
        if machine.over in ("end", "exception") and thread in machine.ready and cut_off:
            races = [last, *races]
            self._cutting = last
        for earlier in races:
            self._reverse(earlier, last + 1, me, accesses, base, redo)

    def _reverse(self, earlier: int, later: int, me: int, accesses: Accesses, base: Clock, redo: Redo | None) -> bool:
        """See to it that a step of thread `me`, which was made as the step `later`, is tried before the step `earlier`,
        with all that did not happen after that one. False: that is not sure for executions that go on otherwise after
        `later`, so it must be looked at again with each of them."""
        order = self.order
        tids, clocks, touched = order.tid, order.clock, order.accesses
        tid = tids[earlier]
        before = clocks[earlier][tid]
        end = len(clocks) if self.whole else later
        between = [i for i in range(earlier + 1, end) if clocks[i][tid] < before]
        if redo is not None:
            changed = order.elsewhere(redo, base, [*range(earlier), *between])
            if changed is None:
                return False
            accesses, base = changed
        sequence = [Step(t := tids[i], touched[i], clocks[i], clocks[i][t]) for i in between]
        sequence.append(Step(me, accesses, base, base[me], True))
        sleep = self.sleep.get(earlier)
        sure = bisect_left(between, later)  # of the sequence: these steps come with every execution
        for asleep, step in sleep.items() if sleep else ():
            if self._leads(sequence, asleep, step):
                break
        else:
            self._add(self.tree.setdefault(earlier, []), sequence)
        certain = [*sequence[:sure], sequence[-1]]
        firsts = [*(sleep or ()), *(branch.tid for branch in self.tree.get(earlier, ()))]
        return any(goes_first(certain, tid) for tid in firsts)

    def end(self, choices: int) -> None:
        self._begun = False


def _rests(thread: SimThread) -> bool:
    """Others may go first: what it does next is to let them, or to have waited in vain."""
    return thread.op is YIELD or thread.op is LATE or runs_out(thread)
