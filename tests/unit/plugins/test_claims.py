"""Who claims what it does not have is told the statement that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import duckrace
from duckrace.plugins import CAPABILITIES

pytestmark = pytest.mark.unmeasured

CLAIMS = Path(__file__).with_name("programs") / "claims.py"
SHOWN_BY = {
    "unbounded": 1,
    "bounded": 2,
    "rendezvous": 3,
    "drop": 31,
    "clone": 27,
    "try_send": 22,
    "timeouts": 37,
    "refcount_drop": 56,
    "guarded": 90,
    "repr": 9,
    "try_iter": 45,
    "validates": 4,
}
# `reentrant` is shown by the mutant that holds its lock; the others are claims that nothing looks at yet.
ELSEWHERE = {"reentrant", "len", "mpmc", "select"}


def test_every_capability_has_somebody_who_lies() -> None:
    assert set(SHOWN_BY) | ELSEWHERE == set(CAPABILITIES)


@pytest.mark.once
@pytest.mark.parametrize(("capability", "number"), SHOWN_BY.items())
def test_a_lie_is_shown(capability: str, number: int) -> None:
    name = "repr_" if capability == "repr" else capability
    report = duckrace.check(f"{CLAIMS}::{name}", profile="quick", rows=["contract"])
    assert report.verdict.exit_status == 1
    failed = [one.number for one in report.rows[0].statements if one.outcome == "failed"]
    assert number in failed


def test_errors_of_its_own_are_told_from_those_of_the_protocol() -> None:
    row = duckrace.check(f"{CLAIMS}::own_errors", profile="quick", rows=["contract"]).rows[0]
    note = next(one.note for one in row.statements if one.number == 32)
    assert (
        "try_recv raised queue.Empty, not TryRecvError.Empty (a channel, or its adapter, raises the errors of" in note
    )
