"""Every mistake is found, by the row that is there for it; what is right is accepted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duckrace import Kind, replay
from duckrace._data import Row
from duckrace.checks import ROWS
from duckrace.checks._profile import ALWAYS

pytestmark = pytest.mark.unmeasured

HANGS = {Kind.DEADLOCK, Kind.LOST_WAKEUP, Kind.ORPHANED_WAIT}

# The rows that reject each mistake; the first one is tried on every run, all of them by `tox run -e exhaustive`.
REJECTED_BY = {
    "lost_notify": "delivery conformance closure hangs outcomes blocked transitions",
    "notify_one": "closure conformance outcomes transitions",
    "senders_sleep_on": "hangs conformance closure outcomes transitions",
    "clone_not_counted": "closure conformance delivery hangs outcomes linearizable transitions",
    "drop_counted_twice": "closure contract transitions",
    "times_out_early": "contract conformance transitions",
    "newest_first": "delivery conformance closure outcomes linearizable transitions traces",
    "overtaken": "delivery",
    "duplicate": "delivery conformance outcomes blocked linearizable transitions traces",
    "loss": "delivery conformance",
    "closed_hides_messages": "delivery closure outcomes linearizable transitions traces",
    "one_too_many": "delivery conformance hangs outcomes linearizable transitions",
    "does_not_look_again": "delivery conformance linearizable",
    "full_hides_closed": "closure conformance outcomes transitions",
    "returns_early": "hangs conformance delivery outcomes linearizable transitions traces",
    "leaves_its_message": "contract conformance transitions",
    "last_come_first_served": "contract conformance transitions",
    "restarts_its_time": "contract",
    "keeps_the_last": "contract",
    "holds_its_lock": "contract",
    "full_too_soon": "conformance",
    "silent_in_trouble": "closure",
    "the_second_sleeps": "hangs",
    "reordered_in_a_crowd": "linearizable delivery",
    "reordered_in_a_long_crowd": "delivery",
    "empty_in_a_crowd": "linearizable",
    "sleeps_on_in_a_crowd": "blocked",
    "looks_twice": "outcomes",
    "sleeps_on_with_a_limit": "transitions",
}
# How much a row has to explore to find its mistakes. Which programs Hypothesis draws from a seed is its own business:
# enough of them, so that it does not matter.
ENOUGH = {
    "conformance": "default",
    "linearizable": "default",
    "blocked": "default",
    "outcomes": "thorough",
    "transitions": "default",
    "traces": "default",
}
# For each row a mistake that no other row of the default profile finds: without the row, it would be accepted. Row
# `traces` is another judge of what `linearizable` and `blocked` judge: what it alone finds is a mistake in a model
# (test_traces.py).
ONLY = {
    "contract": "restarts_its_time",
    "conformance": "full_too_soon",
    "delivery": "reordered_in_a_long_crowd",
    "closure": "silent_in_trouble",
    "hangs": "the_second_sleeps",
    "linearizable": "empty_in_a_crowd",
    "blocked": "sleeps_on_in_a_crowd",
    "outcomes": "looks_twice",
    "transitions": "sleeps_on_with_a_limit",
}


def pairs() -> list[object]:
    """Each mistake with each row that rejects it."""
    return [
        pytest.param(name, where, marks=() if first == 0 else pytest.mark.exhaustive)
        for name, rows in REJECTED_BY.items()
        for first, where in enumerate(rows.split())
    ]


@pytest.mark.once
@pytest.mark.parametrize(("name", "where"), pairs())
def test_a_mistake_is_rejected(name: str, where: str, found: Callable[..., Row], mutant: Callable[[str], str]) -> None:
    one = found(where, mutant(name), profile=ENOUGH.get(where, "quick"))
    assert one.verdict.kind is Kind.FAILED or one.verdict.kind in HANGS, one
    assert one.failure is not None
    assert one.program
    assert [each for each in one.statements if each.outcome == "failed"], "no statement of the contract is named"
    if one.verdict.detail == "missing outcome":  # no execution shows what never happens
        assert not one.failure.schedule
        return
    again = replay(one.failure.schedule)
    assert again.failure is not None
    assert again.failure.kind is one.failure.kind
    assert one.failure.message in again.failure.message


def test_every_row_has_a_mistake_that_only_it_finds() -> None:
    assert set(ONLY) == set(ROWS) - {"traces"}
    assert all(REJECTED_BY[name] == where for where, name in ONLY.items())


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "where"),
    [
        pytest.param(name, where, marks=() if profile == "quick" else pytest.mark.exhaustive, id=f"{name}-{where}")
        for profile in ("quick", "default")
        for only, name in ONLY.items()
        for where in (ONLY if profile == "quick" else ALWAYS)
        if where != only
    ],
)
def test_no_other_row_finds_it(
    name: str, where: str, row: Callable[..., Row], mutant: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    profile = "default" if request.node.get_closest_marker("exhaustive") else "quick"
    assert row(where, mutant(name), profile=profile).verdict.passed


@pytest.mark.parametrize(
    "where", [pytest.param(where, marks=pytest.mark.tlc if where == "traces" else ()) for where in ROWS]
)
def test_the_same_without_a_mistake_is_accepted(
    where: str, row: Callable[..., Row], mutant: Callable[[str], str]
) -> None:
    assert row(where, mutant("right")).verdict.passed


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("where", ["conformance", "delivery", "closure", "hangs", "linearizable", "blocked"])
def test_a_channel_of_somebody_else_is_accepted(
    where: str, seed: int, row: Callable[..., Row], broken: Callable[[str], str]
) -> None:
    found = row(where, broken("sound"), seed=seed)
    assert found.verdict.passed
    assert "rendezvous (not claimed)" in found.skipped


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("lost_wakeup", "conformance"),
        ("lost_message", "delivery"),
        ("early_close", "closure"),
        ("stolen_slot", "delivery"),
        ("newest_first", "delivery"),
    ],
)
def test_the_broken_examples_are_rejected(
    name: str, where: str, row: Callable[..., Row], broken: Callable[[str], str]
) -> None:
    assert row(where, broken(name), profile="default").verdict.exit_status == 1


def test_a_lost_wake_up_is_a_hang_that_names_who_waits(row: Callable[..., Row], broken: Callable[[str], str]) -> None:
    found = row("hangs", broken("lost_wakeup"))
    assert found.verdict.kind is Kind.DEADLOCK
    assert found.failure is not None
    assert "MainThread waits for a notify" in found.failure.message
    assert found.failure.threads[0].state == "blocked"


def test_with_a_provider_it_is_told_as_a_lost_wake_up(row: Callable[..., Row], mutant: Callable[[str], str]) -> None:
    assert row("hangs", mutant("lost_notify")).verdict.kind is Kind.LOST_WAKEUP


def test_the_shortest_program_is_told_in_words(row: Callable[..., Row], mutant: Callable[[str], str]) -> None:
    found = row("conformance", mutant("lost_notify"), profile="default")
    first, second, third = (" ".join(line.split()) for line in found.program.splitlines())
    assert first == "tx, rx = channel()"
    assert second == "1 rx.recv() blocks"
    assert third in ("2 tx.drop() returns", "2 del tx returns")
    assert found.failure is not None
    assert found.failure.message == "call 1, rx.recv(), must raise RecvError, but blocks"
    assert found.verdict.detail == "model mismatch"
