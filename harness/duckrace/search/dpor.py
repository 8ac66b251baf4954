"""``dpor``: every order of dependent steps once (Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial order
reduction", POPL 2014 and JACM 2017).

After each execution, for every race between an earlier and a later step, the orders in which the later one comes
first are put into the wakeup tree of the node before the earlier one, unless a thread that sleeps there would lead to
them. The next execution goes back to the last node with a branch left and follows it; beyond its end any thread that
does not sleep will do. No trace is explored twice, and no execution ends because all threads sleep; both are counted
all the same.

Executions start anew, so the steps before the branch are made without being looked at: they are those of the execution
before. Invariant between executions: lists by step (`order`, `sleep`, `tree`, `decided`) describe the same prefix.

Deviations from the paper: races are those of exploration.md A.4; threads that are parked when an execution ends early
(a deadlock, an exception, daemons) have their next step analysed as if it came last, and the step that ended it races
with what it cut off, so that this is explored, too.

It knows steps and their order; it must not know what an execution means.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from duckrace.kernel import SimThread, machine
from duckrace.kernel.machine import LATE, YIELD, runs_out

from ._order import Accesses, Order, Redo, dependent
from ._wakeup import Branch, Step, insert, weakly_initial
from .replay import Diverged

Sleep: TypeAlias = dict[int, Accesses]
AWAKE: Final[Sleep] = {}
MISSED: Final = "an order of its steps that must be possible leads to a thread that cannot go on"


class Dpor:
    name = "dpor"
    exhaustive = True

    def __init__(self, seed: int = 0) -> None:
        self._forget()

    def _forget(self) -> None:
        self.order = Order()
        self.sleep: list[Sleep] = []  # by step: who need not go there, with the step that they would make
        self.tree: list[list[Branch]] = []  # by step: the branches that are left, without the one that was taken
        self.decided: list[int] = []  # by step: decisions made before it
        self.decisions: list[int] = []  # of the last execution
        self.traces = 0
        self.redundant = 0  # executions in which all threads slept
        self.complete = False
        self._begun = False
        self._first = True

    # -- before an execution ------------------------------------------------------------------------------

    def begin(self, execution: int) -> bool:
        if self._begun or execution == 0:
            self._forget()  # the world was loaded anew: its objects are others
        self._begun = True
        self._next_sleep: Sleep = AWAKE
        self._next_tree: list[Branch] = []
        self._slept = False
        self._chosen = 0  # decisions made for the next step
        self._prefix: list[int] = []
        self._first = not self.decisions
        if self._first:
            return True
        self._begun = self._back()
        self.complete = not self._begun
        return self._begun

    def _back(self) -> bool:
        """To the last node with a branch left; False if there is none."""
        for index in range(len(self.tree) - 1, -1, -1):
            if self.tree[index]:
                self._next_sleep = {**self.sleep[index], self.order.tid[index]: self.order.accesses[index]}
                self._next_tree = self.tree[index]
                self._prefix = self.decisions[: self.decided[index]]
                self.order.cut(index)
                del self.sleep[index:], self.tree[index:], self.decided[index:]
                return True
        return False

    @property
    def detail(self) -> str:
        """What a complete search has covered."""
        return "exhaustive"

    @property
    def recorder(self) -> Dpor | None:
        """Of the first execution, from its first step; of others, :meth:`_repeat` sets it where they part."""
        return self if self._first else None

    # -- during it ------------------------------------------------------------------------------------------

    @property
    def choose(self) -> Any:
        return self._choose if self._first else self._repeat

    def _repeat(self, ready: list[SimThread], running: SimThread) -> SimThread:
        position = len(machine.decisions)
        if position < len(self._prefix):
            wanted = self._prefix[position]
            for thread in ready:
                if thread.n == wanted:
                    return thread
            return self._diverged(ready, "an execution differs from the one before it in a step that both make")
        machine.recorder = self
        machine.choose = self._choose
        return self._choose(ready, running)

    def _choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        tree = self._next_tree
        order = self.order
        self._chosen = 1
        if tree:
            wanted = tree[0].tid
            for thread in ready:
                if order.thread(thread.path) == wanted:
                    return thread
            return self._diverged(ready, MISSED)
        sleep = self._next_sleep
        awake = ready if not sleep else [t for t in ready if order.thread(t.path) not in sleep]
        if not awake:
            self._slept = True
            awake = ready
        if running in awake and running.op is not YIELD and not (machine.free and _rests(running)):
            return running
        return next((thread for thread in awake if not _rests(thread)), awake[0])

    def _diverged(self, ready: list[SimThread], why: str) -> SimThread:
        machine.fail(Diverged(why))  # does not return
        return ready[0]

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        order = self.order
        order.step(thread, op, obj)
        self.decided.append(len(machine.decisions) - self._chosen)
        self._chosen = 0
        sleep, tree = self._next_sleep, self._next_tree
        self.sleep.append(sleep)
        if tree:
            if tree[0].tid != order.tid[-1]:
                machine.fail(Diverged(MISSED))  # does not return
            self._next_tree = tree[0].then
            self.tree.append(tree[1:])
        else:
            self.tree.append([])
        if sleep:
            me, accesses = order.tid[-1], order.accesses[-1]
            self._next_sleep = {t: a for t, a in sleep.items() if t != me and not dependent(a, accesses)}

    def wrote(self, event: Any) -> None:
        self.order.wrote(event)
        self._woken()

    def _woken(self) -> None:
        """The last step touches more than was known when it was made."""
        accesses = self.order.accesses[-1]
        self._next_sleep = {t: a for t, a in self._next_sleep.items() if not dependent(a, accesses)}

    def touched(self, access: Any) -> None:
        if self.order.touched(access):
            self._woken()

    # -- after it ---------------------------------------------------------------------------------------------

    def ended(self) -> None:
        """The execution is over, and its threads are still parked: analyse its races."""
        order = self.order
        self.decisions = machine.decisions
        if self._slept:
            self.redundant += 1
        else:
            self.traces += 1
        for earlier, later in order.races:
            step = Step(order.tid[later], order.accesses[later], order.number[later], order.base[later], True)
            self._reverse(earlier, step, order.redo[later])
        for thread in machine.threads:
            if not thread.done and thread.began and thread is not machine.error_thread:
                self._parked(thread)

    def _parked(self, thread: SimThread) -> None:
        """A thread that the end of the execution left behind. Its next step could have come before those that it races
        with; if it could be made now, also before the step that ended the execution, which cut it off."""
        order = self.order
        me, accesses, base, redo, races = order.pending(thread)
        last = len(order.tid) - 1
        cut_off = base[order.tid[last]] <= order.number[last] and not dependent(accesses, order.accesses[last])
        if machine.over in ("end", "exception") and thread in machine.ready and cut_off:
            races = [last, *races]
        for earlier in races:
            self._reverse(earlier, Step(me, accesses, base[me] - 1, base, True), redo)

    def _reverse(self, earlier: int, last: Step, redo: Redo | None) -> None:
        """See to it that `last` is tried before the step `earlier`, with all that happened before it."""
        order = self.order
        tid, number, clocks = order.tid[earlier], order.number[earlier], order.clock
        between = [i for i in range(earlier + 1, len(clocks)) if clocks[i][tid] <= number]
        if redo is not None:
            changed = order.elsewhere(redo, last.clock, [*range(earlier), *between])
            if changed is None:
                return
            last.accesses, last.clock = changed
        sequence = [Step(order.tid[i], order.accesses[i], order.number[i], clocks[i]) for i in between]
        sequence.append(last)
        if not any(weakly_initial(sequence, asleep, step) for asleep, step in self.sleep[earlier].items()):
            insert(self.tree[earlier], sequence)

    def end(self, choices: int) -> None:
        self._begun = False


def _rests(thread: SimThread) -> bool:
    """Others may go first: what it does next is to let them, or to have waited in vain."""
    return thread.op is YIELD or thread.op is LATE or runs_out(thread)
