"""Parallel programs on a channel, as a strategy of Hypothesis.

Each thread has a sender of its own, a clone where the channel has them; one of the threads, or nobody until the end,
has the receiver. What a step can be depends on what the channel claims and on which handles are left. All choices are
small numbers, and 0 is always the least: no further step, no switch, the first thread, the plainest channel, timers
that fire when nobody can go on. Where they fire freely, timed calls are drawn more often. Any channel may use timers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from duckrace.plugins._load import Subject
from duckrace_models import RECEIVER

from ._drawing import Drawing
from ._values import Program, Step

TIMES: Final = (0.1, 0.0)  # seconds of simulated time
TIMEOUTS: Final = ("idle", "idle", "free")
CAPACITIES: Final = (None, 1, 2, 0)
MAIN: Final = "tx"
TIMED: Final = 4  # so often the timed calls are among the kinds where timers fire freely
OFTEN: Final = 2  # that there is no further step is one of the kinds: it must not be drawn too often


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """At most so much of everything."""

    threads: int = 3
    operations: int = 3  # of a thread
    around: int = 2  # before the threads, and after them


class Channels:
    """Called with a drawing, it draws a program."""

    def __init__(self, subject: Subject, size: Size) -> None:
        self.subject = subject
        self.size = size
        self.capacities = [c for c in CAPACITIES if c in subject.capacities]

    def __call__(self, drawing: Drawing) -> Program:
        pick, size = drawing.pick, self.size
        timeouts = TIMEOUTS[pick(len(TIMEOUTS))]
        capacity = self.capacities[pick(len(self.capacities))]
        count = 2 + pick(size.threads - 1)
        owner = pick(count + 1)  # who has the receiver; after the last thread: nobody
        cloned = self.subject.claims("clone")
        mine = [f"tx{n}" if cloned else MAIN for n in range(1, count + 1)]
        timed = TIMED if timeouts == "free" else 1
        begin = _Part(self, capacity, 0, count, timed)
        gone: set[str] = set()
        before = begin.steps(drawing, [mine[pick(count)]], (), pick(size.around + 1), gone)
        threads = []
        for number, handle in enumerate(mine, start=1):
            part = _Part(self, capacity, number, count, timed)
            receiver = (RECEIVER,) if owner == number - 1 else ()
            threads.append(part.steps(drawing, [handle], receiver, 1 + pick(size.operations), gone))
        end = _Part(self, capacity, count + 1, count, timed)
        after = end.steps(drawing, list(dict.fromkeys(mine)), (RECEIVER,), pick(size.around + 1), gone)
        program = Program(before=before, threads=tuple(threads), after=after, capacity=capacity, timeouts=timeouts)
        return _tidy(drawing, program, cloned)


class _Part:
    """What one thread of a program does."""

    def __init__(self, channels: Channels, capacity: int | None, number: int, threads: int, timed: int) -> None:
        """`timed`: how often timed calls are among the kinds of steps."""
        self.threads = threads
        self.timed = timed
        self.claims = channels.subject.claims
        self.capacity = capacity
        self.number = number
        self.messages = self.clones = 0
        self.shared = not self.claims("clone")

    def steps(
        self, drawing: Drawing, senders: Sequence[str], receivers: Sequence[str], most: int, gone: set[str]
    ) -> tuple[Step, ...]:
        """Up to `most` steps with these handles; those that are dropped are `gone`."""
        found: list[Step] = []
        alive = list(senders)
        last = RECEIVER if receivers else ""
        for place in range(most):
            there = [handle for handle in (*alive, last) if handle and handle not in gone]
            with drawing.step(self.number, place) as step:
                kinds = self._kinds(there)
                kind = step.pick(len(kinds) + 1)
                if not kind:
                    step.none()
                    break
                operation, handle = kinds[kind - 1]
                found.append(self._step(step, operation, handle, alive))
                if operation in DROPS:
                    gone.add(handle)
        if self.number and self.number <= self.threads:
            self._leave(drawing, len(found), [handle for handle in alive if handle not in gone], found, gone)
        return tuple(found)

    def _leave(self, drawing: Drawing, place: int, handles: Sequence[str], found: list[Step], gone: set[str]) -> None:
        """One drop more, or none: much happens only when the last sender goes."""
        kinds = self._drops(handles)
        if not kinds:
            return
        with drawing.step(self.number, place) as step:
            kind = step.pick(len(kinds) + 1)
            if not kind:
                step.none()
                return
            found.append(kinds[kind - 1])
            gone.add(kinds[kind - 1][1])

    def _drops(self, handles: Sequence[str]) -> list[tuple[str, str]]:
        """Ways to drop handles that are nobody else's."""
        kinds: list[tuple[str, str]] = []
        for handle in handles:
            if not (self.shared and handle == MAIN):
                kinds += [("drop", handle), ("with", handle)] * self.claims("drop")
                kinds += [("del", handle), ("leave", handle)] * self.claims("refcount_drop")
        return kinds

    def _kinds(self, handles: Sequence[str]) -> list[tuple[str, str]]:
        """What can be called on which handle. Receives first, and twice, as there is one receiver only."""
        kinds: list[tuple[str, str]] = []
        bounded = self.capacity is not None
        for handle in handles:
            if handle != RECEIVER:
                continue
            kinds += [("recv", handle), ("try_recv", handle)]
            kinds += [("next", handle)]
            kinds += [("recv_timeout", handle)] * (self.timed * self.claims("timeouts"))
            kinds += [("recv", handle), ("try_recv", handle)]
        for handle in handles:
            if handle == RECEIVER:
                continue
            kinds += [("send", handle)] * 4  # who drops at once has little to show
            kinds += [("try_send", handle)] * (2 * (bounded and self.claims("try_send")))
            kinds += [("send_timeout", handle)] * (self.timed * (bounded and self.claims("timeouts")))
            kinds += [("clone", handle)] * self.claims("clone")
        kinds += self._drops(handles)
        return kinds * OFTEN

    def _step(self, drawing: Drawing, operation: str, handle: str, alive: list[str]) -> Step:
        if operation in ("send", "try_send", "send_timeout"):
            self.messages += 1
            message = 10 * self.number + self.messages
            rest: tuple[Any, ...] = (TIMES[drawing.pick(2)],) if operation == "send_timeout" else ()
            return (operation, handle, message, *rest)
        if operation == "recv_timeout":
            return (operation, handle, TIMES[drawing.pick(2)])
        if operation == "clone":
            self.clones += 1
            alive.append(f"c{self.number}{self.clones}")
            return (operation, handle, alive[-1])
        return (operation, handle)


DROPS: Final = frozenset({"drop", "with", "del", "leave"})


def _tidy(drawing: Drawing, program: Program, cloned: bool) -> Program:
    """Without threads that do nothing, and with the handles that are used, or one."""
    made = {step[2] for steps in program.workers for step in steps if step[0] == "clone"}
    used = sorted(set(program.handles()) - made - {RECEIVER})
    kept = [number for number, steps in enumerate(program.threads, start=1) if steps]
    drawing.renumber([0, *kept, len(program.threads) + 1])
    return replace(
        program,
        threads=tuple(program.threads[number - 1] for number in kept),
        senders=tuple(used) or ("tx1" if cloned else MAIN,),
    )
