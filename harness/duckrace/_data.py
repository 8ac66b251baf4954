"""The values that everything hands around: plain, frozen, importing nothing.

What a run says lives here; who finds it out (kernel, search), why it hangs (hangs) and how it looks
(report) must not be known.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Kind(enum.StrEnum):
    """What can be said of a program.  Never merged: a limit is not a pass, a hang is not an exception."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    DEADLOCK = "DEADLOCK"
    ORPHANED_WAIT = "ORPHANED_WAIT"
    LOST_WAKEUP = "LOST_WAKEUP"
    LIVELOCK = "LIVELOCK"
    NONDETERMINISM = "NONDETERMINISM"
    UNCONTROLLED = "UNCONTROLLED"
    BUDGET = "BUDGET"
    SKIPPED = "SKIPPED"  # of a row of `check`: the channel claims nothing of what it looks at

    @property
    def exit_status(self) -> int:
        """0 passed (or nothing was asked), 1 the program is wrong, 3 nothing can be said."""
        if self in (Kind.PASSED, Kind.SKIPPED):
            return 0
        return 3 if self in (Kind.NONDETERMINISM, Kind.UNCONTROLLED, Kind.BUDGET) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A kind and what it speaks of: ``PASSED(sampled 1000)``, ``FAILED(exception)``."""

    kind: Kind
    detail: str = ""

    @property
    def passed(self) -> bool:
        return self.kind is Kind.PASSED

    @property
    def exit_status(self) -> int:
        return self.kind.exit_status

    def __str__(self) -> str:
        return f"{self.kind}({self.detail})" if self.detail else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of an execution."""

    step: int  # from 1
    thread: str  # its name in the program
    path: tuple[int, ...]  # its identity in every execution: () = main, (2,) = the second it started
    operation: str  # what the machine saw: ``acquire lock#1``
    call: str  # the call by which the scenario got there: ``send(0)``
    where: str  # ``file:line``
    choices: int  # how many threads could have made this step
    switch: str = ""  # why the thread of the step before was left: ``waits for lock#1``; empty if it was not
    preempts: bool = False  # because of nothing: it could have gone on
    matters: bool = True  # what failed may depend on it
    inside: str = ""  # ``file:line`` in the code under test, where the call led to another file than `where`

    def same_step(self, other: Event) -> bool:
        return (self.path, self.operation) == (other.path, other.operation)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadState:
    """A thread when an execution ended."""

    name: str
    path: tuple[int, ...]
    state: str  # ``ended``, ``runnable``, ``blocked``, ``timed wait``
    waits_for: str  # ``join Thread-1``, ``acquire lock#1, held by B``; empty unless it waits
    where: str  # ``file:line in function`` of the scenario
    stack: tuple[str, ...]  # innermost first, our own frames and the interpreter's left out
    daemon: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way in which a program is wrong, with the schedule that shows it."""

    kind: Kind
    message: str  # one sentence
    schedule: str  # the token to replay it
    threads: tuple[ThreadState, ...] = ()
    events: tuple[Event, ...] = ()
    explanation: str = ""  # what it means and what to do
    traceback: str = ""
    output: str = ""  # what the failing execution printed
    strategy: str = ""  # which strategy found it
    execution: int = 0  # in which execution it was found, from 1
    minimized: bool = False  # the schedule was reduced until no single step less fails
    preemptions: int = 0  # switches away from a thread that could have gone on
    switches: int = 0  # all others: those that a wait or an end forces
    granularity: str = ""  # the weakest at which it was had; empty: no weaker one was tried
    weaker: tuple[tuple[str, str], ...] = ()  # those at which it was not: ``excluded``, or in how many executions

    def timeline(self) -> str:
        """The steps as text, one line each: thread, call, place.  Steps that share a call share a line."""
        rows: list[tuple[str, str, str]] = []
        last: tuple[tuple[int, ...], str, str] | None = None
        for event in self.events:
            key = (event.path, event.call, event.where)
            if key != last:
                rows.append((event.thread, event.call, event.where))
            last = key
        wide = max((len(row[0]) for row in rows), default=0)
        deep = min(max((len(row[1]) for row in rows), default=0), 44)
        return "\n".join(f"{thread:<{wide}}  {call:<{deep}}  {where}".rstrip() for thread, call, where in rows)

    def group(self) -> tuple[object, ...]:
        """Two failures of one group have the same kind and cause."""
        return (self.kind, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an exploration found, and what it covered."""

    scenario: str
    verdict: Verdict
    executions: int
    outcomes: Mapping[object, int] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    failed: int = 0  # failing executions
    traces: int | None = None  # distinct happens-before classes; None: not counted
    exhaustive: bool = False
    strategy: str = ""
    granularity: str = "sync"
    timeouts: str = "idle"
    gc: str = "between"
    seed: int = 0
    steps: int = 0  # of all executions
    seconds: float = 0.0  # wall-clock
    threads: int = 0  # the most that one execution had, main included
    lost: int = 0  # threads that swallowed every attempt to end them
    notes: tuple[str, ...] = ()
    render: Callable[[Result], str] | None = field(default=None, compare=False, repr=False)

    @property
    def failure(self) -> Failure | None:
        """The failure that names the verdict, else the first one."""
        return self.failures[0] if self.failures else None

    @property
    def passed(self) -> bool:
        return self.verdict.passed

    def raise_for_failure(self) -> None:
        """Raise CheckFailed, with the report as its message, unless the verdict is a pass."""
        if not self.passed:
            from ._errors import CheckFailed

            raise CheckFailed(self.render(self) if self.render is not None else str(self.verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A numbered statement of the channel contract, and what came out for a channel."""

    number: int
    text: str
    outcome: str  # ``passed``, ``failed``, ``skipped``
    note: str = ""  # what failed, or why it was skipped: ``clone (not claimed)``


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of ``duckrace check``: what was checked, how much of it was explored, what came out."""

    name: str  # ``delivery``
    verdict: Verdict
    covered: str = ""  # ``12 programs, 2,400 executions sampled``
    executions: int = 0
    seconds: float = 0.0
    failure: Failure | None = None
    program: str = ""  # the program that failed, in words
    skipped: tuple[str, ...] = ()  # what was not checked, and why: ``rendezvous (not claimed)``
    statements: tuple[Statement, ...] = ()  # of the contract: all that the row looked at, or those that reject

    @property
    def accepted(self) -> bool:
        """It passed, or there was nothing to ask of this channel."""
        return self.verdict.kind in (Kind.PASSED, Kind.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What ``duckrace check`` found about one channel."""

    channel: str
    rows: tuple[Row, ...]
    profile: str = "default"
    seed: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    cut: str = ""  # why it ended early: ``interrupted``, ``the deadline of 5 s``
    render: Callable[[CheckReport], str] | None = field(default=None, compare=False, repr=False)

    @property
    def verdict(self) -> Verdict:
        """The worst row: a fault beats what is inconclusive, which beats a pass. A skipped row says nothing."""
        rank = {0: 0, 3: 1, 1: 2}
        asked = (row.verdict for row in self.rows if row.verdict.kind is not Kind.SKIPPED)
        return max(asked, key=lambda v: rank[v.exit_status], default=NOTHING_CHECKED)

    @property
    def passed(self) -> bool:
        return self.verdict.passed

    def raise_for_failure(self) -> None:
        """Raise CheckFailed, with the report as its message, unless the verdict is a pass."""
        if not self.passed:
            from ._errors import CheckFailed

            raise CheckFailed(self.render(self) if self.render is not None else str(self.verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What ``duckrace verify`` did with one kind of channel."""

    channel: str  # how it is made: ``sync_channel(1)``
    programs: int  # of the size that was asked for, up to symmetry
    done: int  # of which so many have exactly the outcomes of the model
    executions: int
    traces: int  # distinct happens-before classes
    outcomes: int  # of the programs that are done, added up
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What ``duckrace verify`` has shown of one channel: which programs, how exhaustively, on what."""

    channel: str
    verdict: Verdict
    size: Mapping[str, int]  # at most so many ``threads``, ``operations`` of each, ``calls`` in all
    parts: tuple[Part, ...]
    failure: Failure | None = None
    program: str = ""  # the program that differs
    statements: tuple[Statement, ...] = ()  # of the contract, that it breaks
    skipped: tuple[str, ...] = ()  # ``rendezvous (not claimed)``
    versions: Mapping[str, str] = field(default_factory=dict)  # ``python``, ``duckrace``
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """``channel``, ``model``, ``duckrace``: the SHA-256 of each file, by module."""
    granularity: str = "sync"
    strategy: str = "dpor"
    seconds: float = 0.0
    render: Callable[[Certificate], str] | None = field(default=None, compare=False, repr=False)

    @property
    def programs(self) -> int:
        return sum(part.programs for part in self.parts)

    @property
    def done(self) -> int:
        """Programs whose outcomes are exactly those of the model."""
        return sum(part.done for part in self.parts)

    @property
    def passed(self) -> bool:
        return self.verdict.passed

    def raise_for_failure(self) -> None:
        """Raise CheckFailed, with the report as its message, unless the verdict is a pass."""
        if not self.passed:
            from ._errors import CheckFailed

            raise CheckFailed(self.render(self) if self.render is not None else str(self.verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What real threads ran on."""

    python: str  # ``CPython 3.13.0``
    free_threaded: bool  # a build without the GIL: ``Py_GIL_DISABLED``
    gil: bool  # whether it was enabled all the same: ``sys._is_gil_enabled()``
    cores: int  # that this process may use


@dataclass(frozen=True, slots=True, kw_only=True)
class StressReport:
    """What ``duckrace stress`` saw on real threads. A pass is of samples that nobody chose: it claims nothing else."""

    subject: str
    kind: str  # ``channel``, ``scenario``, ``history``: one that was judged again
    verdict: Verdict
    host: Host
    operations: int = 0  # calls on the channel
    executions: int = 0  # of the scenario, or of programs with the channel
    histories: int = 0  # that were decided
    undecided: int = 0  # that nobody could decide: never a pass
    specification: str = ""  # the order that was asked of a channel's messages
    covered: Mapping[str, int] = field(default_factory=dict)  # histories by channel: ``sync_channel(1)``
    outcomes: Mapping[object, int] = field(default_factory=dict)  # of a scenario
    failure: Failure | None = None  # the first one, which ends the run
    history: bytes = b""  # of the failure: JSON, which ``duckrace stress --judge`` judges again
    saved: str = ""  # the file that it was written to
    threads: int = 0
    seed: int = 0
    switch_interval: float = 0.0  # seconds
    seconds: float = 0.0  # of the whole run
    working: float = 0.0  # of these, with threads at work: what is left was for judging
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    render: Callable[[StressReport], str] | None = field(default=None, compare=False, repr=False)

    @property
    def rate(self) -> float:
        """Operations (of a scenario: executions) per second, while threads were at work."""
        count = self.executions if self.kind == "scenario" else self.operations
        return count / self.working if self.working else 0.0

    @property
    def passed(self) -> bool:
        return self.verdict.passed

    def raise_for_failure(self) -> None:
        """Raise CheckFailed, with the report as its message, unless the verdict is a pass."""
        if not self.passed:
            from ._errors import CheckFailed

            raise CheckFailed(self.render(self) if self.render is not None else str(self.verdict))


NOTHING_CHECKED = Verdict(kind=Kind.BUDGET, detail="nothing was checked")
