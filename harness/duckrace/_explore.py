"""``duckrace.explore`` and ``duckrace.replay``: sessions, strategies and diagnosis put together.

An exploration runs executions until one fails (or all of them, with ``keep_going``).  Every failure is
replayed at once, twice: what cannot be repeated is NONDETERMINISM with the first step that differs.

It knows kernel, search and hangs; it must not know how a result is shown, or which channel is tested.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from . import _token, search
from ._data import Event, Failure, Kind, Result, ThreadState, Verdict
from ._errors import UsageError
from ._scenario import Reference, pack, resolve, unpack
from ._session import Session
from .hangs import Diagnosis, Provider, diagnose
from .hangs.waits import states
from .kernel import Stop, frames, machine
from .kernel.machine import SimThread
from .kernel.recorder import Steps, Tracer
from .kernel.watchdog import LIMIT
from .plugins import providers
from .search import Diverged, Replay, Strategy

GRANULARITIES: Final = ("sync",)
TIMEOUTS: Final = ("idle",)
PLAIN: Final = (type(None), bool, int, float, complex, str, bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a progress bar is told now and then."""

    executions: int
    total: int
    seconds: float
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an execution depends on besides its schedule."""

    granularity: str = "sync"
    timeouts: str = "idle"
    max_steps: int = 20_000
    modules: tuple[str, ...] | None = None
    thread_exceptions: str = "fail"

    def __post_init__(self) -> None:
        _one_of("granularity", self.granularity, GRANULARITIES)
        _one_of("timeouts", self.timeouts, TIMEOUTS)
        _one_of("thread_exceptions", self.thread_exceptions, ("fail", "ignore"))
        if not isinstance(self.max_steps, int) or self.max_steps < 1:
            raise UsageError(f"max_steps is a number of steps from 1 on, not {self.max_steps!r}.")

    def session(self, reference: Reference, watchdog: float) -> Session:
        return Session(
            reference,
            modules=self.modules,
            thread_exceptions=self.thread_exceptions,
            max_steps=self.max_steps,
            watchdog=watchdog,
        )


def explore(
    scenario: str | Callable[[], object] | Reference,
    *,
    strategy: str = "portfolio",
    executions: int = 1_000,
    seed: int = 0,
    granularity: str = "sync",
    preemptions: int | None = None,
    timeouts: str = "idle",
    max_steps: int = 20_000,
    modules: Sequence[str] | None = None,
    thread_exceptions: str = "fail",
    keep_going: bool = False,
    deadline: float | None = None,
    watchdog: float = LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Drive `scenario` through thread interleavings and say what was found.

    `scenario` is a function without arguments, defined at the top level of a file, or
    ``"FILE_OR_MODULE::NAME"``.  It builds what it tests, starts threads with ``threading``, joins them,
    asserts, and may return a value.

    `executions`: how many at most.  `max_steps`: schedule points per execution; more is BUDGET.
    `modules`: the only packages to load anew (None: every pure-Python one).  `thread_exceptions`:
    ``"fail"`` or ``"ignore"`` what threads do not catch.  `deadline`: seconds of wall-clock time, then
    BUDGET.  `watchdog`: seconds without a schedule point that count as UNCONTROLLED, 0 = never.
    `progress` is called a few times per second.

    Raises UsageError for wrong use.
    """
    _one_of("strategy", strategy, search.STRATEGIES)
    if preemptions is not None:
        raise UsageError("preemptions= bounds an exhaustive search, and there is none yet: leave it out.")
    for name, value, least in (("executions", executions, 1), ("seed", seed, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UsageError(f"{name} is a whole number from {least} on, not {value!r}.")
    settings = Settings(
        granularity=granularity,
        timeouts=timeouts,
        max_steps=max_steps,
        modules=None if modules is None else tuple(modules),
        thread_exceptions=thread_exceptions,
    )
    reference = resolve(scenario)
    chooser = search.make(strategy, seed)
    with settings.session(reference, watchdog) as session, session.held():
        exploration = _Exploration(session, settings, chooser)
        exploration.run(executions, keep_going, deadline, progress)
    result = exploration.result(executions)
    return replace(result, strategy=strategy, seed=seed, granularity=granularity, render=_render)


def replay(
    token: str, *, scenario: Reference | None = None, force: bool = False, watchdog: float = LIMIT
) -> Result:
    """Run the one execution that `token` names, and tell it.

    `scenario`: the program of a token that only a test framework can find.

    Raises UsageError if the token is damaged, of another version, or was made by another Python or
    from another source (`force=True` replays all the same and says so).
    """
    held = _token.decode(token)
    if scenario is None and held.command:
        raise UsageError(f"This token is of {held.scenario}, which is replayed by: {held.command}{token}")
    reference = scenario or replace(resolve(held.scenario), arguments=unpack(held.arguments))
    notes = _mismatches(held, reference)
    if notes and not force:
        raise UsageError(" ".join(notes) + " To replay it all the same, add --force (force=True).")
    settings = Settings(
        granularity=held.granularity,
        timeouts=held.timeouts,
        max_steps=held.max_steps,
        modules=held.modules,
        thread_exceptions=held.thread_exceptions,
    )
    started = time.perf_counter()
    with settings.session(reference, watchdog) as session:
        exploration = _Exploration(session, settings, Replay(held.threads()))
        exploration.once(held.threads())
    result = exploration.result(1)
    seconds = time.perf_counter() - started
    return replace(result, strategy="replay", seconds=seconds, notes=(*result.notes, *notes), render=_render)


class _Exploration:
    """The loop and what it gathers."""

    def __init__(self, session: Session, settings: Settings, strategy: Strategy) -> None:
        self.session = session
        self.settings = settings
        self.strategy = strategy
        self.outcomes: Counter[object] = Counter()
        self.groups: dict[tuple[object, ...], Failure] = {}
        self.executions = 0
        self.failed = 0
        self.steps = 0
        self.threads = 0
        self.seconds = 0.0
        self.cut = ""  # why it ended before all executions were made
        self.trace: tuple[Event, ...] = ()

    # -- many executions ---------------------------------------------------------------------------

    def run(
        self, total: int, keep_going: bool, deadline: float | None, progress: Callable[[Progress], None] | None
    ) -> None:
        started = time.perf_counter()
        told = started
        session, strategy = self.session, self.strategy
        self._canary()
        while self.executions < total and not self._enough(keep_going):
            if not strategy.begin(self.executions):
                break
            why = session.execute(strategy.choose)
            if session.grown():
                session.regrow()
                continue
            self._count(why)
            strategy.end(len(machine.decisions))
            now = time.perf_counter()
            if machine.interrupted:
                self.cut = "interrupted"
                break
            if deadline is not None and now - started > deadline:
                self.cut = f"the deadline of {deadline:g} s" if self.executions < total else ""
                break
            if progress is not None and now - told > 0.2:
                told = now
                with session.outside():
                    progress(self._progress(total, now - started))
        self.seconds = time.perf_counter() - started
        if progress is not None:
            with session.outside():
                progress(self._progress(total, self.seconds))

    def _enough(self, keep_going: bool) -> bool:
        return bool(self.groups) and not keep_going

    def _progress(self, total: int, seconds: float) -> Progress:
        return Progress(executions=self.executions, total=total, seconds=seconds, failed=self.failed)

    def _canary(self) -> None:
        """The first schedule, twice: a program that depends on more than its schedule is told at once.
        It also brings in what the program imports on its way."""
        session, strategy = self.session, self.strategy
        recorded: list[Steps] = []
        while len(recorded) < 2:
            strategy.begin(0)
            steps = Steps()
            session.execute(strategy.choose, recorder=steps)
            if machine.interrupted:
                return
            if machine.over == "stop":
                self._count("stop")
                return
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
                    explanation=_NONDETERMINISM,
                )
            )

    def _count(self, why: str) -> None:
        """Book one execution."""
        if why == "interrupt":
            return
        self.executions += 1
        self.steps += machine.steps
        self.threads = max(self.threads, len(machine.threads))
        if why == "end":
            if self.threads == 1 and self.executions == 1:
                raise UsageError(
                    f"{self.session.reference.text} starts no thread, so there is nothing to interleave. "
                    "Start threads with threading.Thread (or an executor) inside the scenario."
                )
            self.outcomes[_plain(machine.value)] += 1
            return
        self._failure(list(machine.decisions))

    # -- failures -------------------------------------------------------------------------------------

    def _failure(self, decisions: list[int]) -> None:
        """Replay a failing execution and keep what it shows."""
        self.failed += 1
        failure = self._replayed(decisions)
        self.outcomes[str(failure.kind)] += 1
        self._add(failure)

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
        self.trace = tuple(tracer.events)
        self.seconds = time.perf_counter() - started
        if ending is None:
            self.outcomes[_plain(machine.value)] += 1
            return
        failure = self._told(ending, tracer, decisions)
        self.failed = 1
        self.outcomes[str(failure.kind)] += 1
        self._add(failure)

    def _replayed(self, decisions: list[int]) -> Failure:
        stopped = machine.over == "stop"
        first, tracer = self._run_traced(decisions)
        if stopped and first is not None and first.kind is Kind.UNCONTROLLED:
            return self._told(first, tracer, decisions)  # each such run takes as long as the watchdog waits
        again, second = self._run_traced(decisions)
        if isinstance(first, Diagnosis) and isinstance(again, Diagnosis) and first.kind is not Kind.NONDETERMINISM:
            if (first.kind, first.message, len(tracer.events)) == (again.kind, again.message, len(second.events)):
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
            explanation=_NONDETERMINISM,
            events=tuple(tracer.events),
            output=self.session.output.getvalue(),
        )

    def _run_traced(self, decisions: list[int]) -> tuple[Diagnosis | None, Tracer]:
        """One execution with its timeline; None for an ending without fault."""
        follow = Replay(decisions)
        follow.begin(0)
        tracer = Tracer(self._file())
        ending: Diagnosis | None = self.session.execute(follow.choose, recorder=tracer, inspect=self._inspect)
        left = len(decisions) - len(machine.decisions)
        if left and (ending is None or ending.kind not in (Kind.NONDETERMINISM, Kind.UNCONTROLLED)):
            ending = Diagnosis(
                kind=Kind.NONDETERMINISM,
                message=f"the program ended and left {left} of the {len(decisions)} decisions of its schedule over",
                explanation=_NONDETERMINISM,
                threads=ending.threads if ending is not None else (),
            )
        return ending, tracer

    def _inspect(self) -> Diagnosis | None:
        """What the execution that just stopped says, while its threads are still parked."""
        why = machine.over
        if why == "end":
            return None
        if why == "interrupt":  # while a failure was repeated: there is nothing to say of it
            raise KeyboardInterrupt
        scenario = self._file()
        if why == "hang":
            modules = [self.session.world.modules[name] for name in self.session.world.sources]
            return diagnose(machine, scenario, modules, self._providers())
        everyone = states(machine.threads, scenario, {})
        if why == "limit":
            return Diagnosis(
                kind=Kind.BUDGET,
                message=f"an execution made {self.settings.max_steps:,} steps without an end",
                explanation=_limit_text(everyone),
                threads=everyone,
            )
        error, thread = machine.error, machine.error_thread
        if isinstance(error, Diverged):
            return Diagnosis(kind=Kind.NONDETERMINISM, message=str(error), explanation=_NONDETERMINISM, threads=everyone)
        if why == "stop":
            return Diagnosis(kind=Kind.UNCONTROLLED, message=str(error), explanation=_UNCONTROLLED, threads=everyone)
        assert error is not None
        if isinstance(error, SystemExit) and (thread is None or not thread.path):
            raise UsageError(f"{self.session.reference.text} calls sys.exit: a scenario returns, or raises what it means.")
        return self._exception(error, thread, everyone)

    def _exception(
        self, error: BaseException, thread: SimThread | None, everyone: tuple[ThreadState, ...]
    ) -> Diagnosis:
        first = frames.without_addresses(str(error)).strip().partition("\n")[0]  # a sentence, the same every time
        said = f"{type(error).__name__}: {first}" if first else type(error).__name__
        who = thread.name if thread is not None else "MainThread"
        text = "".join(traceback.format_exception(type(error), error, _without_ours(error.__traceback__)))
        inner = [f for f, _ in traceback.walk_tb(error.__traceback__) if not frames.is_ours(f)]
        own = [f for f in inner if not frames.is_library(f)] or inner
        lines = [line for f, line in traceback.walk_tb(error.__traceback__) if own and f is own[-1]]
        where = f" at {frames.shown_path(own[-1].f_code.co_filename)}:{lines[-1]}" if own else ""
        return Diagnosis(
            kind=Kind.FAILED, message=f"{said} in {who}{where}", explanation=text.rstrip(), threads=everyone
        )

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
        )

    # -- small things -----------------------------------------------------------------------------------

    def _file(self) -> str:
        return str(self.session.reference.path)

    def _providers(self) -> list[Provider]:
        return providers(self.session.world.modules)

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
                thread_exceptions=settings.thread_exceptions,
                max_steps=settings.max_steps,
                modules=settings.modules,
                decisions=_token.pack_decisions(decisions),
                arguments=tuple(pack(reference.arguments)),
                command=reference.embedding.command if reference.embedding is not None else "",
            )
        )

    def result(self, asked: int) -> Result:
        failures = tuple(self.groups.values())
        worst = _worst(failures)
        if worst is not None:
            detail = "exception" if worst.kind is Kind.FAILED else ""
            verdict = Verdict(kind=worst.kind, detail=detail)
            failures = (worst, *(f for f in failures if f is not worst))
        elif self.cut:
            verdict = Verdict(kind=Kind.BUDGET, detail=f"{self.cut}; {self.executions:,} of {asked:,} executions")
        else:
            verdict = Verdict(kind=Kind.PASSED, detail=f"sampled {self.executions:,}")
        return Result(
            scenario=self.session.reference.text,
            verdict=verdict,
            executions=self.executions,
            outcomes=dict(self.outcomes),
            failures=failures,
            failed=self.failed,
            steps=self.steps,
            seconds=self.seconds,
            threads=self.threads,
            lost=self.session.lost,
            notes=_notes(self.session),
        )


_NONDETERMINISM: Final = (
    "The program depends on something besides its schedule: real time, real randomness, the order of a set of objects, "
    "a file or a cache that an earlier execution changed. Nothing that was found before can be relied on until this is gone."
)
_UNCONTROLLED: Final = (
    "What waits for real cannot be interleaved. Replace it in the scenario by something built on threading, "
    "or leave its module out with modules=(...)."
)


def _limit_text(everyone: Sequence[ThreadState]) -> str:
    running = [f"{state.name} at {state.where}" for state in everyone if state.state == "runnable" and state.where]
    return (
        "It may go on for ever (a loop that waits for something that cannot happen), or it needs more steps: "
        f"raise max_steps (--max-steps). Still going: {', '.join(running) or 'nobody'}."
    )


def _worst(failures: Sequence[Failure]) -> Failure | None:
    """The failure that names the verdict: nondeterminism makes all others doubtful; a fault beats a limit."""
    order = {Kind.NONDETERMINISM: 0, Kind.UNCONTROLLED: 2, Kind.BUDGET: 3}
    return min(failures, key=lambda failure: order.get(failure.kind, 1), default=None)


def _notes(session: Session) -> tuple[str, ...]:
    if session.lost:
        return (f"{session.lost:,} threads swallowed every attempt to end them and were left parked.",)
    return ()


def _mismatches(token: _token.Token, reference: Reference) -> list[str]:
    notes = []
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if token.python != python:
        notes.append(f"This token was made by Python {token.python}, and this is {python}: schedules differ between them.")
    if token.source != reference.digest():
        notes.append(f"{reference.text} has changed since this token was made.")
    return notes


def _first_difference(one: Sequence[tuple[Any, ...]], two: Sequence[tuple[Any, ...]]) -> str:
    """Where two traces part, in words; empty if they do not."""
    for position, (left, right) in enumerate(zip(one, two, strict=False), start=1):
        if left != right:
            return f"step {position} is {_words(left)} the first time and {_words(right)} the second time"
    if len(one) != len(two):
        return f"one has {len(one)} steps, the other {len(two)}"
    return ""


def _words(step: tuple[Any, ...]) -> str:
    path, *rest = step
    who = "main" if not path else "thread " + ".".join(map(str, path))
    return f"{' '.join(str(part) for part in rest if part)!r} of {who}"


def _plain(value: object) -> object:
    """`value` as an outcome key: plain data as it is, everything else by its repr."""
    if isinstance(value, PLAIN):
        return value
    if type(value) in (tuple, frozenset) and all(isinstance(part, PLAIN) or _plain(part) is part for part in value):  # type: ignore[attr-defined]
        return value
    with machine.quiet():
        try:
            return frames.without_addresses(repr(value))
        except (Exception, Stop) as error:
            return f"<{type(value).__name__}: repr failed with {type(error).__name__}>"


def _without_ours(tb: Any) -> Any:
    """The traceback from the first frame of the program on."""
    while tb is not None and (frames.is_ours(tb.tb_frame)):
        tb = tb.tb_next
    return tb


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError(f"{name} is one of {', '.join(map(repr, known))}, not {value!r}.")


def _render(result: Result) -> str:
    from .report import text

    return text.render(result)

