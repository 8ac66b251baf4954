"""A report in plain text says what a person needs, in that order."""

from dataclasses import replace
from pathlib import Path

import pytest

import duckrace
from duckrace import Kind, Verdict
from duckrace._data import CheckReport, Row
from duckrace.report import timeline
from duckrace.report.certificate_story import digest
from duckrace.report.text import render, render_certificate, render_check

from .samples import TOKEN, certificate, event, failure, result


def place(rows: list[str], text: str) -> int:
    """The column at which `text` begins."""
    return next(row.index(text) for row in rows if text in row)


def test_failure_is_told_in_order() -> None:
    text = render(result(failure()))
    order = [
        "DEADLOCK  program.py::scenario",
        "A waits to acquire lock#1",
        "Each of A, B waits",
        "What happened (3 steps)",
        "send(0)",
        "Who waits for what",
        "What it printed",
        "Found by pct in execution 12 (seed 3, granularity sync).",
        f"duckrace replay {TOKEN}",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert text.endswith(f"\n\nduckrace replay {TOKEN}")  # alone on the last line, never wrapped
    assert "\x1b" not in text


def test_noise_is_left_out_and_steps_of_a_call_are_one_row() -> None:
    events = (
        event(1, 0, "start Thread-1"),
        event(2, 1, "begins"),
        event(3, 0, "has started it"),
        event(4, 1, "send(0)", operation="acquire lock#1"),
        event(5, 1, "send(0)", operation="release lock#1"),
        event(6, 1, "ends"),
    )
    text = render(result(failure(events=events)))
    assert "begins" not in text
    assert "has started it" not in text
    assert "ends" not in text.partition("Who waits")[0]
    assert text.count("send(0)") == 1


def test_call_that_another_thread_interrupted_says_which_of_its_steps() -> None:
    events = (
        event(1, 1, "send(0)", operation="acquire lock#1"),
        event(2, 2, "send(1)", operation="acquire lock#2"),
        event(3, 1, "send(0)", operation="release lock#1"),
    )
    rows = render(result(failure(events=events))).splitlines()
    column = {name: place(rows, name) for name in ("Thread-1", "Thread-2")}
    assert place(rows, "send(0): acquire lock#1") == place(rows, "send(0): release lock#1") == column["Thread-1"]
    assert place(rows, "send(1)  ") == column["Thread-2"]


def test_thread_has_a_column() -> None:
    events = (event(1, 1, "a()"), event(2, 1, "b()"), event(3, 2, "c()"))
    rows = render(result(failure(events=events))).splitlines()
    one, two = place(rows, "Thread-1"), place(rows, "Thread-2")
    assert (place(rows, "a()"), place(rows, "b()"), place(rows, "c()")) == (one, one, two)
    assert sum("Thread-1" in row for row in rows) == 1


def test_more_threads_than_fit_are_listed_and_named_where_they_change() -> None:
    others = [event(3 + thread, thread, "c()") for thread in range(2, 9)]
    text = render(result(failure(events=(event(1, 1, "a()"), event(2, 1, "b()"), *others))))
    rows = [row for row in text.splitlines() if row.endswith("program.py:3")]
    assert ["Thread-" in row for row in rows] == [True, False, *[True] * 7]
    assert render(result(failure(events=tuple(others))), width=400).count("Thread-2") == 1  # wide enough for columns


def test_run_of_a_thread_ends_with_the_reason() -> None:
    events = (
        event(1, 1, "acquire lock#1"),
        event(2, 2, "acquire lock#2", switch="preempted: could have gone on", preempts=True),
        event(3, 3, "sleep(1)", switch="waits for lock#1", matters=False),
        event(4, 1, "acquire lock#2", switch="sleeps"),
    )
    done = failure(events=events, preemptions=1, switches=2)
    rows = render(result(done)).splitlines()
    assert "What happened (3 of 4 steps matter, 1 preemption)" in rows
    one, two = place(rows, "Thread-1"), place(rows, "Thread-2")
    reason = place(rows, "↳ preempted: could have gone on")
    assert (reason, place(rows, "↳ waits for lock#1")) == (one, two)
    assert not any("sleep" in row for row in rows)  # does not matter
    listed = render(result(failure(events=(*events, *[event(9, n, "x()") for n in range(4, 9)])))).splitlines()
    assert place(listed, "↳ preempted: could have gone on") == place(listed, "acquire lock#1  ")


def test_preemption_of_a_thread_that_did_nothing_else_is_shown() -> None:
    events = (
        event(1, 1, "begins"),
        event(2, 2, "a()", switch="preempted: could have gone on", preempts=True),
        event(3, 1, "b()", switch="ends"),
    )
    text = render(result(failure(events=events, preemptions=1)))
    assert "begins" in text
    assert "↳ preempted" in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_columns_keep_within_the_width(width: int) -> None:
    events = tuple(
        event(step, step % 3, f"call({'x' * 3 * step}) of a long name", where=f"some/folder/{step % 2}/file.py:{step}")
        for step in range(1, 20)
    )
    rows = render(result(failure(events=events)), width=width).partition("What happened")[2].splitlines()
    timeline = rows[: rows.index("")]
    assert len(timeline) > 20
    if width >= 80:
        assert max(map(len, timeline)) <= width


def test_short_places_only_where_they_tell_files_apart() -> None:
    long = "a/rather/long/path/that/leaves/no/room/at/all/for/what/is/done/"
    events = [event(step, step % 2, f"call({step}) " + "x" * 30, where=f"{long}one.py:{step}") for step in range(1, 9)]
    assert " one.py:3" in render(result(failure(events=tuple(events))))
    events.append(event(9, 1, "call(9)", where="other/one.py:9"))
    assert " one.py:3" not in render(result(failure(events=tuple(events))))


@pytest.mark.parametrize(("count", "shown", "left_out"), [(60, 60, 0), (61, 40, 21), (1_000, 40, 960)])
def test_long_timeline_shows_its_end_and_says_what_is_missing(count: int, shown: int, left_out: int) -> None:
    events = tuple(event(step, 1 + step % 2, f"call({step})") for step in range(1, count + 1))
    text = render(result(failure(events=events)))
    assert text.count("call(") == shown
    assert f"call({count})" in text
    assert (f"… {left_out:,} rows before this left out" in text) == bool(left_out)


def test_who_waits_shows_frames_of_the_program_and_counts_the_rest() -> None:
    text = render(result(failure()))
    assert (
        "A           waits to acquire lock#1, held by B  program.py:7 in one\n    ↳ library.py:90 in Pool.get\n" in text
    )
    assert "C (daemon)  waits for a time-out" in text
    assert "(1 other thread had ended)" in text
    assert "program.py:1 in outer" not in text


def test_exception_shows_its_traceback() -> None:
    trace = 'Traceback (most recent call last):\n  File "program.py", line 3, in f\nValueError: no'
    text = render(result(failure(kind=Kind.FAILED, message="ValueError: no in A at program.py:3", traceback=trace)))
    assert trace in text


def test_long_output_shows_its_end() -> None:
    text = render(result(failure(output="".join(f"line {i}\n" for i in range(100)))))
    assert "… 60 lines before this left out" in text
    assert "line 99" in text
    assert "line 59\n" not in text


def test_all_failures_have_a_line_to_paste() -> None:
    other = failure(kind=Kind.FAILED, message="ValueError: no", schedule="dr1_other", execution=40)
    text = render(result(failure(), other, executions=100, failed=7, outcomes={"a": 93, "DEADLOCK": 5, "FAILED": 2}))
    assert "Also FAILED  first in execution 40\n  ValueError: no\n  duckrace replay dr1_other\n" in text
    assert "93 ×  'a'" in text
    assert "7 of 100 executions failed" in text
    assert text.splitlines()[-1] == f"duckrace replay {TOKEN}"


def test_pass_says_what_it_covered_and_what_it_does_not_claim() -> None:
    text = render(result(outcomes={"left": 600, "right": 400}))
    assert text.startswith("PASSED(sampled 1,000)  program.py::scenario\n")
    for said in (
        "1,000 executions in 2.0 s (500 per second)",
        "12,345 steps",
        "up to 3 threads",
        "portfolio",
        "seed 3",
    ):
        assert said in text
    assert "600 ×  'left'" in text
    assert "400 ×  'right'" in text
    assert "granularity sync: threads switch at locks" in text
    assert "samples, not all interleavings" in text


def test_pass_says_what_could_happen_besides() -> None:
    usual = render(result())
    assert "time-outs" not in usual
    assert "collector" not in usual
    text = " ".join(render(result(timeouts="free", gc="scheduled")).split())
    assert "granularity sync, timeouts free, gc scheduled: threads switch" in text
    assert "; time-outs may come at any moment; the cycle collector may run at any step." in text
    proved = render(result(timeouts="free", exhaustive=True, verdict=Verdict(kind=Kind.PASSED, detail="exhaustive")))
    assert "That includes every moment of a time-out." in " ".join(proved.split())
    assert "(seed 3, granularity sync, timeouts free)" in " ".join(render(result(failure(), timeouts="free")).split())


def test_pass_with_many_outcomes_counts_them() -> None:
    assert "The executions ended in 50 different ways." in render(result(outcomes=dict.fromkeys(range(50), 20)))


def test_limit_is_not_called_a_pass() -> None:
    text = render(result(verdict=Verdict(kind=Kind.BUDGET, detail="interrupted; 1,000 of 5,000 executions")))
    assert text.startswith("BUDGET(interrupted; 1,000 of 5,000 executions)")
    assert "this is not a pass" in text


def test_lines_fit_but_what_is_pasted_is_never_broken() -> None:
    long = "word " * 60 + "`code that stays together` " * 5
    text = render(result(failure(message=long, explanation=long)), width=72)
    prose = text.partition("What happened")[0].splitlines()
    assert max(map(len, prose)) <= 72
    assert text.count("`code that stays together`") == 10


def test_words_of_the_program_cannot_break_the_table() -> None:
    events = (event(1, 1, "send('a\nb')"), event(2, 2, "send(" + "語" * 80 + ")"))
    rows = [row for row in render(result(failure(events=events))).splitlines() if row.endswith("program.py:3")]
    assert len(rows) == 2
    assert "…" in rows[1]


def test_raise_for_failure_carries_the_report() -> None:
    with pytest.raises(duckrace.CheckFailed, match="DEADLOCK") as caught:
        result(failure(), render=render).raise_for_failure()
    assert str(caught.value).splitlines()[-1] == f"duckrace replay {TOKEN}"


# -- checks -----------------------------------------------------------------------------------------------------------


def row(name: str, **changes: object) -> Row:
    settings: dict[str, object] = {
        "name": name,
        "verdict": Verdict(kind=Kind.PASSED, detail="sampled 2,400"),
        "covered": "12 programs, 2,400 executions",
        "executions": 2_400,
        "seconds": 1.25,
    }
    return Row(**(settings | changes))  # type: ignore[arg-type]


def test_check_that_passed_ends_with_one_word() -> None:
    rows = (row("conformance"), row("delivery", skipped=("rendezvous (not claimed)",)))
    text = render_check(CheckReport(channel="reference", rows=rows, seconds=2.5))
    assert text.splitlines()[-1] == "PASSED"
    assert "conformance  PASSED     1.2 s  12 programs, 2,400 executions" in text
    assert "Not claimed, so not checked: rendezvous." in text
    assert "4,800 executions in 2.5 s" in text
    assert "not exhaustive" in text


def test_check_that_failed_tells_the_worst_row_last() -> None:
    fault = Verdict(kind=Kind.DEADLOCK)
    rows = (
        row("delivery", verdict=fault, failure=failure(), program="two senders, one receiver"),
        row("closure"),
        row("hangs", verdict=Verdict(kind=Kind.BUDGET), failure=failure(kind=Kind.BUDGET, schedule="dr1_small")),
    )
    text = render_check(CheckReport(channel="mine", rows=rows))
    assert "delivery: DEADLOCK  two senders, one receiver" in text
    assert text.index("duckrace replay dr1_small") < text.index("delivery: DEADLOCK")
    assert text.splitlines()[-1] == f"duckrace replay {TOKEN}"
    assert "PASSED" not in text.splitlines()[-1]


def test_check_of_nothing_is_no_pass() -> None:
    text = render_check(CheckReport(channel="mine", rows=()))
    assert text.splitlines()[-1] != "PASSED"
    assert "nothing was checked" in text


# -- certificates -----------------------------------------------------------------------------------------------------


def test_certificate_says_what_was_explored_and_ends_with_what_replays_it() -> None:
    text = render_certificate(certificate(failure=failure(kind=Kind.FAILED, message="it does what it must not")))
    order = [
        "duckrace verify  mine",
        "791 programs: all with up to 3 threads,",
        "channel()        7 of 252",
        "sync_channel(1)  0 of 539",
        "CPython 3.11.7, duckrace 0.1.0",
        "the channel",
        "7 programs have exactly the outcomes of the model; the next one has not.",
        "FAILED(illegal outcome)",
        "  thread 1: tx1.send(11)",
        "it does what it must not",
        f"duckrace replay {TOKEN}",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Not claimed, so in no program: rendezvous." in " ".join(text.split())
    assert text.endswith(f"\n\nduckrace replay {TOKEN}")


def test_certificate_of_a_part_is_no_pass() -> None:
    text = render_certificate(certificate(verdict=Verdict(kind=Kind.BUDGET, detail="the deadline of 1 s"), program=""))
    assert "7 of 791 programs have exactly the outcomes of the model" in text
    assert "this is not a pass" in " ".join(text.split())
    assert "PASSED" not in text


def test_certificate_of_nothing_is_no_pass() -> None:
    text = render_certificate(certificate(verdict=Verdict(kind=Kind.SKIPPED), parts=(), program=""))
    assert "The channel claims nothing that a program could be made of." in text
    assert "everything legal can happen" not in text


def test_digest_of_many_files_does_not_depend_on_their_order() -> None:
    files = {"a": "0" * 64, "b": "1" * 64}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert digest(files) != digest(files | {"b": "2" * 64})


PACKAGE = """
class Cache:
    def __init__(self):
        self.size = 0

    def add(self, value, grow=len, *, missing=object()):
        before = self.size
        self.size = before + 1
"""
USES_IT = """
import threading

from cache_of_a_test import Cache


def adds():
    cache = Cache()
    threads = [threading.Thread(target=cache_add, args=(cache, n)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.size == 2


def cache_add(cache, n):
    cache.add(n)
"""


@pytest.mark.unmeasured
def test_a_race_inside_of_a_package_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache_of_a_test.py").write_text(PACKAGE)
    (tmp_path / "uses_it.py").write_text(USES_IT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    explored = duckrace.explore("uses_it.py::adds", strategy="dpor", granularity="access")
    found = explored.failure
    assert found is not None
    rows = " ".join(render(explored, width=200).split())
    assert "add(0)" in rows  # and not its defaults: nobody has passed a function
    assert "<built-in" not in rows
    assert "<object" not in rows
    assert "↳ preempted after read Cache#1.size at cache_of_a_test.py:7: could have gone on" in rows
    assert "Cache#1.size at cache_of_a_test.py:8" in rows
    assert {event.inside for event in found.events if event.where == "uses_it.py:18"} >= {"cache_of_a_test.py:7"}
    assert not any(event.inside for event in found.events if event.operation.startswith("start "))


PREEMPTED = "preempted: could have gone on"


def test_a_call_into_another_file_shows_what_of_it_was_left_undone() -> None:
    events = [
        event(1, 1, "add(1)", operation="read Cache#1.size", inside="cache.py:7"),
        event(2, 2, "add(1)", operation="read Cache#1.size", inside="cache.py:7", switch=PREEMPTED, preempts=True),
        event(3, 2, "add(1)", operation="write Cache#1.size", inside="cache.py:8"),
    ]
    first, second = timeline.rows(events)
    assert first.words == "add(1): read Cache#1.size"
    assert first.left == "preempted after read Cache#1.size at cache.py:7: could have gone on"
    assert second.words == "add(1): read Cache#1.size, write Cache#1.size at cache.py:8"
    inside = [replace(one, inside="") for one in events]
    assert [row.words for row in timeline.rows(inside)] == ["add(1)", "add(1)"]
