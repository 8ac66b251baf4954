"""``surw``: selectively uniform random walk (Zhao et al., ASPLOS 2025).

Most steps of a program do not matter for a given bug, and all of them together have too many interleavings to sample.
So every execution picks one object that threads contend for (a lock, a queue, a location), and makes all orders of the
steps on *that* one equally likely, as ``urw`` does: whenever such a step is due, the thread whose step comes next is
drawn by how many of them it has left, and all others wait in front of theirs. Everything else goes by priorities drawn
once per execution, the highest first; in every second execution it is a random walk instead.

Terms: `delta` is the object of this execution, `intended` the thread whose step on it comes next. A lock counts as
touched when it is taken or tried, not when it is freed, since that can come in one place only. An object is picked
as often as it is touched.

Deviations from the paper: the random walk in every second execution. Priorities alone have hardly any chance where a
thread that does not touch `delta` must be left in the middle of something: watchdog #1044 took 700 executions on
average, with both it takes 24, and what priorities are good at takes no more. Counts are means over earlier
executions of this exploration, not those of one dry run, so the first execution is a plain random walk, and an
execution depends on those before it (``pct`` takes its k likewise).
Threads and objects are told by the path of spawn (exploration.md D.1). An intended thread that cannot go on, while all
that can stand before `delta`, is drawn anew among those; so it is if they have stood there for HOGS choices, or since
others began to look in vain, who may be waiting for one of them. A thread that yields or looks in vain gets the lowest
priority (:class:`~._pending.Fairness`), and so does one that was chosen HOGS times in a row, or a spinning thread of
high priority would run for ever.
"""

from __future__ import annotations

from _random import Random  # the generator alone: seeding it costs half of what random.Random costs
from collections.abc import Hashable, Sequence
from typing import Any, Final

from duckrace.kernel import START, SimThread, machine
from duckrace.kernel.looks import LOOKS

from ._pending import Fairness, names
from ._profile import Left, Path, Profile
from ._strategy import HOGS, seed_of

VAIN: Final = HOGS // 20  # choices that a look in vain counts as


class Surw:
    name = "surw"

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random()
        self._fairness = Fairness()
        self._profile = Profile()

    def begin(self, execution: int) -> bool:
        self._random.seed(seed_of(self._seed, execution))
        self._fairness.begin()
        self._profile.begin(execution)
        self._delta = self._pick()
        self._walks = self._random.random() < 0.5
        self._left = Left(None if self._delta is None else self._profile.of[self._delta])
        self._intended: Path | None = None
        self._due: dict[int, bool] = {}  # by thread: is its next step one on `delta`?
        self._lowest = 0.0
        self._streak = 0
        self._aside = 0  # choices since the last step on `delta`, while somebody stood before one
        return True

    def _pick(self) -> Hashable:
        """The object of an execution; None: none is known yet."""
        known = [(name, counts.mean()) for name, counts in self._profile.of.items() if counts.contended()]
        drawn = self._random.random() * sum(weight for _, weight in known)
        for name, weight in known:
            drawn -= weight
            if drawn < 0.0:
                return name
        return None

    @property
    def recorder(self) -> Surw:
        """It counts the steps."""
        return self

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        draw = self._random.random
        if self._delta is None:
            return ready[int(draw() * len(ready))]
        if (running.op in LOOKS and self._fairness.gives_way(running)) or self._streak >= HOGS:
            self._streak = 0
            self._aside += VAIN
            self._lowest -= 1.0
            running.rank = self._lowest
        known = self._due
        due: list[SimThread] = []
        candidates: list[SimThread] = []
        for thread in ready:
            if thread.rank == 0.0:  # a new thread
                thread.rank = 1.0 + draw()
            touches = known.get(thread.n)
            if touches is None:
                touches = known[thread.n] = self._touches(thread.op, thread.obj)
            (due if touches else candidates).append(thread)
        if due:
            self._admit(due, candidates)
        if self._walks:
            chosen = candidates[int(draw() * len(candidates))] if len(candidates) > 1 else candidates[0]
        else:
            chosen = max(candidates, key=_rank)
        self._streak = self._streak + 1 if chosen is running else 0
        return chosen

    def _touches(self, op: str, obj: object) -> bool:
        """Is this step one on `delta`?"""
        return any(name == self._delta for name, _ in names(op, obj))

    def _admit(self, due: list[SimThread], candidates: list[SimThread]) -> None:
        """Add the one whose step on `delta` comes next, if it is there."""
        if self._intended is None:
            self._intended = self._drawn(machine.threads)
        for thread in due:
            if thread.path == self._intended:
                candidates.append(thread)
                return
        self._aside += 1
        if not candidates or self._aside > HOGS:
            self._aside = 0
            self._intended = self._drawn(due)
            candidates += [thread for thread in due if thread.path == self._intended]

    def _drawn(self, threads: Sequence[SimThread]) -> Path:
        """One of the threads, by what they have left; one that stands before such a step has one left at least."""
        alive = [thread for thread in threads if not thread.done]
        left, due = self._left.by_path, self._due
        weights = [left.get(thread.path, 0.0) for thread in alive]
        for position, thread in enumerate(alive):
            if weights[position] < 1.0 and due.get(thread.n):
                weights[position] = 1.0
        drawn = self._random.random() * sum(weights)
        for thread, weight in zip(alive, weights, strict=True):
            drawn -= weight
            if drawn < 0.0:
                return thread.path
        return alive[-1].path  # of a rounding error

    # -- what is done -------------------------------------------------------------------------------------------

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        due = self._due.pop(thread.n, None)
        contended = machine.nondaemon > 1 or len(machine.ready) > 1  # nobody contends with the first or the last thread
        if contended and self._profile.learns:
            for name, writes in names(op, obj):
                self._profile.saw(thread.path, name, writes)
        if due is None and self._delta is not None:
            due = self._touches(op, obj)
        if due:
            if contended:
                self._left.done(thread.path)
            self._intended = None
            self._aside = 0
        if op is START:
            path = thread.path
            child = (*path, thread.spawned + 1)
            moved = self._left.started(path, child)
            if self._intended == path and self._random.random() < moved:
                self._intended = child

    def wrote(self, event: Any) -> None:
        pass

    def touched(self, access: Any) -> None:
        pass

    def end(self, choices: int) -> None:
        self._profile.end()


def _rank(thread: SimThread) -> float:
    return thread.rank
