"""``duckrace.check`` as a whole: what it reports, what it refuses, what cuts it short."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import duckrace
from duckrace import Kind, UsageError
from duckrace._data import Row
from duckrace._session import Session
from duckrace.checks import PROFILES, check
from duckrace.checks._run import Run
from duckrace.checks.blocked import check as blocked
from duckrace.checks.closure import programs as closure_programs
from duckrace.checks.conformance import check as conformance
from duckrace.checks.delivery import check as delivery
from duckrace.checks.hangs import programs as hang_programs
from duckrace.checks.linearizable import check as linearizable
from duckrace.plugins._load import load


@pytest.mark.unmeasured
def test_the_reference_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[tuple[str, int, int]] = []
    report = check(profile="quick", seed=1, progress=lambda *seen: told.append(seen))
    assert report.passed, report
    assert (report.channel, report.profile, report.seed) == ("reference", "quick", 1)
    assert [row.name for row in report.rows] == [
        "contract", "conformance", "delivery", "closure", "hangs", "linearizable", "blocked",
    ]  # fmt: skip
    assert all(not row.skipped and row.executions and row.failure is None for row in report.rows)
    assert "calls compared with the model" in report.rows[1].covered
    assert report.rows[2].covered.startswith("23 programs, 1,380 executions")
    for row in report.rows:
        assert [total for name, done, total in told if name == row.name and done == total], row.name
    assert list(tmp_path.iterdir()) == []  # nothing is left behind, Hypothesis' notes neither


@pytest.mark.unmeasured
def test_a_report_of_a_broken_channel_has_every_row(broken: Callable[[str], str]) -> None:
    report = check(broken("lost_wakeup"), profile="quick")
    assert [row.verdict.exit_status for row in report.rows[2:5]] == [1, 1, 1]
    assert [row.name for row in report.rows[5:]] == ["linearizable", "blocked"]
    assert Kind.DEADLOCK in [row.verdict.kind for row in report.rows]
    assert report.verdict.exit_status == 1


def test_a_deadline_is_no_pass() -> None:
    report = check(deadline=0.5)
    assert report.verdict.kind is Kind.BUDGET
    assert all(row.verdict.kind is Kind.BUDGET for row in report.rows[1:])
    assert "the deadline of 0.5 s" in report.rows[-1].verdict.detail
    assert report.rows[4].covered == "0 of 30 programs, 0 executions sampled"
    assert report.rows[-1].covered == "0 programs, 0 executions, 0 waiting calls justified"


@pytest.mark.parametrize("row", [conformance, delivery, linearizable, blocked])
def test_ctrl_c_ends_with_what_was_covered(row: Callable[[Run], Row]) -> None:
    pressed: list[int] = []

    def press(name: str, done: int, total: int) -> None:
        if done and not pressed:
            pressed.append(done)
            signal.raise_signal(signal.SIGINT)

    run = Run(subject=load(None), profile=PROFILES["quick"], seed=0, deadline=None, ends=None, progress=press)
    found = row(run)
    assert run.interrupted
    assert found.verdict.kind is Kind.BUDGET
    assert found.verdict.detail.startswith("interrupted; ")
    assert found.failure is None
    assert delivery(run).executions == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"profile": "heroic"}, "profile is one of 'quick', 'default', 'thorough'"),
        ({"seed": -1}, "seed is a whole number"),
        ({"seed": True}, "seed is a whole number"),
        ({"deadline": 0}, "deadline is a number of seconds"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check(**arguments)  # type: ignore[arg-type]


def test_what_is_not_claimed_is_skipped_not_passed(broken: Callable[[str], str]) -> None:
    subject = load(broken("sound"))
    for programs in (closure_programs(subject), hang_programs(subject)):
        left_out = [program for program in programs if not subject.claims(*program.needs)]
        assert left_out
        assert any("rendezvous" in program.needs for program in left_out)


def test_every_program_has_words_of_its_own() -> None:
    subject = load(None)
    words = [program.words for program in closure_programs(subject) + hang_programs(subject)]
    assert len(set(words)) == len(words)


STANDS_STILL = """
import select
from duckrace import channels
class Plugin:
    name, modules, capabilities = "stands still", ("duckrace.channels",), ("unbounded",)
    def channel(self):
        tx, rx = channels.channel()
        return Sender(tx), rx
class Sender:
    def __init__(self, tx):
        self.tx = tx
    def send(self, value):
        select.select([], [], [], 60)
channel = Plugin()
"""


@pytest.mark.parametrize(
    ("first", "second"), [("contract", "delivery"), ("conformance", "delivery"), ("linearizable", "blocked")]
)
def test_a_channel_that_waits_for_something_real(
    first: str, second: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One wait is enough: the rows after it are not run, and do not pass."""
    monkeypatch.setattr(Session.__init__, "__defaults__", (0.4,))
    (tmp_path / "still.py").write_text(STANDS_STILL)
    report = duckrace.check(f"{tmp_path / 'still.py'}::channel", profile="quick", rows=[first, second])
    assert report.verdict.kind is Kind.UNCONTROLLED
    stood, unrun = report.rows
    assert (stood.verdict.kind, unrun.verdict.kind) == (Kind.UNCONTROLLED, Kind.BUDGET)
    assert f"not run, since {first} stood still" in str(unrun.verdict)
    assert report.render is not None
    text = report.render(report)
    assert "are those that the channel stands on among them?" in " ".join(text.split())
    assert report.seconds < 30
