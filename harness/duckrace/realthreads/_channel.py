"""Rounds with a channel: draw a plan, run it on real threads or in processes, record it, judge the history.

A round is a history. Short ones are decided by the general search where the monitor cannot; long ones, of unbounded
channels, by the monitor. The first that is wrong, or hangs, ends the run.

It knows the parts of a round; it must not know how a report looks.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from duckrace._data import Failure, Kind, ThreadState, Verdict
from duckrace.histories import Judgement, ThreadLog, Violation, Wrong
from duckrace.histories._draw import lanes
from duckrace.histories.recording import CLONE, OK
from duckrace_models import RECEIVER

from ._children import ChildError, Children, one_clock
from ._crew import Crew, Stuck, Watch, switching
from ._crew import told as told_of
from ._keep import Kept, encode
from ._plan import Plan, draw
from ._rules import Rules, judged
from ._work import drop, receive, send

SHORT_ROUNDS: Final = 20
"""Short histories for one long one."""
WIDTH: Final = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The channel, as this process has it."""

    plugin: Any
    name: str
    claims: frozenset[str]
    rules: Rules
    processes: Rules | None = None
    """What is asked of it among processes; None: its handles cannot be handed to any."""

    @property
    def capacities(self) -> list[int | None]:
        kinds: list[tuple[str, list[int | None]]] = [
            ("unbounded", [None]), ("bounded", [1, 2]), ("rendezvous", [0]),
        ]  # fmt: skip
        return [capacity for kind, capacities in kinds if kind in self.claims for capacity in capacities]

    def make(self, capacity: int | None) -> tuple[Any, Any]:
        pair: tuple[Any, Any] = self.plugin.channel() if capacity is None else self.plugin.sync_channel(capacity)
        return pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How rounds are run."""

    threads: int
    operations: int
    seed: int
    interval: float
    hang: float
    refcount: bool
    watch: Watch


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came out so far."""

    histories: int = 0
    undecided: int = 0
    rounds: int = 0
    operations: int = 0
    working: float = 0.0
    covered: Counter[str] = field(default_factory=Counter)
    why: str = ""
    """Of the first history that was not decided."""
    verdict: Verdict | None = None
    """Of what ended the run."""
    failure: Failure | None = None
    history: bytes = b""


def named(capacity: int | None) -> str:
    return "channel()" if capacity is None else f"sync_channel({capacity})"


def rounds(target: Target, setting: Setting, *, processes: bool) -> Iterator[tuple[Plan, Rules]]:
    """Plans without end: all kinds of channels by turns, now and then a long one, and one in processes at first."""
    for number in count():
        for capacity in target.capacities:
            seed = f"{setting.seed} {number} {capacity}"
            across = target.processes if processes and capacity is None else None
            if across is not None and number % (20 * SHORT_ROUNDS) == 0:
                plan = draw(
                    target.claims, capacity, seed=seed, threads=setting.threads, operations=setting.operations,
                    refcount=False, empty_is_exact=across.empty == "exact", processes=True,
                )  # fmt: skip
                yield plan, across
            long = capacity is None and number % SHORT_ROUNDS == 0
            plan = draw(
                target.claims, capacity, seed=seed, threads=setting.threads,
                operations=setting.operations if long else None,
                refcount=setting.refcount, empty_is_exact=target.rules.empty == "exact",
            )  # fmt: skip
            yield plan, target.rules


def run(target: Target, plan: Plan, rules: Rules, setting: Setting, tally: Tally, halt: list[object]) -> None:
    """One round, added to the tally; `halt` not empty: let it end soon."""
    log = ThreadLog("clock" if plan.processes else None)
    setting.watch.alive()
    with switching(setting.interval):
        runner = _in_processes if plan.processes else _on_threads
        stuck, errors, begun = runner(target, plan, setting, log, halt)
        tally.working += time.perf_counter() - begun
    setting.watch.over()  # to judge takes its time, too
    tally.rounds += 1
    where = f"{named(plan.capacity)}{' in processes' if plan.processes else ''}"
    tally.covered[where] += 1
    if stuck is not None:
        log.suspended(stuck.names)
    tally.operations += sum(len(buffer) for buffer in log.buffers()) // 2
    senders = ["tx0"]  # all others are clones, and recorded
    if errors:
        name, error = errors[0]
        verdict, failure = _raised(name, error, where, tally.rounds, stuck)
    else:
        judgement = judged(log, plan.capacity, rules, senders=senders)
        if judgement.kind == "unknown":
            tally.undecided += 1
            tally.why = tally.why or judgement.why
        else:
            tally.histories += 1
        if stuck is not None:
            verdict, failure = _hangs(judgement, stuck, where, tally.rounds, setting.hang)
        elif judgement.violation is not None:
            verdict, failure = told(judgement, where, tally.rounds)
        else:
            return
    tally.verdict, tally.failure = verdict, failure
    tally.history = encode(
        Kept(
            channel=target.name, capacity=plan.capacity, order=rules.order, empty=rules.empty, full=rules.full,
            senders=senders, says=failure.message,
        ),
        log,
    )  # fmt: skip


def _on_threads(
    target: Target, plan: Plan, setting: Setting, log: ThreadLog, halt: list[object]
) -> tuple[Stuck | None, list[tuple[str, BaseException]], float]:
    lock = threading.Lock()

    def sender(name: str) -> int:
        with lock:
            return log.sender(name)

    mine = log.thread("main")
    first = [target.make(plan.capacity)]
    tx, rx = first.pop()
    handle, receiver = sender("tx0"), log.receiver(RECEIVER)
    boxes: list[tuple[list[Any], int]] = []
    for number in range(1, len(plan.senders) + bool(plan.main_drops)):
        made = sender(f"tx{number}")
        mine.call(CLONE, handle, made)
        boxes.append(([tx.clone()], made))
        mine.ret(OK)
    last = [tx]
    del tx
    if not plan.main_drops:
        boxes.append((last, handle))
    ended: list[object] = []
    work: dict[str, Callable[[], None]] = {}

    def sending(number: int, box: list[Any], handle: int) -> Callable[[], None]:
        part = plan.senders[number]
        buffer = log.thread(part.name)

        def function() -> None:
            send(part, box, handle, buffer, sender, halt)
            ended.append(part.name)

        return function

    receives = log.thread(plan.receiver.name)
    got = [rx]
    del rx
    work[plan.receiver.name] = lambda: receive(plan, got, receiver, receives, ended)
    for number, (box, made) in enumerate(boxes):
        work[plan.senders[number].name] = sending(number, box, made)
    crew = Crew(work)
    crew.start()
    if plan.main_drops:
        drop(plan.main_drops, last, handle, mine)
        ended.append("main")

    def progress() -> int:
        return sum(map(len, log.buffers()))

    try:
        stuck = crew.wait(progress, setting.hang, setting.watch)
    except KeyboardInterrupt:
        halt.append("interrupted")
        stuck = crew.wait(progress, setting.hang, setting.watch)
    return stuck, crew.errors, crew.begun


def _in_processes(
    target: Target, plan: Plan, setting: Setting, log: ThreadLog, halt: list[object]
) -> tuple[Stuck | None, list[tuple[str, BaseException]], float]:
    one_clock()
    setting.watch.over()  # until all have started: they cannot keep this process from running
    tx, rx = target.make(plan.capacity)
    handles = [(plan.receiver, [rx], log.receiver(RECEIVER))]
    mine = log.thread("main")
    first = log.sender("tx0")
    for part in plan.senders[1:]:
        made = log.sender(f"tx{part.number}")
        mine.call(CLONE, first, made)
        handles.append((part, [tx.clone()], made))
        mine.ret(OK)
    handles.append((plan.senders[0], [tx], first))
    children = Children(plan, handles, log, setting.interval)
    children.start()
    try:
        stuck = children.wait(setting.hang, setting.watch)
    except KeyboardInterrupt:
        halt.append("interrupted")
        raise
    return stuck, children.errors, children.begun


# -- what is found ------------------------------------------------------------------------------------------------


def told(
    judgement: Judgement, where: str, number: int, threads: tuple[ThreadState, ...] = ()
) -> tuple[Verdict, Failure]:
    """A history that no order explains."""
    violation = judgement.violation
    assert violation is not None
    lost = violation.kind in (Wrong.LOST_WAKEUP, Wrong.NEVER_WAITS)
    verdict = Verdict(kind=Kind.LOST_WAKEUP) if lost else Verdict(kind=Kind.FAILED, detail="not linearizable")
    message = violation.explanation.partition("\n")[0].rstrip(".")
    failure = Failure(
        kind=verdict.kind,
        message=f"{where}: {message}",
        explanation=_drawn(violation),
        schedule="",
        threads=threads,
        execution=number,
        strategy="stress",
    )
    return verdict, failure


def _drawn(violation: Violation) -> str:
    """The operations that show it, one lane for each thread."""
    rest = violation.explanation.partition("\n")[2]
    return rest.strip("\n") if rest else lanes(violation.operations, width=WIDTH)


def _hangs(judgement: Judgement, stuck: Stuck, where: str, number: int, hang: float) -> tuple[Verdict, Failure]:
    """Threads that do not end. The programs end on any right channel: a fault, unless somebody still works."""
    who = ", ".join(stuck.names)
    if judgement.violation is not None:
        verdict, failure = told(judgement, where, number, stuck.threads)
        if not stuck.busy or verdict.kind is Kind.FAILED:
            return verdict, failure
    kind = Kind.BUDGET if stuck.busy else Kind.DEADLOCK
    how = "and still uses the processor: it is slow, or it spins" if stuck.busy else "and waits"
    message = f"{where}: no call returned for {hang:g} s, {who} has not ended {how}"
    detail = f"no end after {hang:g} s" if stuck.busy else ""
    failure = Failure(
        kind=kind, message=message, schedule="", threads=stuck.threads, execution=number, strategy="stress",
        explanation=_unfinished(judgement),
    )  # fmt: skip
    return Verdict(kind=kind, detail=detail), failure


def _unfinished(judgement: Judgement) -> str:
    if judgement.kind == "linearizable":
        return "What was seen until then is explained by one order, in which the calls that wait may wait."
    if judgement.violation is not None:
        return f"If it goes on for ever, it is a fault: {judgement.violation.explanation.partition(chr(10))[0]}."
    return f"What was seen until then is not decided: {judgement.why}."


def _raised(name: str, error: BaseException, where: str, number: int, stuck: Stuck | None) -> tuple[Verdict, Failure]:
    """An exception that is no answer of the call."""
    if isinstance(error, ChildError):
        lines = str(error).strip().splitlines()
        said, text = lines[-1], str(error)
    else:
        said, text = told_of(error)
    verdict = Verdict(kind=Kind.FAILED, detail="exception")
    failure = Failure(
        kind=Kind.FAILED, message=f"{where}: {said} in {name}", schedule="", traceback=text, execution=number,
        strategy="stress", threads=stuck.threads if stuck is not None else (),
    )  # fmt: skip
    return verdict, failure
