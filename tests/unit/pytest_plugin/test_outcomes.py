"""What a marked test says, whichever way its exploration ends."""

import re

import pytest

FILES = ("outcomes.py",)


@pytest.mark.parametrize(
    ("test", "executions"),
    [
        ("test_right", 60),
        ("test_value", 60),
        ("test_thread_raises", 10),
        ("test_state_is_put_back", 30),
        ("test_time_is_virtual", 30),
        ("test_logs", 30),
        ("test_warns", 30),
        ("test_method", 30),
        ("test_inner", 5),
    ],
)
def test_pass_says_what_was_explored(batch, test, executions):
    assert batch.outcome(test) == "passed", batch.said(test)
    assert batch.properties(test) == {
        "duckrace_verdict": f"PASSED(sampled {executions})",
        "duckrace_executions": str(executions),
        "duckrace_seed": "0",
    }


@pytest.mark.parametrize(
    ("test", "kind", "said"),
    [
        ("test_lost_update", "FAILED", "AssertionError: assert 1 == 2 in MainThread"),
        ("test_lost_update_every_time", "FAILED", "AssertionError: assert 1 == 2 in MainThread"),
        ("test_deadlock", "DEADLOCK", "waits to acquire lock"),
        ("test_endless", "BUDGET", "50 steps without an end"),
        ("test_deadline", "BUDGET", "the deadline of 0.05 s"),
        ("test_uncontrolled", "UNCONTROLLED", "passed no schedule point for 0.3 s"),
        ("test_nondeterministic", "NONDETERMINISM", "two executions of one schedule differ"),
        ("test_thread_raises_and_fails", "FAILED", "ValueError: of a thread in Thread-1 (fail)"),
    ],
)
def test_whatever_is_no_pass_fails_in_its_own_words(batch, test, kind, said):
    assert batch.outcome(test) == "failure"
    message, report = batch.said(test).split("\n", 1)
    assert message.startswith(f"{kind}: ")
    assert said in message
    assert report.startswith(kind)
    assert said in " ".join(report.split())
    assert batch.properties(test)["duckrace_verdict"].startswith(kind)
    assert "pytest_support" not in report  # none of our own frames


def test_report_has_explanation_timeline_output_and_the_line_to_paste(batch):
    report = batch.said("test_lost_update").rstrip()
    assert re.search(r"assert 1 == 2\n \+  where 1 = <.*Counter object at .*>\.value", report)
    assert re.search(r"\n +step  MainThread +Thread-1 \(add\) +Thread-2 \(add\) +at\n", report)
    assert re.search(r"\n +\d+ +acquire lock#1 of Counter +test_outcomes\.py:\d+\n", report)
    assert "↳ preempted: could have gone on\n" in report
    assert "What it printed\n  two adds" in report
    assert re.search(
        r"\n\nPYTHONHASHSEED=0 python -m pytest \"test_outcomes\.py::test_lost_update\" --duckrace-replay=dr1_\S+$",
        report,
    )
    assert batch.token("test_lost_update") == batch.properties("test_lost_update")["duckrace_replay"]
    line = "FAILED test_outcomes.py::test_lost_update - FAILED: AssertionError: assert 1"
    assert line in batch.text


def test_every_failure_can_be_replayed(batch):
    for test in ("test_deadlock", "test_endless", "test_uncontrolled", "test_thread_raises_and_fails"):
        assert f'"test_outcomes.py::{test}" --duckrace-replay=dr' in batch.said(test)


def test_test_without_threads_has_nothing_to_explore(batch):
    assert batch.outcome("test_without_threads") == "failure"
    assert "test_outcomes.py::test_without_threads starts no thread" in batch.said("test_without_threads")


@pytest.mark.parametrize(
    ("test", "said"), [("test_skips", "not here"), ("test_xfails", "known"), ("test_known_bug", "")]
)
def test_skip_and_xfail_mean_what_they_mean(batch, test, said):
    assert batch.outcome(test) == "skipped"
    assert said in batch.said(test)


def test_summary(batch):
    assert batch.status == 1
    assert re.search(
        r"^duckrace: 18 tests explored, [\d,]+ executions \(sampled\), 8 failed$", batch.text, re.MULTILINE
    )
    assert batch.executions()["test_right"] == 60
    assert "1 warning in" in batch.text
    assert batch.outcome("test_plain") == "passed"
    assert batch.properties("test_plain") == {}
