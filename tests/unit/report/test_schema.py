"""docs/schema says what --json prints: documents of every kind are held against it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import duckrace
from duckrace import Kind, Verdict, cli
from duckrace._data import CheckReport, Row, Statement
from duckrace.checks import chain
from duckrace.checks.baseline import Comparison
from duckrace.formal import (
    Answer,
    Checked,
    Proved,
    Reading,
    Report,
    TraceChecked,
    check_proofs,
    load_manifest,
    load_proofs,
    load_traces,
)
from duckrace.formal.proof import Statement as Proposition
from duckrace.report.as_json import (
    encode_certificate,
    encode_check,
    encode_result,
    encode_runs,
    encode_spec,
    encode_stale,
    encode_stress,
)

from .samples import certificate, failure, result, stress_report

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "report-1.schema.json").read_text(encoding="utf-8"))
PROGRAMS = ROOT / "tests" / "unit" / "cli" / "programs" / "scenarios.py"
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def valid(document: str) -> Any:
    found = json.loads(document)
    VALIDATOR.validate(found)
    return found


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("scenario", "settings", "kind"),
    [
        ("fine", {"executions": 5}, "PASSED"),
        ("lost_update", {}, "FAILED"),
        ("circle", {}, "DEADLOCK"),
        ("endless", {"max_steps": 50}, "BUDGET"),
    ],
)
def test_results(scenario: str, settings: dict[str, Any], kind: str) -> None:
    found = duckrace.explore(f"{PROGRAMS}::{scenario}", **settings)
    assert valid(encode_result(found))["verdict"] == kind
    if found.failure is not None and found.failure.schedule:
        valid(encode_result(duckrace.replay(found.failure.schedule)))


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("channel", "settings", "kind"),
    [
        (f"{ROOT}/examples/broken.py::sound", {"rows": ["delivery", "conformance"]}, "PASSED"),
        (f"{ROOT}/examples/broken.py::early_close", {"rows": ["contract", "delivery"]}, "FAILED"),
        (f"{ROOT}/examples/broken.py::sound", {"deadline": 0.01}, "BUDGET"),
    ],
)
def test_checks(channel: str, settings: dict[str, Any], kind: str) -> None:
    report = duckrace.check(channel, profile="quick", **settings)
    assert valid(encode_check(report))["verdict"] == kind


def test_check_beside_its_baseline() -> None:
    report = CheckReport(channel="mine", rows=(Row(name="hangs", verdict=Verdict(kind=Kind.PASSED)),), notes=("so",))
    found = valid(encode_check(report, Comparison(file="b.json", worse=("hangs: less.",))))
    assert (found["passed"], found["exit_status"], found["baseline"]["worse"]) == (False, 1, ["hangs: less."])
    found = valid(encode_check(report, Comparison(file="b.json", written=True)))
    assert (found["passed"], found["exit_status"], found["baseline"]["written"]) == (True, 0, True)


@pytest.mark.parametrize(
    ("channel", "settings", "kind"),
    [
        (f"{ROOT}/examples/broken.py::sound", {"threads": 2, "operations": 1}, "PASSED"),
        (f"{ROOT}/examples/broken.py::newest_first", {"calls": 3}, "FAILED"),
        (f"{ROOT}/examples/broken.py::sound", {"deadline": 1e-6}, "BUDGET"),
    ],
)
def test_certificates(channel: str, settings: dict[str, Any], kind: str) -> None:
    assert valid(encode_certificate(duckrace.verify(channel, **settings)))["verdict"] == kind


@pytest.mark.parametrize("subject", ["simplequeue", f"{PROGRAMS}::fine"])
def test_stress(subject: str) -> None:
    assert valid(encode_stress(duckrace.stress(subject, seconds=0.2, operations=100)))["verdict"] == "PASSED"


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--json"]) == 0
    valid(capsys.readouterr().out)


def documents() -> Iterator[Any]:
    said = Statement(number=7, text="so", outcome="failed")
    row = Row(name="hangs", verdict=Verdict(kind=Kind.DEADLOCK), failure=failure(), statements=(said,))
    yield json.loads(encode_result(result(failure())))
    yield json.loads(encode_check(CheckReport(channel="mine", rows=(row,)), Comparison(file="x")))
    yield json.loads(encode_certificate(certificate(failure=failure(), statements=(said,))))
    yield json.loads(encode_stress(stress_report(failure=failure())))


def every_key(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each key of a document."""
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(value, dict):
            yield (*path, key)
        yield from every_key(part, (*path, key))


@pytest.mark.parametrize("document", list(documents()), ids=["result", "check", "certificate", "stress"])
def test_every_key_is_required_and_new_ones_may_come(document: dict[str, Any]) -> None:
    VALIDATOR.validate(document)
    ways = list(every_key(document))
    assert len(ways) > 40
    for *above, key in ways:
        changed = json.loads(json.dumps(document))
        holder = changed
        for step in above:
            holder = holder[step]
        value = holder.pop(key)
        assert not VALIDATOR.is_valid(changed), (*above, key)
        holder[key] = value
        holder["a_new_key"] = 1
        assert VALIDATOR.is_valid(changed), above


def test_page_names_every_key() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    for name, part in SCHEMA["$defs"].items():
        for key in part.get("required", ()):
            assert f"`{key}`" in page, f"{name}: {key}"


def test_runs_of_tlc() -> None:
    runs = load_manifest()
    assert len(valid(encode_runs(runs))["runs"]) == len(runs)
    states = Answer(status="accepted", generated=runs[0].generated, distinct=runs[0].distinct, seconds=1.0)
    violated = Answer(status="violated", violated="Fifo", seconds=1.0, loops_to=1)
    broken = Answer(status="broken", message="TLC is broken")
    checked = (
        Checked(run=runs[0], answer=states),
        Checked(run=runs[0], answer=violated, violated="Fifo"),
        Checked(run=runs[-1], answer=broken),
    )
    written = load_traces()
    assert len(valid(encode_runs(runs, (), written))["traces"]) == len(written)
    assert written[0].trace is not None
    reading = Reading(traces=(written[0].trace,), read=(3,), items=((None, (1, ())),), states=1, seconds=1.0)
    traces = (TraceChecked(run=written[0], reading=reading),)
    found = valid(encode_spec(Report(checked=checked, seconds=3.0, jar="0" * 64, traces=traces)))
    assert [(one["finding"], one["found_rejected"]) for one in found["traces"]] == [("rejected", 4)]
    assert found["traces"][0]["event"] == "tb.send(2) of b returns Ok()"
    assert [run["finding"] for run in found["runs"]] == ["as expected", "rejected", "broken"]
    assert (found["passed"], found["exit_status"]) == (False, 1)


def test_proofs_of_z3() -> None:
    proofs = {proof.name: proof for proof in load_proofs()}
    assert len(valid(encode_runs([], list(proofs.values())))["proofs"]) == len(proofs)
    refuted, compared = check_proofs(
        [proofs["any-size/one-more-fits"], replace(proofs["any-size/steps-kinds-1"], mistake="one more fits")]
    )
    proved = Proved(
        proof=proofs["any-size/bounded"],
        statements=(Proposition(name="Bound", says="no more", lemma=False, queries=3, open=("enter",)),),
    )
    found = valid(encode_spec(Report(checked=(), seconds=3.0, proved=(refuted, compared, proved))))
    assert [one["finding"] for one in found["proofs"]] == ["as expected", "refuted", "not proved"]
    assert found["proofs"][0]["counterexample"]["statement"] == "Bound"
    assert (found["proofs"][1]["only"], found["jar"], found["exit_status"]) == ("proof", "", 1)


def test_certificates_of_the_chain() -> None:
    spec = chain.of_spec(Report(checked=(), seconds=0.0), "file", quick=False)
    made = chain.Chain(check=chain.unchecked_check("file", ["delivery"]), spec=spec)
    valid(msgspec.json.encode(made).decode())
    stale = chain.Stale(part="spec", changed=("spec Channel.tla (changed)",), renew=spec.renew)
    found = valid(encode_stale("file", made, (stale,)))
    assert (found["passed"], found["exit_status"], found["stale"][0]["part"]) == (False, 1, "spec")
    assert valid(encode_stale("file", made, ()))["exit_status"] == 3, "nothing was checked"
    passed = msgspec.structs.replace(made.check, links=[chain.Link(name="delivery", outcome="passed")])
    assert valid(encode_stale("file", msgspec.structs.replace(made, check=passed), ()))["passed"]
