"""A row that explores a list of programs, and ends at the first one that fails.

A program must end, or it must hang, in every execution. One that must hang raises an AssertionError where it would go
on, so either way a failure has a schedule that replays it. It knows explorations; it must not know what a program does.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from duckrace._data import Failure, Kind, Result, Row, Statement, Verdict
from duckrace._scenario import Reference, resolve
from duckrace._words import many, some
from duckrace.kernel import machine
from duckrace.plugins._load import Subject

from ._broken import cited
from ._explorer import Explorer
from ._run import Run

PROGRAMS: Final = "duckrace.checks.programs"
HANGS: Final = frozenset({Kind.DEADLOCK, Kind.ORPHANED_WAIT, Kind.LOST_WAKEUP, Kind.LIVELOCK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of a row: a function of the world, called with the plug-in and `arguments`."""

    words: str  # what it does, as the title of a failure
    function: str  # ``delivery::fan_in``
    arguments: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()  # capabilities
    hangs: Kind | None = None  # it must hang, and be told as this
    thread_exceptions: str = "fail"  # "ignore": a thread dies on purpose
    statements: tuple[int, ...] = ()  # of the contract, that it shows to be broken when it fails

    def reference(self, subject: Subject) -> Reference:
        found = resolve(f"{PROGRAMS}.{self.function}")
        return replace(found, arguments=(subject.reference, *self.arguments))


def flavour(capacity: int | None) -> str:
    """The capability that a channel of this capacity needs."""
    return "unbounded" if capacity is None else "bounded" if capacity else "rendezvous"


def made_by(capacity: int | None) -> str:
    """How a channel of this capacity is made, in words."""
    return "channel()" if capacity is None else f"sync_channel({capacity})"


def explored(name: str, programs: Sequence[Program], run: Run, executions: int, must_hang: int) -> Row:
    """The row `name`: each program with so many executions."""
    started = time.perf_counter()
    claimed = [program for program in programs if run.subject.claims(*program.needs)]
    skipped = not_claimed(run.subject, [need for program in programs for need in program.needs])
    done = total = 0
    verdict, failure, words = Verdict(kind=Kind.SKIPPED, detail="nothing of it is claimed"), None, ""
    broken: tuple[Statement, ...] = ()
    with Explorer(run.subject, run.seed) as explorer:
        for program in claimed:
            run.tell(name, done, len(claimed))
            result = explore(explorer, program, run, must_hang if program.hangs else executions)
            total += result.executions if result is not None else 0
            verdict = judged(program, result) if result is not None else run.out_of_budget("")
            if verdict.passed:
                done += 1
                continue
            if result is None or (verdict.kind is Kind.BUDGET and not result.failures):
                verdict = run.out_of_budget(f"{done} of {many(len(claimed), 'program')}")
            else:
                failure, words = _shown(program, result), program.words
                broken = cited(failure, program.statements) if verdict.exit_status == 1 else ()
            break
    if claimed and done == len(claimed):
        verdict = Verdict(kind=Kind.PASSED, detail=f"sampled {total:,}")
    run.tell(name, done, len(claimed))
    counted = f"{some(done, len(claimed), 'program')}, {many(total, 'execution')} sampled"
    covered = counted if claimed else "nothing of it is claimed"
    return Row(
        name=name,
        verdict=verdict,
        covered=covered,
        executions=total,
        seconds=time.perf_counter() - started,
        failure=failure,
        program=words,
        skipped=skipped,
        statements=broken,
    )


def not_claimed(subject: Subject, needs: Sequence[str]) -> tuple[str, ...]:
    """What was left out for want of a claim."""
    return tuple(f"{need} (not claimed)" for need in dict.fromkeys(needs) if not subject.claims(need))


def judged(program: Program, result: Result) -> Verdict:
    """What the exploration of a program means for the channel."""
    if program.hangs is None or not result.failures:
        if program.hangs is not None and result.passed:
            return Verdict(kind=Kind.FAILED, detail="it must hang, and ends")
        return result.verdict
    for failure in result.failures:
        if failure.kind is not program.hangs:
            if failure.kind in HANGS:
                return Verdict(
                    kind=Kind.FAILED, detail=f"the hang is a {program.hangs}, and was told as {failure.kind}"
                )
            return result.verdict
    return Verdict(kind=Kind.PASSED, detail=f"hangs, sampled {result.executions:,}")


def _shown(program: Program, result: Result) -> Failure | None:
    """The failure to show: of a program that must hang, one that is not the hang."""
    return next((failure for failure in result.failures if failure.kind is not program.hangs), result.failure)


def explore(explorer: Explorer, program: Program, run: Run, executions: int) -> Result | None:
    """Explore one program; None if there is no time for it."""
    if run.cut:
        return None
    try:
        result = explorer.explore(
            program.reference(run.subject),
            executions=executions,
            thread_exceptions=program.thread_exceptions,
            keep_going=program.hangs is not None,
            deadline=run.left(),
            corpus=run.corpus,
            expected=program.hangs,
        )
    except KeyboardInterrupt:
        run.interrupted = True
        return None
    run.interrupted |= machine.interrupted
    return result
