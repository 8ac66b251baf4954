"""``duckrace.verify``: exactly the outcomes of the model, or the program that differs."""

from __future__ import annotations

import hashlib
import signal
import sys
from collections.abc import Callable

import pytest

import duckrace
from duckrace import Certificate, CheckFailed, Kind, UsageError, replay, verify
from duckrace.channels import _core
from duckrace.report.text import render_certificate

SMALL = {"threads": 3, "operations": 1}
DEFAULT = {"calls": 4}  # as row `outcomes` of the profile "thorough"


def adapters() -> list[object]:
    """What is right, at a size that fits into every run, and at one that does not."""
    names = ["reference", "model", "queue", "simplequeue"]
    if sys.version_info >= (3, 13):
        names.append("queue-shutdown")
    return [
        pytest.param(name, size, id=f"{name}-{label}", marks=marks)
        for label, size, marks in (("small", SMALL, ()), ("thorough", DEFAULT, pytest.mark.exhaustive))
        for name in names
    ]


@pytest.mark.unmeasured
@pytest.mark.parametrize(("name", "size"), adapters())
def test_what_is_right_is_accepted(name: str, size: dict[str, int]) -> None:
    found = verify(name, **size)  # type: ignore[arg-type]
    assert str(found.verdict) == "PASSED(exhaustive)", found
    assert found.done == found.programs > 0
    for part in found.parts:
        assert part.done == part.programs
        assert part.executions == part.traces >= part.outcomes >= part.programs
    assert found.failure is None
    found.raise_for_failure()


def test_a_channel_of_somebody_else_is_accepted(broken: Callable[[str], str]) -> None:
    found = verify(broken("sound"), threads=2, operations=1)
    assert found.passed
    assert [part.channel for part in found.parts] == ["channel()", "sync_channel(1)"]
    assert found.skipped == ("rendezvous (not claimed)",)


def test_the_certificate_says_on_what_it_stands() -> None:
    plans: list[Certificate] = []
    told: list[tuple[int, int]] = []
    found = verify(threads=1, announce=plans.append, progress=lambda *seen: told.append(seen))
    [plan] = plans
    assert (plan.done, plan.programs, plan.verdict.passed) == (0, found.programs, False)
    assert told[0] == (0, found.programs)
    assert told[-1] == (found.programs, found.programs)
    assert [(part.channel, part.programs) for part in found.parts] == [
        ("channel()", 9),
        ("sync_channel(1)", 9),
        ("sync_channel(0)", 9),
    ]
    assert found.size == {"threads": 1, "operations": 2, "calls": 2}
    assert found.versions["python"].endswith(sys.version.split()[0])
    assert (found.strategy, found.granularity) == ("dpor", "sync")
    with open(_core.__file__, "rb") as source:
        right = hashlib.sha256(source.read()).hexdigest()
    assert found.sources["channel"]["duckrace.channels._core"] == right
    assert {"duckrace_models._machine", "duckrace_models.bounded"} <= set(found.sources["model"])
    assert {"duckrace.search.dpor", "duckrace.kernel.machine"} <= set(found.sources["duckrace"])
    assert not set(found.sources["channel"]) & set(found.sources["duckrace"])


def test_the_hash_is_that_of_the_channel_under_test(broken: Callable[[str], str]) -> None:
    one, other = (verify(broken("sound"), threads=1, operations=operations) for operations in (1, 2))
    assert one.sources == other.sources
    assert "broken" in one.sources["channel"]


def test_an_illegal_outcome_is_told_with_its_schedule(mutant: Callable[[str], str]) -> None:
    found = verify(mutant("newest_first"), calls=3)
    assert str(found.verdict) == "FAILED(illegal outcome)"
    assert found.failure is not None
    assert found.program.splitlines()[-1] == "thread 2: rx.recv()"
    assert found.failure.message == (
        "tx1.send(11) → Ok, tx1.send(12) → Ok | rx.recv() → Ok(12): no interleaving of these calls allows it"
    )
    assert found.failure.explanation == "Allowed is: tx1.send(11) → Ok, tx1.send(12) → Ok | rx.recv() → Ok(11)."
    assert [statement.number for statement in found.statements]
    again = replay(found.failure.schedule)
    assert again.failure is not None
    assert found.failure.message in again.failure.message
    with pytest.raises(CheckFailed, match=r"FAILED\(illegal outcome\)"):
        found.raise_for_failure()


def test_what_can_never_happen_is_told_without_one(mutant: Callable[[str], str]) -> None:
    """Everything that this channel says is right: only its silence betrays it."""
    found = verify(mutant("looks_twice"), calls=2)
    assert str(found.verdict) == "FAILED(missing outcome)"
    assert found.failure is not None
    assert found.failure.message == (
        "tx1.send(11) → Ok | rx.try_recv() → Empty: allowed, and no interleaving leads to it"
    )
    assert "Every interleaving was explored" in found.failure.explanation
    assert "What can happen: tx1.send(11) → Ok | rx.try_recv() → Ok(11)." in found.failure.explanation
    assert found.failure.schedule == ""
    assert "duckrace replay" not in render_certificate(found)


def test_a_deadline_is_no_pass() -> None:
    found = verify(deadline=0.4)
    assert found.verdict.kind is Kind.BUDGET
    assert found.verdict.exit_status == 3
    assert found.verdict.detail == f"the deadline of 0.4 s; {found.done:,} of 3,607 programs"
    assert found.done < found.programs == 3_607
    assert "this is not a pass" in render_certificate(found)


def test_ctrl_c_ends_with_what_was_covered() -> None:
    pressed: list[int] = []

    def press(done: int, total: int) -> None:
        if done == 5 and not pressed:
            pressed.append(done)
            signal.raise_signal(signal.SIGINT)

    found = verify(progress=press)
    assert str(found.verdict) == "BUDGET(interrupted; 5 of 3,607 programs)"
    assert sum(part.done for part in found.parts) == 5


def test_what_stands_still_is_no_pass(broken: Callable[[str], str]) -> None:
    found = verify(broken("lost_wakeup"), calls=2)
    assert found.verdict.exit_status == 1
    assert found.failure is not None
    assert "rx.recv() → blocks" in found.failure.message


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"threads": 0}, "threads is a whole number from 1 to 9"),
        ({"deadline": 0}, "deadline is a number of seconds above 0, not 0"),
        ({"threads": 9, "operations": 9}, "more than 100,000 programs"),
        ({"channel_under_test": "nowhere"}, "There is no channel 'nowhere'"),
    ],
)
def test_wrong_use(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        verify(**settings)  # type: ignore[arg-type]


def test_the_row_does_the_same() -> None:
    report = duckrace.check("model", profile="quick", rows=["outcomes"])
    [row] = report.rows
    assert str(row.verdict) == "PASSED(exhaustive)"
    assert row.covered.startswith("257 programs of up to 3 calls, ")
    assert row.covered.endswith(" executions, exhaustive")
