"""Row ``contract``: the numbered statements of the channel contract, one after another.

Every statement that can be observed has a case (``programs/contract``); one that the channel does not claim is skipped,
one without a case says why (``_statements``). A statement that fails does not stop the others: the row says of each one
what came out, and tells the first failure in full.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from duckrace._data import Failure, Kind, Row, Statement, Verdict
from duckrace._words import many
from duckrace.plugins._load import Subject

from ._explorer import Explorer
from ._run import Run
from ._statements import STATEMENTS, UNOBSERVED
from ._suite import PROGRAMS, Program, explore, flavour, made_by, not_claimed

NAME: Final = "contract"
FILES: Final = ("making", "ordering", "sending", "receiving", "dropping", "errors", "python_port", "moments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A case on one channel, and what came out."""

    program: Program
    verdict: Verdict
    failure: Failure | None = None


def programs() -> Iterator[Program]:
    """Every case with every channel that it is for, claimed or not."""
    from .programs.contract._case import cases_of

    for file in FILES:
        for name, words, case in cases_of(import_module(f"{PROGRAMS}.contract.{file}")):
            for capacity in case.on:
                yield Program(
                    words=words if words.startswith(made_by(capacity)) else f"{made_by(capacity)}: {words}",
                    function=f"contract.{file}::{name}",
                    arguments=(capacity,),
                    needs=(flavour(capacity), *case.needs),
                    thread_exceptions=case.thread_exceptions,
                    statements=case.numbers,
                )


def check(run: Run) -> Row:
    """Run every case that the channel claims."""
    started = time.perf_counter()
    everything = list(programs())
    claimed = [program for program in everything if run.subject.claims(*program.needs)]
    trials: list[Trial] = []
    total = 0
    with Explorer(run.subject, run.seed) as explorer:
        for done, program in enumerate(claimed):
            run.tell(NAME, done, len(claimed))
            result = explore(explorer, program, run, run.profile.contract)
            if result is None:
                break
            total += result.executions
            trials.append(Trial(program=program, verdict=result.verdict, failure=result.failure))
            if run.cut or result.verdict.kind is Kind.UNCONTROLLED:
                break  # it would stand still in every other case, too
    run.tell(NAME, len(trials), len(claimed))
    statements = tuple(_statements(run.subject, everything, trials))
    worst = _worst(trials)
    return Row(
        name=NAME,
        verdict=_verdict(run, claimed, trials, worst, total),
        covered=f"{_counted(statements)}, {many(total, 'execution')}",
        executions=total,
        seconds=time.perf_counter() - started,
        failure=worst.failure if worst is not None else None,
        program=worst.program.words if worst is not None else "",
        skipped=not_claimed(run.subject, [need for program in everything for need in program.needs]),
        statements=statements,
    )


def _worst(trials: list[Trial]) -> Trial | None:
    """The failure to tell: the first fault, else the first that says nothing."""
    failed = [trial for trial in trials if not trial.verdict.passed]
    return min(failed, key=lambda trial: trial.verdict.exit_status, default=None)


def _verdict(run: Run, claimed: list[Program], trials: list[Trial], worst: Trial | None, total: int) -> Verdict:
    if worst is not None and worst.failure is not None:
        numbers = ", ".join(map(str, worst.program.statements))
        return Verdict(kind=worst.verdict.kind, detail=f"contract {numbers}")
    if worst is not None or len(trials) < len(claimed):
        return run.out_of_budget(f"{len(trials)} of {len(claimed)} cases") if run.cut else worst_kind(worst)
    if not claimed:
        return Verdict(kind=Kind.SKIPPED, detail="nothing of it is claimed")
    return Verdict(kind=Kind.PASSED, detail=f"sampled {total:,}")


def worst_kind(worst: Trial | None) -> Verdict:
    """What a case said that has no failure to show."""
    return worst.verdict if worst is not None else Verdict(kind=Kind.BUDGET)


def _statements(subject: Subject, everything: list[Program], trials: list[Trial]) -> Iterator[Statement]:
    for number, text in STATEMENTS.items():
        mine = [program for program in everything if number in program.statements]
        tried = [trial for trial in trials if number in trial.program.statements]
        failed = next((trial for trial in tried if not trial.verdict.passed), None)
        if failed is not None:
            said = failed.failure.message if failed.failure is not None else str(failed.verdict)
            outcome, note = "failed", f"{failed.program.words}: {said}"
        elif not mine:
            outcome, note = "skipped", UNOBSERVED[number]
        elif not any(subject.claims(*program.needs) for program in mine):
            outcome, note = "skipped", f"{' and '.join(_missing(subject, mine))} (not claimed)"
        elif len(tried) < sum(subject.claims(*program.needs) for program in mine):
            outcome, note = "skipped", "not tried: the row has ended before"
        else:
            outcome, note = "passed", ""
        yield Statement(number=number, text=text, outcome=outcome, note=note)


def _missing(subject: Subject, programs: list[Program]) -> list[str]:
    """What the channel would have to claim, by the case that asks for the least."""
    return min(([need for need in program.needs if not subject.claims(need)] for program in programs), key=len)


def _counted(statements: tuple[Statement, ...]) -> str:
    """``61 statements, 4 failed, 2 skipped``; those that nobody can observe are not counted."""
    passed = sum(one.outcome == "passed" for one in statements)
    failed = sum(one.outcome == "failed" for one in statements)
    unseen = sum(one.outcome == "skipped" and one.number in UNOBSERVED for one in statements)
    skipped = len(statements) - passed - failed - unseen
    parts = [many(passed, "statement")]
    parts += [f"{failed} failed"] * bool(failed) + [f"{skipped} skipped"] * bool(skipped)
    return ", ".join(parts)
