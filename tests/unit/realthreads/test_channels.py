"""Channels on real threads: what is wrong is found, what is right is not, and nothing found is lost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import duckrace
from duckrace import Kind, UsageError
from duckrace.plugins._known import KNOWN
from duckrace.realthreads import judge_again, write

pytestmark = pytest.mark.unmeasured

PROGRAMS = Path(__file__).parent / "programs" / "channels.py"
LONGEST = 60.0  # seconds; what is wrong is found in one or two


def stressed(name: str, **settings: Any) -> duckrace.StressReport:
    given = {"seconds": LONGEST, "operations": 2_000, "hang": 2.0} | settings
    return duckrace.stress(f"{PROGRAMS}::{name}", **given)


@pytest.mark.parametrize(
    ("name", "kinds", "words"),
    [
        ("loses", (Kind.FAILED, Kind.LOST_WAKEUP, Kind.DEADLOCK), ""),
        ("doubles", (Kind.FAILED,), "is received twice"),
        ("swaps", (Kind.FAILED,), "is sent before"),
        ("says_empty", (Kind.FAILED,), "finds nothing"),
        ("says_closed", (Kind.FAILED,), "is Disconnected while there was always a message"),
        ("sleeps", (Kind.LOST_WAKEUP,), "is suspended while there was always a message"),
        ("raises", (Kind.FAILED,), "KeyError: 'nothing there' in receiver"),
        ("invents", (Kind.FAILED,), "returned 'duck', and nobody sent that in receiver"),
    ],
)
def test_what_is_wrong_is_found_and_kept(name: str, kinds: tuple[Kind, ...], words: str, tmp_path: Path) -> None:
    report = stressed(name)
    assert report.failure is not None, report
    assert report.verdict.kind in kinds, report.failure
    assert report.verdict.exit_status == 1
    assert words in report.failure.message
    assert report.seconds < LONGEST
    write(report.history, tmp_path / "history.json")
    again = judge_again(tmp_path / "history.json")
    assert again.operations > 0
    if name in ("raises", "invents"):  # the exception says it, and the history up to there is right
        assert "Error" in report.failure.traceback or "Unexpected" in report.failure.traceback
        return
    assert (again.verdict, again.failure and again.failure.message) == (report.verdict, report.failure.message)
    assert again.failure is not None
    assert again.failure.explanation == report.failure.explanation
    assert report.failure.explanation.strip()
    with pytest.raises(duckrace.CheckFailed, match=str(report.verdict.kind)):
        report.raise_for_failure()


def test_who_waits_where() -> None:
    report = stressed("sleeps")
    assert report.failure is not None
    (state,) = report.failure.threads
    assert (state.name, state.state) == ("receiver", "blocked")
    assert state.waits_for == "waits in Condition.wait"
    assert "channels.py" in state.where
    assert "in Sleeps.take" in state.where
    assert "Who waits for what" in duckrace.stress.__globals__["render"](report)


def test_who_still_works_is_not_said_to_wait() -> None:
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("nobody says here who uses the processor")
    report = stressed("spins")
    assert report.verdict.kind is Kind.BUDGET
    assert report.failure is not None
    assert "still uses the processor" in report.failure.message
    assert report.failure.threads[0].state == "runnable"


@pytest.mark.parametrize("name", ["right", "late"])
def test_what_is_right_passes(name: str) -> None:
    report = stressed(name, seconds=2.0)
    assert report.passed, report
    assert report.undecided == 0
    assert report.histories == report.executions > 0
    assert report.operations > 50
    assert report.rate > 1
    report.raise_for_failure()


def test_a_weaker_order_is_named() -> None:
    report = stressed("lanes")
    assert report.specification == "FIFO per sender"
    assert not report.passed  # it swaps messages of one sender, too
    assert stressed("late", seconds=0.1).specification == "FIFO, Empty may be late"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_channel_known_by_name(name: str) -> None:
    known = KNOWN[name]
    if sys.version_info < known.since:
        pytest.skip("not on this Python")
    report = duckrace.stress(name, seconds=2.0, operations=1_000, processes=False)
    assert report.passed or (name == "chan" and report.verdict.detail == "exception"), report  # chan has a bug
    assert report.host.python.startswith("CPython 3.")
    assert report.host.gil or report.host.free_threaded


@pytest.mark.once
def test_a_million_operations() -> None:
    report = duckrace.stress("simplequeue", seconds=0.1, operations=1_000_000)
    assert report.passed, report
    assert report.operations > 900_000
    assert report.histories == 1


def test_without_the_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it can be had with it: the order of events is the clock's, and no last reference is relied on."""
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    report = duckrace.stress("reference", seconds=1.0, operations=1_000)
    assert report.passed, report
    assert not report.host.gil
    assert "refcount_drop (without the GIL a last reference goes later)" in report.skipped
    wrong = stressed("says_closed")
    assert wrong.verdict.kind is Kind.FAILED
    assert b'"order":"clock"' in wrong.history


def test_undecided_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from duckrace.realthreads import _rules

    monkeypatch.setattr(_rules, "SEARCHED", 0)
    report = duckrace.stress("queue", seconds=0.5, operations=100)
    assert report.verdict.kind is Kind.BUDGET
    assert report.undecided > 0
    assert "too many for the search" in report.notes[0]


def test_ctrl_c_ends_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from duckrace.realthreads import _stress

    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_stress, "run", interrupted)
    report = duckrace.stress("queue")
    assert str(report.verdict) == "BUDGET(interrupted; 0 of 0 histories decided)"


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (f"{PROGRAMS}::missing", "defines no 'missing'"),
        (f"{PROGRAMS}::no_order", "'order' of a channel is one of 'FIFO', 'FIFO per sender', not 'any'"),
        (f"{PROGRAMS}::Plugin", "takes arguments"),
        ("quuee", "did you mean 'queue'"),
        (3, "is not a channel under test"),
    ],
)
def test_what_cannot_be_run(subject: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        duckrace.stress(subject)


@pytest.mark.parametrize(
    "settings",
    [{"seconds": 0}, {"hang": -1}, {"switch_interval": "fast"}, {"operations": 1}, {"threads": 1}, {"seed": -1}],
)
def test_settings_that_make_no_sense(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(settings))):
        duckrace.stress(None, **settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no history that"),
        ("[]", "is no history that"),
        ('{"kind": "check"}', "is no history that"),
        ('{"kind": "history", "format": 99}', "is of format 99"),
        ('{"kind": "history", "format": 1}', "is damaged"),
    ],
)
def test_files_that_are_no_history(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        judge_again(file)
    with pytest.raises(UsageError, match="cannot be read"):
        judge_again(tmp_path / "missing.json")


@pytest.mark.parametrize("channel", ["mp-queue", "mp-pipe", f"{PROGRAMS}::real"])
def test_what_cannot_be_simulated_is_refused_by_check(channel: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be simulated.*`duckrace stress --channel .*` runs it on them\.$"):
        duckrace.check(channel)


def test_what_a_queue_of_processes_does_not_promise() -> None:
    """Were it held to the contract, it would be rejected: the weaker words are not there for nothing."""
    from duckrace.plugins.adapters.mp_queue import MultiprocessingQueue

    strict = type("Strict", (MultiprocessingQueue,), {"empty": "exact", "full": "exact"})()
    report = duckrace.stress(strict, seconds=LONGEST, operations=2_000, processes=False, hang=2.0)
    assert report.verdict.kind is Kind.FAILED
    assert report.failure is not None
    assert "finds nothing" in report.failure.message or "can have been there" in report.failure.message
