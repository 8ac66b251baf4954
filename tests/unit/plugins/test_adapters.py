"""The channels that are known by name: each is what it claims, and says what it needs."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import pytest

import duckrace
from duckrace import Kind, UsageError
from duckrace.checks import PROFILES
from duckrace.plugins import _known
from duckrace.plugins._known import KNOWN
from duckrace.plugins._load import load

pytestmark = [pytest.mark.unmeasured, pytest.mark.once]

HERE = [name for name, known in KNOWN.items() if sys.version_info >= known.since and known.simulated]


# chan 0.3.1 loses a message in a get that times out: tests/unit/checks/test_real_bugs.py. These programs may find it.
BROKEN = {"chan": "linearizable"}


@pytest.mark.parametrize("name", HERE)
def test_it_passes(name: str) -> None:
    report = duckrace.check(
        name, profile="quick", rows=[row for row in PROFILES["quick"].rows if row != BROKEN.get(name)]
    )
    report.raise_for_failure()
    assert report.passed
    rows = {row.name: row.verdict.kind for row in report.rows}
    closes = load(name).claims("drop")
    assert rows.pop("closure") is (Kind.PASSED if closes else Kind.SKIPPED)
    assert set(rows.values()) == {Kind.PASSED}


def test_the_model_is_held_to_what_it_says() -> None:
    """Every statement but those of texts and of wrong arguments (contract 4, 9, 94)."""
    row = duckrace.check("model", profile="quick", rows=["contract"]).rows[0]
    skipped = {one.number for one in row.statements if one.outcome == "skipped"}
    of_the_reference = duckrace.check(profile="quick", rows=["contract"]).rows[0].statements
    assert skipped - {one.number for one in of_the_reference if one.outcome == "skipped"} == {4, 9, 94}


def test_what_a_python_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_known, "sys", SimpleNamespace(version_info=(3, 12, 1)))
    with pytest.raises(UsageError, match=r"'queue-shutdown' needs Python 3\.13 or newer, and this is 3\.12\."):
        load("queue-shutdown")


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_known, "find_spec", lambda name: None)
    assert importlib.util.find_spec("chan") is not None
    with pytest.raises(UsageError, match="'chan' needs a package that is not installed: python -m pip install chan"):
        load("chan")
