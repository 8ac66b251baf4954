"""Every small program on a channel, every interleaving of it, and the model beside it: the same outcomes, both ways.

``dpor`` enumerates the outcomes of the channel, `duckrace_models.outcomes` those of the model. An outcome that only the
channel has is illegal; one that only the model has cannot happen although it may: the channel is stricter than its
contract, or hides a schedule point. The first program that differs ends it.

It knows programs and explorations; it must not know who asked, nor how it is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from duckrace._data import Failure, Kind, Part, Result, Verdict
from duckrace._scenario import Reference, resolve
from duckrace._words import many
from duckrace.kernel import machine
from duckrace_models import model_for, outcomes

from ._broken import of_operation
from ._explorer import Explorer
from ._run import Run
from ._small_programs import Size, Threads, calls, capacities, programs, shown
from ._suite import PROGRAMS, made_by
from .programs._calls import result as word
from .programs.outcomes import senders, told

Outcome: TypeAlias = tuple[tuple[str, ...], ...]

STRATEGY: Final = "dpor"


@dataclass(slots=True)
class Counts:
    """What was done on one kind of channel."""

    channel: str
    programs: list[Threads]
    done: int = 0
    executions: int = 0
    traces: int = 0
    outcomes: int = 0
    seconds: float = 0.0

    def part(self) -> Part:
        return Part(
            channel=self.channel,
            programs=len(self.programs),
            done=self.done,
            executions=self.executions,
            traces=self.traces,
            outcomes=self.outcomes,
            seconds=self.seconds,
        )


@dataclass(slots=True)
class Verification:
    """All programs of one size. :meth:`go` works on them; the rest is what came out."""

    run: Run
    size: Size
    name: str = "outcomes"
    kinds: dict[int | None, Counts] = field(init=False)
    verdict: Verdict = field(init=False)
    failure: Failure | None = None
    program: str = ""
    statements: tuple[int, ...] = ()
    files: dict[str, str] = field(default_factory=dict)  # of the channel, as the world has loaded it: module -> path

    def __post_init__(self) -> None:
        subject = self.run.subject
        self.kinds = {
            capacity: Counts(made_by(capacity), programs(subject, capacity, self.size))
            for capacity in capacities(subject)
        }
        self.verdict = Verdict(kind=Kind.SKIPPED, detail="nothing of it is claimed")

    @property
    def total(self) -> int:
        """Programs, of all kinds of channels."""
        return sum(len(counts.programs) for counts in self.kinds.values())

    @property
    def done(self) -> int:
        """Programs whose outcomes are those of the model."""
        return sum(counts.done for counts in self.kinds.values())

    @property
    def executions(self) -> int:
        return sum(counts.executions for counts in self.kinds.values())

    def go(self) -> None:
        """Compare program after program, up to the first that differs, or that there is no time for."""
        if not self.total:
            return
        with Explorer(self.run.subject, self.run.seed) as explorer:
            right = True
            for capacity, threads in self._shortest_first():
                started = time.perf_counter()
                right = self._same(explorer, capacity, self.kinds[capacity], threads)
                self.kinds[capacity].seconds += time.perf_counter() - started
                if not right:
                    break
            if right:
                self.verdict = Verdict(kind=Kind.PASSED, detail="exhaustive")
            self.files = explorer.sources()
            explorer.tell(self.run, self.name, self.done, self.total)

    def _shortest_first(self) -> list[tuple[int | None, Threads]]:
        """The programs of all channels, those with the fewest calls first: the first that differs is a shortest one."""
        every = [(capacity, threads) for capacity, counts in self.kinds.items() for threads in counts.programs]
        return sorted(every, key=lambda one: sum(map(len, one[1])))

    def _same(self, explorer: Explorer, capacity: int | None, counts: Counts, threads: Threads) -> bool:
        """Has the channel the model's outcomes? If not, or if that cannot be said, it is written down."""
        explorer.tell(self.run, self.name, self.done, self.total)
        found = self._explored(explorer, capacity, threads)
        if found is not None:
            counts.executions += found.executions
            counts.traces += found.traces or 0
        if found is None or (self.run.interrupted and not found.exhaustive):
            self.verdict = self.run.out_of_budget(f"{self.done:,} of {many(self.total, 'program')}")
            return False
        if found.failures or not found.exhaustive:
            self.verdict, self.failure, self.program = found.verdict, found.failure, shown(capacity, threads)
            if found.failure is None:
                self.verdict = self.run.out_of_budget(f"{self.done:,} of {many(self.total, 'program')}")
                self.program = ""
            return False
        observed = {key for key in found.outcomes if isinstance(key, tuple)}
        allowed = allowed_outcomes(capacity, threads)
        if observed == allowed:
            counts.done += 1
            counts.outcomes += len(observed)
            return True
        self._differ(explorer, capacity, threads, observed, allowed)
        return False

    def _explored(
        self, explorer: Explorer, capacity: int | None, threads: Threads, forbidden: Outcome | None = None
    ) -> Result | None:
        """Every interleaving of a program, up to the `forbidden` outcome; None if there is no time for it."""
        if self.run.cut:
            return None
        try:
            found = explorer.explore(
                program_on(self.run.subject.reference, capacity, threads, forbidden),
                strategy=STRATEGY,
                executions=sys.maxsize,
                deadline=self.run.left(),
            )
        except KeyboardInterrupt:
            self.run.interrupted = True
            return None
        self.run.interrupted |= machine.interrupted
        return found

    def _differ(
        self,
        explorer: Explorer,
        capacity: int | None,
        threads: Threads,
        observed: Collection[Outcome],
        allowed: Collection[Outcome],
    ) -> None:
        self.program = shown(capacity, threads)
        illegal = sorted(outcome for outcome in observed if outcome not in allowed)
        if illegal:
            outcome = illegal[0]
            self.verdict = Verdict(kind=Kind.FAILED, detail="illegal outcome")
            again = self._explored(explorer, capacity, threads, outcome)
            said = f"{told(threads, outcome)}: no interleaving of these calls allows it"
            self.failure = Failure(kind=Kind.FAILED, message=said, schedule="")
            if again is not None and again.failure is not None and said in again.failure.message:
                legal = "; ".join(told(threads, one) for one in sorted(allowed))
                self.failure = replace(again.failure, message=said, traceback="", explanation=f"Allowed is: {legal}.")
            elif again is not None and again.failure is not None:  # what was seen once is not seen again
                self.verdict, self.failure = again.verdict, again.failure
            self.statements = _broken_by(threads, outcome, allowed, must=False)
            return
        missing = sorted(outcome for outcome in allowed if outcome not in observed)
        outcome = missing[0]
        self.verdict = Verdict(kind=Kind.FAILED, detail="missing outcome")
        seen = "; ".join(told(threads, one) for one in sorted(observed))
        self.failure = Failure(
            kind=Kind.FAILED,
            message=f"{told(threads, outcome)}: allowed, and no interleaving leads to it",
            schedule="",
            explanation=(
                "Every interleaving was explored: either the channel is stricter than its model, or it can be "
                "interrupted in fewer places than it seems (a lock that is held for too long, a step that is not "
                f"simulated). What can happen: {seen}."
            ),
        )
        self.statements = _broken_by(threads, outcome, observed, must=True)


def program_on(
    plugin: Reference, capacity: int | None, threads: Threads, forbidden: Outcome | None = None
) -> Reference:
    """The scenario that runs a program on a channel under test."""
    found = resolve(f"{PROGRAMS}.outcomes::run")
    return replace(found, arguments=(plugin, capacity, threads, *(() if forbidden is None else (forbidden,))))


def allowed_outcomes(capacity: int | None, threads: Threads) -> set[Outcome]:
    """What the model lets a program come to, in the words of ``programs/outcomes``."""
    found = outcomes(model_for(capacity), calls(threads), senders(threads))
    return {tuple(tuple(map(word, answers)) for answers in outcome) for outcome in found}


def _broken_by(threads: Threads, wrong: Outcome, others: Iterable[Outcome], *, must: bool) -> tuple[int, ...]:
    """The statements behind the first call in which an outcome differs from the nearest of the others.

    `must`: it is `wrong` that has to be possible, not the others.
    """

    def parts(outcome: Outcome) -> list[tuple[str, str, str]]:
        return [
            (step[0], mine, theirs)
            for steps, given, expected in zip(threads, wrong, outcome, strict=True)
            for step, mine, theirs in zip(steps, _filled(given, steps), _filled(expected, steps), strict=True)
            if mine != theirs
        ]

    operation, mine, theirs = min(map(parts, others), key=len)[0]
    return of_operation(operation, mine if must else theirs)


def _filled(answers: Sequence[str], steps: Sequence[object]) -> list[str]:
    """One answer for each step: calls after one that blocks were not made."""
    return [*answers, *[""] * (len(steps) - len(answers))]
