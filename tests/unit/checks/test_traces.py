"""Row ``traces``: what TLC makes of recorded executions becomes a verdict, and nothing that says nothing is a pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from duckrace import Kind, replay
from duckrace._data import Row
from duckrace._errors import UsageError
from duckrace.checks import PROFILES, ROWS
from duckrace.checks._run import Run
from duckrace.formal import NotInstalled, Reading, Tools, Trace
from duckrace.formal._manifest import spec_modules
from duckrace.formal._recorded import plain
from duckrace.plugins._load import load

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def no_tlc(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """In the place of TLC: each trace is read as far as `far` says. It notes how many there were."""

    def install(far: Callable[[Trace], int | None], message: str = "") -> list[int]:
        counts: list[int] = []

        def read(tools: Tools, traces: Sequence[Trace], **rest: Any) -> Reading:
            counts.append(len(traces))
            items = tuple((trace.capacity, plain(trace)) for trace in traces)
            return Reading(
                traces=tuple(traces), read=tuple(map(far, traces)), items=items, states=1, seconds=1.0, message=message
            )

        monkeypatch.setattr("duckrace.formal.find_tools", lambda: Tools(java=Path("java"), jar=Path("jar")))
        monkeypatch.setattr("duckrace.checks._validated.read_traces", read)
        return counts

    return install


@pytest.mark.tlc
def test_broken_channel_is_told_with_its_schedule(row: Callable[..., Row], broken: Callable[[str], str]) -> None:
    found = row("traces", broken("newest_first"))
    assert found.verdict.kind is Kind.FAILED
    assert found.verdict.detail.startswith("rejected by the spec: ")
    assert found.failure is not None
    assert "is nothing that the spec allows." in found.failure.explanation.splitlines()[0]
    assert "def scenario():" in found.program
    assert [one for one in found.statements if one.outcome == "failed"]
    again = replay(found.failure.schedule)
    assert again.failure is not None
    assert found.failure.message in again.failure.message


@pytest.mark.tlc
def test_mistake_that_only_the_spec_sees(
    row: Callable[..., Row], broken: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it is the spec that is wrong: the models allow what it rejects, and the row says that they differ."""
    right = spec_modules()
    wrong = right["Channel"].replace("Len(buffer) < Capacity", "Len(buffer) + 1 < Capacity")
    assert wrong != right["Channel"]
    monkeypatch.setattr("duckrace.formal._reading.spec_modules", lambda: {**right, "Channel": wrong})
    found = row("traces", broken("sound"))
    assert (found.verdict.kind, found.failure) == (Kind.FAILED, None)
    assert "The models allow it: spec and models differ." in found.program


def test_without_the_extra_it_is_skipped(row: Callable[..., Row], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*given: object) -> Path:
        raise NotInstalled("TLC is not installed: run `python -m pip install 'duckrace[formal]'`.")

    monkeypatch.setattr("duckrace.formal._tools._find", missing)
    found = row("traces")
    assert (found.verdict.kind, found.executions) == (Kind.SKIPPED, 0)
    assert "run `python -m pip install 'duckrace[formal]'`" in found.covered
    assert found.skipped == ("traces, for TLC is not installed",)


def test_variable_that_names_nothing_is_wrong_use(row: Callable[..., Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUCKRACE_JAVA", "/no/java")
    with pytest.raises(UsageError, match="DUCKRACE_JAVA names /no/java, which is not a file"):
        row("traces")


def test_all_read_is_a_pass(row: Callable[..., Row], no_tlc: Callable[..., list[int]]) -> None:
    counts = no_tlc(lambda trace: len(trace.events))
    found = row("traces")
    assert found.verdict.passed
    assert counts[0] > 50
    assert found.covered.startswith(f"{counts[0]} traces accepted by the spec, ")


@pytest.mark.parametrize(
    ("message", "detail"),
    [("", "traces not read"), ("Parsing failed", "TLC could not read the traces: Parsing failed")],
)
def test_what_was_not_read_is_no_pass(
    message: str, detail: str, row: Callable[..., Row], no_tlc: Callable[..., list[int]]
) -> None:
    no_tlc(lambda trace: None, message)
    found = row("traces")
    assert found.verdict.kind is Kind.BUDGET
    assert detail in found.verdict.detail
    assert found.covered.startswith("0 of ")


def test_deadline(no_tlc: Callable[..., list[int]]) -> None:
    counts = no_tlc(lambda trace: len(trace.events))
    over = time.perf_counter()
    run = Run(subject=load(None), profile=PROFILES["quick"], seed=0, deadline=1.0, ends=over)
    assert (ROWS["traces"](run).verdict.kind, counts) == (Kind.BUDGET, [])
