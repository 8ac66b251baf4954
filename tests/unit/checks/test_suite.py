"""What an exploration of one program means for its row."""

from __future__ import annotations

from duckrace import Failure, Kind, Result, Verdict
from duckrace.checks._suite import Program, judged

ENDS = Program(words="ends", function="hangs::ping_pong")
HANGS = Program(words="hangs", function="hangs::full", hangs=Kind.DEADLOCK)


def result(kind: Kind, *failures: Kind, detail: str = "") -> Result:
    return Result(
        scenario="x::y",
        verdict=Verdict(kind=kind, detail=detail),
        executions=3,
        failures=tuple(Failure(kind=failure, message="m", schedule="s") for failure in failures),
    )


def test_a_program_that_must_end_is_judged_as_it_is() -> None:
    assert judged(ENDS, result(Kind.PASSED)).passed
    assert judged(ENDS, result(Kind.DEADLOCK, Kind.DEADLOCK)).kind is Kind.DEADLOCK


def test_a_program_that_must_hang_passes_by_hanging() -> None:
    assert judged(HANGS, result(Kind.DEADLOCK, Kind.DEADLOCK)).passed


def test_a_program_that_must_hang_and_goes_on_fails() -> None:
    assert judged(HANGS, result(Kind.FAILED, Kind.DEADLOCK, Kind.FAILED)).kind is Kind.FAILED
    assert judged(HANGS, result(Kind.PASSED)).kind is Kind.FAILED


def test_a_hang_told_for_another_one_fails() -> None:
    verdict = judged(HANGS, result(Kind.LOST_WAKEUP, Kind.LOST_WAKEUP))
    assert verdict.kind is Kind.FAILED
    assert verdict.detail == "the hang is a DEADLOCK, and was told as LOST_WAKEUP"


def test_a_limit_is_neither() -> None:
    assert judged(HANGS, result(Kind.BUDGET, Kind.BUDGET)).kind is Kind.BUDGET
    assert judged(HANGS, result(Kind.BUDGET)).kind is Kind.BUDGET
    assert judged(ENDS, result(Kind.BUDGET)).kind is Kind.BUDGET
