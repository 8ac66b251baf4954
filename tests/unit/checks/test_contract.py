"""The row `contract`: every statement by itself, with its number, whatever came out of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from duckrace._data import Kind, Row
from duckrace.checks._broken import cited, of_calls
from duckrace.checks._statements import STATEMENTS, UNOBSERVED
from duckrace.checks.contract import programs


def test_every_statement_has_a_case_or_a_reason() -> None:
    shown = {number for program in programs() for number in program.statements}
    assert set(STATEMENTS) == {*range(1, 69), *range(85, 96)}
    assert shown | set(UNOBSERVED) == set(STATEMENTS)
    assert not shown & set(UNOBSERVED)


def outcomes(row: Row) -> dict[int, str]:
    return {one.number: one.outcome for one in row.statements}


def test_the_reference_passes_all_that_can_be_observed(row: Callable[..., Row]) -> None:
    found = row("contract")
    assert found.verdict.passed
    assert found.skipped == ()
    assert {number for number, outcome in outcomes(found).items() if outcome != "passed"} == set(UNOBSERVED)


def test_what_is_not_claimed_is_skipped(row: Callable[..., Row], broken: Callable[[str], str]) -> None:
    found = row("contract", broken("sound"))
    assert found.verdict.passed
    assert {3: "skipped", 10: "passed", 20: "skipped", 37: "skipped", 85: "passed", 90: "skipped"}.items() <= outcomes(
        found
    ).items()
    assert "rendezvous (not claimed)" in found.skipped
    assert next(one.note for one in found.statements if one.number == 14) == "rendezvous (not claimed)"


def test_a_failure_does_not_hide_the_others(row: Callable[..., Row], mutant: Callable[[str], str]) -> None:
    found = row("contract", mutant("closed_hides_messages"))
    assert found.verdict.kind is Kind.FAILED
    assert outcomes(found)[30] == outcomes(found)[51] == "failed"
    assert outcomes(found)[10] == outcomes(found)[32] == "passed"
    note = next(one.note for one in found.statements if one.number == 30)
    assert note.startswith("channel(): what was sent before the last sender went is received")


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("call 1, rx.recv(), must raise RecvError, but blocks", [31, 47]),
        ("call 3, tx.send('a'), must block, but returns", [2, 20]),
        ("call 2, tx.try_send(1), must raise TrySendError.Full(1), but returns", [22, 24]),
        ("call 2, rx.recv_timeout(0.5), must raise RecvTimeoutError.Timeout, but returns 3", [34, 36, 37]),
        ("call 2, del tx, must return, but raises KeyError", [85]),
        ("call 4, t2 = tx.clone(), must return, but blocks", [27]),
        ("something else", []),
    ],
)
def test_a_call_names_its_statements(message: str, numbers: list[int]) -> None:
    assert [one.number for one in of_calls(message)] == numbers


def test_without_a_failure_the_row_knows_what_it_was_for() -> None:
    assert [one.number for one in cited(None, (31, 47, 1_000))] == [31, 47]


def test_the_page_says_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "contract.md").read_text(encoding="utf-8")
    for number, text in STATEMENTS.items():
        said = f"not observed: {UNOBSERVED[number]} |" if number in UNOBSERVED else ""
        assert f"\n| {number} | {text} | {said}" in page
