"""Do threads go on for ever without getting anywhere?  Looked up in the last steps before the limit of steps.

A livelock is a fair cycle: the program is in one state again and again, and in between every thread that could go on
did so (a schedule that left one out would prove nothing), each of them only to find nothing changed: it yielded, or
looked for something in vain. The same decisions would lead there once more, for ever; a program that is merely long
gets somewhere, so its state differs. Two threads at least must take part: one alone that waits for what nobody will
do any more is a limit like any other. Where time could still bring a change, nothing is claimed.

It knows frames, steps and states; it must not know which channel it looks at, or who chose the schedule.
"""

from __future__ import annotations

import sys
import types
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from duckrace._data import Kind, ThreadState
from duckrace.kernel import Machine, SimThread, frames
from duckrace.kernel.locks import LOCKED, TRY, label
from duckrace.kernel.looks import in_vain
from duckrace.kernel.simthread import Recorder

from .explain import Diagnosis
from .state import Opaque, State

WATCHED: Final = 1_000  # steps at most that are watched
ENOUGH: Final = 200  # steps that must be watched: fewer are no evidence
REPEATED: Final = 10  # fair cycles that make a livelock
_MANY: Final = 100  # states that are compared


@dataclass(frozen=True, slots=True)
class _Step:
    thread: int
    in_vain: bool
    ready: frozenset[int]


class Watch:
    """A recorder that is put before the one of an execution when the end is near (``Machine.nearly_over``)."""

    def __init__(
        self, machine: Machine, inner: Recorder | None, modules: Mapping[str, types.ModuleType], chance: object
    ) -> None:
        """`modules` are under test, `chance` is where random numbers come from: parts of the state."""
        self._machine = machine
        self._inner = inner
        self._modules = modules
        self._chance = chance
        self._window = machine.last - machine.steps
        self._steps: list[_Step] = []
        self._places: Counter[object] = Counter()
        self._anchor: object = None
        self._seen: list[tuple[int, object]] = []  # states at the anchor, with the step before which they were
        self._looping: set[int] = set()  # threads of which the state says not all
        self._said: dict[int, dict[str, None]] = {}  # by thread: what it did in vain, in words

    # -- watching ---------------------------------------------------------------------------------------------

    def step(self, thread: SimThread, op: str, obj: Any) -> None:
        if self._inner is not None:
            self._inner.step(thread, op, obj)
        ready = frozenset([thread.n, *(other.n for other in self._machine.ready)])
        vain = in_vain(thread)
        stack = [frame for frame in frames.back(sys._getframe(1)) if not frames.is_ours(frame)]
        if vain:
            self._say(thread, op, obj, stack)
        self._compare(thread, stack)
        self._steps.append(_Step(thread.n, vain, ready))

    def wrote(self, event: object) -> None:
        if self._inner is not None:
            self._inner.wrote(event)

    def touched(self, access: object) -> None:
        if self._inner is not None:
            self._inner.touched(access)

    def _compare(self, thread: SimThread, stack: list[types.FrameType]) -> None:
        """Note the state of the program where it has been before: at the anchor, the place of all threads that was
        met most often in the first quarter."""
        if len(self._seen) >= _MANY:
            return
        place = self._place(thread, stack)
        if len(self._steps) < self._window // 4:
            self._places[place] += 1
            return
        if self._anchor is None:
            self._anchor = self._places.most_common(1)[0][0] if self._places else place
        if place == self._anchor:
            try:
                state = State(self._modules, self._threads(thread, stack), self._chance)
            except Opaque:
                self._seen.append((len(self._steps), None))
            else:
                self._looping |= state.looping
                self._seen.append((len(self._steps), state.value))

    def _threads(
        self, running: SimThread, stack: list[types.FrameType]
    ) -> list[tuple[SimThread, list[types.FrameType]]]:
        return [
            (thread, stack if thread is running else frames.frames_of(thread))
            for thread in self._machine.threads
            if not thread.done
        ]

    def _place(self, thread: SimThread, stack: list[types.FrameType]) -> object:
        """Who goes on, and where everybody stands: cheaper than a state."""
        everybody = self._threads(thread, stack)
        return thread.n, tuple((each.n, each.op, tuple(f.f_lasti for f in their)) for each, their in everybody)

    def _say(self, thread: SimThread, op: str, obj: Any, stack: list[types.FrameType]) -> None:
        own = next((frame for frame in stack if not frames.is_library(frame)), None)
        words = frames.operation_text(op, obj, stack)
        if op is TRY:
            words = f"tries to acquire {label(obj)} in vain"
        elif op is LOCKED:
            words = f"finds {label(obj)} locked"
        place = f" at {frames.describe(own)}" if own is not None else ""
        self._said.setdefault(thread.n, {})[f"{words}{place}"] = None

    # -- what was seen ------------------------------------------------------------------------------------------

    def diagnosis(self, everyone: tuple[ThreadState, ...]) -> Diagnosis | None:
        """What the steps that were watched say; None: they are no livelock. The threads must still be parked."""
        machine = self._machine
        if self._window < ENOUGH or any(thread.timer for thread in machine.threads if not thread.done):
            return None
        states = Counter(state for _, state in self._seen if state is not None)
        if not states:
            return None
        state, _ = states.most_common(1)[0]
        cycles = self._fair_cycles([at for at, seen in self._seen if seen == state])
        if len(cycles) < REPEATED:
            return None
        who = sorted(cycles[-1])
        if len(who) < 2 or self._looping.intersection(who):
            return None
        names = {thread.n: thread.name for thread in machine.threads}
        told = [f"{names[n]} {' and '.join(self._said[n])}" for n in who]
        everybody = ", ".join(names[n] for n in who)
        return Diagnosis(
            kind=Kind.LIVELOCK,
            message=f"{everybody} go on for ever without getting anywhere: {'; '.join(told)}",
            explanation=(
                f"The program came back to one and the same state {len(cycles)} times in its last {len(self._steps):,} "
                "steps, and in between each thread that could go on did so, only to find nothing changed. It would go "
                "on like this for ever. Each waits until another one does something first: let one of them go ahead "
                "whatever the others do, or wait for the change (a Condition, an Event) instead of asking again."
            ),
            threads=everyone,
        )

    def _fair_cycles(self, visits: list[int]) -> list[set[int]]:
        """The threads of each fair cycle between these visits of one state."""
        found: list[set[int]] = []
        start = visits[0]
        for end in visits[1:]:
            steps = self._steps[start:end]
            went = {step.thread for step in steps}
            vain = {step.thread for step in steps if step.in_vain}
            if went == vain and all(step.ready <= went for step in steps):
                found.append(went)
                start = end
        return found
