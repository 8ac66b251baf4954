"""One exploration: executions one after another, what they ended with, and each failure replayed.

Kept failures of earlier runs come first. The first failure of each kind and cause is replayed at once, twice: what
cannot be repeated is NONDETERMINISM with the first step that differs. Then it is minimised.

It knows sessions, strategies and endings; it must not know how a result is shown, or which channel is tested.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from . import _token
from ._corpus import Corpus, Fate, Kept, fails
from ._data import Failure, Kind, Result, Verdict
from ._endings import NONDETERMINISM, ending, plain
from ._errors import UsageError
from ._minimising import Minimising, affordable, can_be
from ._scenario import pack
from ._session import Session
from ._settings import Progress, Settings
from ._words import many
from .hangs import Diagnosis
from .kernel import machine
from .kernel.recorder import Steps, Tracer
from .kernel.shared import locations
from .plugins import providers
from .search import Exhaustive, Follow, Replay, Strategy
from .search._causes import Causes
from .search.minimise import Budget

OFTEN: Final = 0.2  # seconds between two calls of `progress`


class Exploration:
    """The loop and what it gathers."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        strategy: Strategy,
        *,
        alone: bool = False,
        minimize: Budget | None = None,
        exact: bool = False,
    ) -> None:
        """`alone`: a scenario may do without threads (a case of the checks often has no need of any). `minimize`:
        failures, within this; `exact`: to what says the very same."""
        self.alone = alone
        self.minimize = None if minimize is None else affordable(minimize, settings)
        self.exact = exact
        self.progress: Callable[[Progress], None] | None = None
        self._spoke = 0.0  # when it was called last, on the clock of time.perf_counter
        self.ends: float | None = None  # of the deadline, on the clock of time.perf_counter
        self.notes: list[str] = []
        self.session = session
        self.settings = settings
        self.strategy = strategy
        self.outcomes: Counter[object] = Counter()
        self.groups: dict[tuple[object, ...], Failure] = {}
        self.executions = 0
        self.failed = 0
        self.discarded = 0  # executions of a search before all shared locations were known
        self.steps = 0
        self.threads = 0
        self.seconds = 0.0
        self.fates: list[tuple[Kept, Fate]] = []  # of the kept failures that were replayed
        self.cut = ""  # why it ended before all executions were made
        self.limited = False  # some execution was cut off: what it would have done is not known

    # -- kept failures -----------------------------------------------------------------------------

    def again(
        self, kept: Sequence[Kept], keep_going: bool, deadline: float | None = None, expected: Kind | None = None
    ) -> None:
        """Replay failures of earlier runs, up to the first that still fails.  Each counts as an execution.

        The program may have been edited since: a schedule that does not fit it is followed as far as it does.
        `expected`: see :func:`~._corpus.fails`.
        """
        started, strategy, session = time.perf_counter(), self.strategy, self.session
        self.ends = None if deadline is None else started + deadline
        for one in kept:
            over = self.ends is not None and time.perf_counter() > self.ends
            if machine.interrupted or over or self._enough(keep_going):
                break
            self.strategy = follow = Follow(one.token.threads())
            while True:
                follow.begin(0)
                ending = session.execute(follow.choose, inspect=self._ending, every=True)
                if not session.grown():
                    break
                session.regrow()
            if machine.over == "interrupt":
                break
            fitted = follow.fitted
            self._count(ending)
            if ending is None or ending.kind is expected:
                fate = Fate.PASSES if fitted else Fate.MISFITS
            else:
                fate = Fate.FAILS if fails(ending.kind, expected) else Fate.UNCLEAR
            self.fates.append((one, fate))
        self.strategy = strategy
        self.seconds = time.perf_counter() - started

    # -- many executions ---------------------------------------------------------------------------

    def run(
        self, total: int, keep_going: bool, deadline: float | None, progress: Callable[[Progress], None] | None
    ) -> None:
        self.progress, self._spoke = progress, time.perf_counter()
        started = self._spoke - self.seconds  # kept failures take of the same time
        self.ends = None if deadline is None else started + deadline
        session, strategy = self.session, self.strategy
        searching = strategy if isinstance(strategy, Exhaustive) else None  # asked once: it looks at every attribute
        watching: Any = strategy if hasattr(strategy, "recorder") else None
        self._replays = self.executions, self.failed, self.outcomes.copy()
        if not self._enough(keep_going):
            self._canary()
        while self.executions + self.discarded < total and not self._enough(keep_going):
            if machine.interrupted:
                self.cut = "interrupted"
                break
            learned = locations.grow() | machine.learn()
            if learned and searching is not None:
                self._restart()
            if not strategy.begin(self.executions - len(self.fates)):
                break
            recorder = watching.recorder if watching is not None else None
            ended = searching.ended if searching is not None else None
            ending = session.execute(strategy.choose, recorder=recorder, inspect=self._ending, ended=ended)
            if session.grown():
                session.regrow()
                continue
            choices = len(machine.decisions)
            self._count(ending)
            strategy.end(choices)
            now = time.perf_counter()
            if deadline is not None and now - started > deadline:
                self.cut = f"the deadline of {deadline:g} s" if self.executions < total else ""
                break
            if progress is not None and now - self._spoke > OFTEN:
                self._tell(self._progress(total, now - started))
        self.seconds = time.perf_counter() - started
        self._tell(self._progress(total, self.seconds))

    def _restart(self) -> None:
        """A search did not know all locations that threads share: what it did so far has left out orders."""
        executions, self.failed, outcomes = self._replays
        self.discarded += self.executions - executions
        self.executions, self.outcomes = executions, outcomes.copy()

    def _enough(self, keep_going: bool) -> bool:
        return bool(self.groups) and not keep_going

    def _progress(self, total: int, seconds: float) -> Progress:
        return Progress(executions=self.executions, total=total, seconds=seconds, failed=self.failed)

    def _tell(self, now: Progress) -> None:
        if self.progress is not None:
            self._spoke = time.perf_counter()
            with self.session.outside():
                self.progress(now)

    def _canary(self) -> None:
        """The first schedule, twice: a program that depends on more than its schedule is told at once.
        It also brings in what the program imports on its way."""
        session, strategy = self.session, self.strategy
        if isinstance(strategy, Exhaustive):
            strategy = Follow(())
        recorded: list[Steps] = []
        while len(recorded) < 2:
            strategy.begin(0)
            steps = Steps()
            session.execute(strategy.choose, recorder=steps)
            if machine.interrupted or machine.over == "stop":
                return  # the loop will say so
            if session.grown():
                session.regrow()
                recorded.clear()
            else:
                recorded.append(steps)
        difference = _first_difference(recorded[0].steps, recorded[1].steps)
        if difference:
            self._add(
                Failure(
                    kind=Kind.NONDETERMINISM,
                    message=f"two executions of one schedule differ: {difference}",
                    schedule=self._token(machine.decisions),
                    explanation=NONDETERMINISM,
                )
            )

    def _count(self, ending: Diagnosis | None) -> None:
        """Book one execution."""
        if machine.over == "interrupt":
            return
        self.executions += 1
        self.steps += machine.steps
        self.threads = max(self.threads, len(machine.threads))
        if ending is None:
            if self.threads == 1 and self.executions == 1 and not self.alone:
                raise UsageError(
                    f"{self.session.reference.text} starts no thread, so there is nothing to interleave. "
                    "Start threads with threading.Thread (or an executor) inside the scenario."
                )
            self.outcomes[plain(machine.value)] += 1
            return
        self.failed += 1
        kind = ending.kind
        self.limited |= kind.exit_status == 3
        if (kind, ending.message) not in self.groups:  # one of each is enough to be shown
            decisions = list(machine.decisions)
            try:
                decisions = self._spelled_out(decisions)
                failure = self._minimised(self._replayed(decisions), decisions)
            except KeyboardInterrupt:  # Ctrl-C while it was repeated: what was found is not lost
                failure = self._told(ending, Tracer(self._file()), decisions)
            kind = failure.kind
            self._add(failure)
        self.outcomes[str(kind)] += 1

    # -- failures -------------------------------------------------------------------------------------

    def _add(self, failure: Failure) -> None:
        member = getattr(self.strategy, "member", self.strategy)
        failure = replace(failure, strategy=member.name, execution=self.executions or 1)
        self.groups.setdefault(failure.group(), failure)

    def once(self, decisions: list[int]) -> None:
        """One execution by its decisions: what :func:`replay` does."""
        self.executions = 1
        started = time.perf_counter()
        ending, tracer = self._run_traced(decisions)
        if self.session.grown():
            self.session.regrow()
            ending, tracer = self._run_traced(decisions)
        self.steps, self.threads = machine.steps, len(machine.threads)
        self.seconds = time.perf_counter() - started
        if ending is None:
            self.outcomes[plain(machine.value)] += 1
            return
        failure = self._told(ending, tracer, decisions)
        self.failed = 1
        self.outcomes[str(failure.kind)] += 1
        self._add(failure)

    def _spelled_out(self, decisions: list[int]) -> list[int]:
        """The decisions of a failing execution with those at all accesses, known as shared or not."""
        if self.settings.granularity != "access":
            return decisions
        follow = Replay(decisions)
        follow.begin(0)
        locations.skipped = []
        try:
            self.session.execute(follow.choose)
            return locations.spelled_out(machine.decisions)
        finally:
            locations.skipped = None

    def _replayed(self, decisions: list[int]) -> Failure:
        stopped = machine.over == "stop"
        first, tracer = self._run_traced(decisions)
        if stopped and first is not None and first.kind is Kind.UNCONTROLLED:
            return self._told(first, tracer, decisions)  # each such run takes as long as the watchdog waits
        again, second = self._run_traced(decisions)
        if first is not None and again is not None and first.kind is not Kind.NONDETERMINISM:
            one, two = (first.kind, first.message, len(tracer.events)), (again.kind, again.message, len(second.events))
            if one == two:
                return self._told(first, tracer, decisions)
        difference = _first_difference(
            [(e.path, e.operation) for e in tracer.events], [(e.path, e.operation) for e in second.events]
        )
        if not difference:
            endings = [ending.message if ending is not None else "a normal end" for ending in (first, again)]
            difference = f"when it was repeated it ended with {endings[0]!r}, then with {endings[1]!r}"
        return Failure(
            kind=Kind.NONDETERMINISM,
            message=f"a failing execution could not be repeated: {difference}",
            schedule=self._token(decisions),
            explanation=NONDETERMINISM,
            events=tuple(tracer.events),
            output=self.session.output.getvalue(),
        )

    def _minimised(self, failure: Failure, decisions: list[int]) -> Failure:
        """The same failure by the least schedule that shows it; as it is if there is no such, or it may not be."""
        if self.minimize is None or not can_be(failure):
            return failure
        most, started = self.minimize.executions, time.perf_counter()

        def tell(tried: int) -> None:
            now = time.perf_counter()
            if self.progress is not None and now - self._spoke > OFTEN:
                seconds = now - started
                self._tell(
                    Progress(executions=tried, total=most, seconds=seconds, failed=self.failed, doing="reducing")
                )

        minimising = Minimising(self.session, exact=self.exact, ends=self.ends, tell=tell)
        minimal = minimising.minimal(failure, decisions, self.minimize)
        if minimal is None:
            return self._as_found(failure, "it failed in another way when it was repeated")
        if not minimal.fixpoint:
            tried = many(minimal.executions, "execution")
            self.notes.append(f"A shorter schedule may fail, too: reducing it ended early, after {tried}.")
        reduced = self._replayed(list(minimal.shape.decisions))
        if reduced.kind is not failure.kind or (self.exact and reduced.message != failure.message):
            return self._as_found(failure, f"what it was reduced to ended with {reduced.message!r} when repeated")
        return replace(reduced, minimized=minimal.fixpoint)

    def _as_found(self, failure: Failure, why: str) -> Failure:
        if not machine.interrupted:
            self.notes.append(f"The failure is shown as it was found, not reduced: {why}.")
        return failure

    def _run_traced(self, decisions: list[int]) -> tuple[Diagnosis | None, Tracer]:
        """One execution with its timeline; None for an ending without fault."""
        follow = Replay(decisions)
        follow.begin(0)
        causes = Causes()
        tracer = Tracer(self._file(), self._role, causes)

        def inspect() -> Diagnosis | None:
            if machine.over == "hang":
                tracer.shade(causes.of_hang(machine.stuck))
            elif machine.over == "exception" and machine.error_thread is not None:
                tracer.shade(causes.of_exception(machine.error_thread))
            return self._ending()

        ending: Diagnosis | None = self.session.execute(follow.choose, recorder=tracer, inspect=inspect, every=True)
        if machine.over == "interrupt":
            raise KeyboardInterrupt
        left = len(decisions) - len(machine.decisions)
        if left and (ending is None or ending.kind not in (Kind.NONDETERMINISM, Kind.UNCONTROLLED)):
            ending = Diagnosis(
                kind=Kind.NONDETERMINISM,
                message=f"the program ended and left {left} of the {len(decisions)} decisions of its schedule over",
                explanation=NONDETERMINISM,
                threads=ending.threads if ending is not None else (),
            )
        return ending, tracer

    def _told(self, ending: Diagnosis, tracer: Tracer, decisions: list[int]) -> Failure:
        exception = ending.kind is Kind.FAILED
        return Failure(
            kind=ending.kind,
            message=ending.message,
            schedule=self._token(decisions),
            threads=ending.threads,
            events=tuple(tracer.events),
            explanation="" if exception else ending.explanation,
            traceback=ending.explanation if exception else "",
            output=self.session.output.getvalue(),
            preemptions=tracer.preemptions,
            switches=tracer.switches,
        )

    def _role(self, obj: object) -> str | None:
        """``"sender"`` or ``"receiver"`` for a handle of a channel that somebody knows."""
        known = providers(self.session.world.modules)
        return next((role for provider in known if (role := provider.role(obj)) is not None), None)

    def _ending(self) -> Diagnosis | None:
        return ending(self.session)

    # -- small things -----------------------------------------------------------------------------------

    def _file(self) -> str:
        return str(self.session.reference.path)

    def _token(self, decisions: list[int]) -> str:
        settings, reference = self.settings, self.session.reference
        return _token.encode(
            _token.Token(
                scenario=reference.text,
                source=reference.digest(),
                python=f"{sys.version_info[0]}.{sys.version_info[1]}",
                granularity=settings.granularity,
                hash_seed=os.environ.get("PYTHONHASHSEED", "random"),
                timeouts=settings.timeouts,
                gc=settings.gc,
                thread_exceptions=settings.thread_exceptions,
                max_steps=settings.max_steps,
                modules=settings.modules,
                decisions=_token.pack_decisions(decisions),
                arguments=tuple(pack(reference.arguments)),
                command=reference.embedding.command if reference.embedding is not None else "",
            )
        )

    def _exhaustive(self) -> bool:
        """Was every trace seen, and to its end?"""
        strategy = self.strategy
        found = isinstance(strategy, Exhaustive) and strategy.complete and strategy.detail == "exhaustive"
        return found and not self.limited

    def result(self, asked: int) -> Result:
        failures = tuple(self.groups.values())
        worst, strategy = _worst(failures), self.strategy
        if worst is not None:
            detail = "exception" if worst.kind is Kind.FAILED else ""
            verdict = Verdict(kind=worst.kind, detail=detail)
            failures = (worst, *(f for f in failures if f is not worst))
        elif self.cut:
            of = f"{self.executions:,} of " if asked != sys.maxsize else ""
            counted = f"{of}{many(asked if of else self.executions, 'execution')}"
            verdict = Verdict(kind=Kind.BUDGET, detail=f"{self.cut}; {counted}")
        elif not isinstance(strategy, Exhaustive):
            verdict = Verdict(kind=Kind.PASSED, detail=f"sampled {self.executions:,}")
        elif strategy.complete:
            verdict = Verdict(kind=Kind.PASSED, detail=strategy.detail)
        else:
            verdict = Verdict(kind=Kind.BUDGET, detail=f"{many(self.executions, 'execution')}, and orders are left")
        return Result(
            scenario=self.session.reference.text,
            verdict=verdict,
            executions=self.executions,
            outcomes=dict(self.outcomes),
            failures=failures,
            failed=self.failed,
            traces=strategy.traces if isinstance(strategy, Exhaustive) else None,
            exhaustive=self._exhaustive(),
            steps=self.steps,
            seconds=self.seconds,
            threads=self.threads,
            lost=self.session.lost,
            notes=(*_notes(self.session), *self.notes),
        )


def settled(
    corpus: Corpus, key: bytes, exploration: Exploration, result: Result, expected: Kind | None = None
) -> list[str]:
    """Tell `corpus` what came out; returns notes."""
    fates = exploration.fates
    if result.verdict.kind is Kind.NONDETERMINISM:  # nothing of it says that a failure is gone
        fates = [(kept, fate if fate is Fate.FAILS else Fate.UNCLEAR) for kept, fate in fates]
    failures = [failure for failure in result.failures if fails(failure.kind, expected)]
    return corpus.settle(key, result.scenario, fates, failures)


def _worst(failures: Sequence[Failure]) -> Failure | None:
    """The failure that names the verdict: nondeterminism makes all others doubtful; a fault beats a limit."""
    order = {Kind.NONDETERMINISM: 0, Kind.UNCONTROLLED: 2, Kind.BUDGET: 3}
    return min(failures, key=lambda failure: order.get(failure.kind, 1), default=None)


def _notes(session: Session) -> tuple[str, ...]:
    if session.lost:
        were = "was" if session.lost == 1 else "were"
        return (f"{many(session.lost, 'thread')} swallowed every attempt to end them and {were} left parked.",)
    return ()


def _first_difference(one: Sequence[tuple[Any, ...]], two: Sequence[tuple[Any, ...]]) -> str:
    """Where two traces part, in words; empty if they do not."""
    for position, (left, right) in enumerate(zip(one, two, strict=False), start=1):
        if left != right:
            return f"step {position} is {_words(left)} the first time and {_words(right)} the second time"
    if len(one) != len(two):
        return f"one has {many(len(one), 'step')}, the other {len(two)}"
    return ""


def _words(step: tuple[Any, ...]) -> str:
    path, *rest = step
    who = "main" if not path else "thread " + ".".join(map(str, path))
    return f"{' '.join(str(part) for part in rest if part)!r} of {who}"
