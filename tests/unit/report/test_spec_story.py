"""What is said of runs of TLC: each finding has its sentence, and no limit is a pass."""

from __future__ import annotations

import pytest

from duckrace.formal import Answer, Checked, Difference, Report, Run
from duckrace.formal._values import Record
from duckrace.report.layout import plain
from duckrace.report.spec_story import of_report

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
