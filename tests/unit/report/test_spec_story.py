"""What is said of runs of TLC: each finding has its sentence, and no limit is a pass."""

from __future__ import annotations

import pytest

from duckrace.formal import Answer, Checked, Difference, Reading, Report, Run, TraceChecked, TraceRun
from duckrace.formal._recorded import Trace
from duckrace.formal._recorded import plain as nameless
from duckrace.formal._values import Record
from duckrace.report.layout import plain
from duckrace.report.spec_story import of_list, of_report
from duckrace_models import Call, Ok

RUN = Run(name="a/run", module="M", config="C", shows="what it shows", generated=7, distinct=5)
MUTANT = Run(name="a/mutant", module="M", config="C", shows="a mistake", mistake="x", control="a/run", expect="Fifo")
ACCEPTED = Answer(status="accepted", generated=7, distinct=5, seconds=1.0)


def violated(name: str) -> Answer:
    return Answer(status="violated", violated=name, generated=3, distinct=2)


@pytest.mark.parametrize(
    ("checked", "status", "says"),
    [
        (Checked(run=RUN, answer=ACCEPTED), 0, "PASSED 1 run accepted"),
        (Checked(run=MUTANT, answer=violated("Fifo"), violated="Fifo"), 0, "1 run rejected by the check that has to"),
        (Checked(run=RUN, answer=violated("Fifo"), violated="Fifo"), 1, "The right spec violates Fifo."),
        (Checked(run=MUTANT, answer=ACCEPTED), 1, "the check does not see this mistake"),
        (Checked(run=MUTANT, answer=violated("Bound"), violated="Bound"), 1, "but Bound was violated first"),
        (Checked(run=RUN, answer=ACCEPTED, edges=4), 1, "(and 4 edges, not 0)"),
        (Checked(run=RUN, answer=Answer(status="accepted", generated=7, distinct=4)), 1, "It has 4 distinct states"),
        (Checked(run=RUN, answer=Answer(status="stopped")), 3, "It took too long and was stopped"),
        (Checked(run=RUN, answer=Answer(status="broken", message="no such file")), 3, "no such file"),
    ],
)
def test_findings(checked: Checked, status: int, says: str) -> None:
    report = Report(checked=(checked,), seconds=1.0, jar="f" * 64)
    assert (report.ok, report.exit_status) == (status == 0, status)
    text = plain(of_report(report, 100))
    assert says in " ".join(text.split()), text
    assert ("PASSED" in text) == (status == 0)


def test_fault_outweighs_what_could_not_be_said() -> None:
    checked = (Checked(run=RUN, answer=Answer(status="stopped")), Checked(run=MUTANT, answer=ACCEPTED))
    assert Report(checked=checked, seconds=1.0, jar="").exit_status == 1


def test_difference() -> None:
    idle = Record({"call": "", "phase": "idle", "response": ""})
    call = Record({"operation": "recv", "handle": "rx", "value": ""})
    called = Record({"call": call, "phase": "called", "response": ""})
    path = tuple(
        (action, Record({"buffer": (), "pending": Record({"r": pending})}))
        for action, pending in (("", idle), ("start", called))
    )
    found = Checked(run=RUN, answer=ACCEPTED, violated="Graph", difference=Difference(only="model", path=path))
    text = plain(of_report(Report(checked=(found,), seconds=1.0, jar=""), 100))
    assert "r       calls rx.recv()" in text
    assert "the last step (start) is one that only the model has" in text
    assert "FAILED  1 of 1 run: a/run (rejected)" in text


SEND = Call(caller="a", operation="send", handle="tx", value=1)
TRACE = Trace(capacity=1, senders=("tx",), events=(("call", "a", SEND), ("return", "a", Ok()), ("stop", None, None)))


def read(far: int | None, *, rejected: int = 0, least: int = 0, message: str = "") -> TraceChecked:
    """A trace of three events of which TLC could read so many."""
    reading = Reading(
        traces=(TRACE,), read=(far,), items=((1, nameless(TRACE)),), states=5, seconds=1.0, message=message
    )
    return TraceChecked(run=TraceRun(name="a/trace", shows="what", rejected=rejected, least=least), reading=reading)


@pytest.mark.parametrize(
    ("checked", "status", "says"),
    [
        (read(3), 0, "PASSED 1 trace accepted"),
        (read(1, rejected=2), 0, "PASSED 1 trace rejected at the event that has to be"),
        (read(1), 1, "Event 2, tx.send(1) of a returns Ok(), is nothing that the spec allows."),
        (
            read(2, rejected=2),
            1,
            "Event 3, nobody goes on: nobody is in a call, is nothing that the spec allows. Event 2",
        ),
        (read(3, rejected=2), 1, "The spec allows all of it; event 2 has to be rejected."),
        (read(3, least=2), 1, "There have to be 2 different traces, and are 1."),
        (read(None), 3, "It took too long and was stopped"),
        (read(None, message="no such module"), 3, "no such module"),
    ],
)
def test_traces(checked: TraceChecked, status: int, says: str) -> None:
    report = Report(checked=(), seconds=1.0, jar="f" * 64, traces=(checked,))
    assert (report.ok, report.exit_status) == (status == 0, status)
    text = plain(of_report(report, 200))
    assert says in " ".join(text.split()), text
    assert ("PASSED" in text) == (status == 0)


def test_mutants_of_traces_are_told_on_demand() -> None:
    report = Report(checked=(), seconds=1.0, jar="f" * 64, traces=(read(1, rejected=2),))
    said = "Event 2, tx.send(1) of a returns Ok(), is nothing that the spec allows. So it has to be."
    assert (said in plain(of_report(report, 200)), said in plain(of_report(report, 200, traces=True))) == (False, True)


def test_traces_are_listed() -> None:
    listed = plain(of_list([RUN, read(3).run, read(1, rejected=2).run]))
    assert "rejected at event 2" in listed
    assert "3 runs, 0 of them with --quick" in listed
