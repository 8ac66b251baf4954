"""``--certificate`` and ``duckrace certificate verify``: what is written, what makes it stale, what is wrong use."""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from duckrace import cli, formal
from duckrace._data import CheckReport, Kind, Row, Verdict
from duckrace.checks import ROWS, chain
from duckrace.cli._certifying import write_check
from duckrace.formal import Report, load_manifest, load_proofs, load_traces
from duckrace.report.terminal import Bar

from .conftest import Run

ROOT = Path(__file__).parents[3]
JAR = formal.find_tools().digest()
ROW = ("--profile", "quick", "--row", "delivery", "--no-corpus", "-q")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A channel of one's own: the example's."""
    return Path(shutil.copy(ROOT / "examples" / "mychannel.py", tmp_path))


def links(file: Path, part: str) -> dict[str, dict[str, Any]]:
    return {link["name"]: link for link in json.loads(file.read_text())[part]["links"]}


def test_check_writes_and_verify_reads(mine: Path, tmp_path: Path, duckrace: Run) -> None:
    file = tmp_path / "certificate.json"
    done = duckrace("check", "--channel", f"{mine}::channel", *ROW, "--certificate", str(file))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    rows = links(file, "check")
    assert set(rows) == set(ROWS), "what was not checked is listed"
    assert (rows["delivery"]["outcome"], rows["delivery"]["counts"]["executions"] > 0) == ("passed", True)
    assert rows["closure"]["outcome"] == "not checked"
    assert "not among the rows" in rows["closure"]["why"]
    specs = links(file, "spec")
    assert {"refinement", "model ≡ spec", "any size", "mutants of the proof"} <= set(specs)
    assert {link["outcome"] for link in specs.values()} == {"not checked"}
    held = json.loads(file.read_text())["check"]
    assert set(held["sources"]) == {"channel", "spec", "model", "duckrace"}
    assert "Menus.tla" in held["sources"]["spec"]  # row transitions drives what it says
    assert "mychannel" in held["sources"]["channel"]
    assert held["versions"]["python"].startswith("CPython")

    same = duckrace("certificate", "verify", str(file))
    assert (same.returncode, same.stderr) == (0, "")
    assert same.stdout.splitlines()[-1].startswith("UP TO DATE  1 link passed, ")

    mine.write_text(mine.read_text() + "\n# changed\n")
    changed = duckrace("certificate", "verify", str(file))
    assert (changed.returncode, changed.stderr) == (1, "")
    assert "The part check is stale: channel mychannel (changed)." in changed.stdout
    assert f"  {held['renew']}\n" in changed.stdout
    assert held["renew"] == (
        f"duckrace check --channel {mine}::channel --profile quick --row delivery --certificate {file}"
    )
    assert changed.stdout.splitlines()[-1] == "STALE  check"


def certificate(tmp_path: Path) -> tuple[Path, chain.Chain]:
    """Of no run at all, but with the files that there are."""
    file = tmp_path / "certificate.json"
    spec = chain.of_spec(Report(checked=(), seconds=0.0, jar=JAR), str(file), quick=True)
    found = chain.Chain(check=chain.unchecked_check(str(file), ROWS), spec=spec)
    chain.write(found, file)
    return file, found


def test_nothing_run_is_nothing_checked(tmp_path: Path) -> None:
    file, found = certificate(tmp_path)
    assert chain.read(file) == found
    assert {link.outcome for link in (*found.check.links, *found.spec.links)} == {"not checked"}
    listed = {name for link in found.spec.links for name in link.skipped}
    assert not listed, "a link without a run says so once"
    assert chain.stale(found) == ()


@pytest.mark.parametrize(("what", "name"), [("spec", "Channel.tla"), ("model", "bounded.py"), ("duckrace", "_data.py")])
def test_stale(what: str, name: str, tmp_path: Path, duckrace: Run) -> None:
    file, _ = certificate(tmp_path)
    document = json.loads(file.read_text())
    document["spec"]["sources"][what][name] = "0" * 64
    document["spec"]["sources"][what]["no longer there"] = "0" * 64
    file.write_text(json.dumps(document))
    (stale,) = chain.stale(chain.read(file))
    assert stale.part == "spec"
    assert set(stale.changed) == {f"{what} {name} (changed)", f"{what} no longer there (gone)"}
    done = duckrace("certificate", "verify", str(file))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "STALE  spec")
    assert f"duckrace spec --quick --certificate {file}" in done.stdout


THOROUGH = CheckReport(
    channel="mine", profile="thorough", rows=(Row(name="delivery", verdict=Verdict(kind=Kind.PASSED), executions=7),)
)


def test_thorough_check_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUCKRACE_JAVA", "/no/java")
    file = tmp_path / "certificate.json"
    assert write_check(THOROUGH, None, str(file), Bar(shown=False)) == 0
    found = chain.read(file)
    assert {(link.outcome, link.why) for link in found.spec.links} == {
        ("not checked", "DUCKRACE_JAVA names /no/java, which is not a file.")
    }
    assert found.check.links[0].counts == {"executions": 7, "statements": 0}


@pytest.mark.tlc
@pytest.mark.parametrize(("distinct", "outcome", "status"), [(71, "passed", 0), (70, "failed", 1)])
def test_thorough_check_has_the_quick_runs(
    distinct: int, outcome: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = next(run for run in load_manifest() if run.name == "channel/stream-1")
    proof = next(proof for proof in load_proofs() if proof.name == "any-size/bounded")
    entries = [replace(run, distinct=distinct), proof, *load_traces()]
    monkeypatch.setattr(formal, "load_entries", lambda: entries)
    file = tmp_path / "certificate.json"
    assert write_check(THOROUGH, None, str(file), Bar(shown=False)) == status
    made = {link.name: link for link in chain.read(file).spec.links}
    assert (made["properties: safety"].outcome, made["properties: safety"].counts["states"]) == (outcome, 71)
    assert made["any size"].outcome == "passed"
    assert made["any size"].counts == {"runs": 1, "queries": 406, "statements": 25}
    assert made["refinement"].outcome == "not checked"


def all_passed(file: Path) -> dict[str, Any]:
    """As if all runs had been made and passed."""
    document: dict[str, Any] = json.loads(file.read_text())
    for link in document["spec"]["links"]:
        link["outcome"] = "passed"
    file.write_text(json.dumps(document))
    return document


@pytest.mark.parametrize("profile", ["thorough", "default"])
def test_what_spec_wrote_is_kept(profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, _ = certificate(tmp_path)
    all_passed(file)
    before = chain.read(file).spec
    assert chain.up_to_date(before)
    monkeypatch.setenv("DUCKRACE_JAVA", "/no/java")  # it would be said if the runs were made again
    assert write_check(replace(THOROUGH, profile=profile), None, str(file), Bar(shown=False)) == 0
    assert chain.read(file).spec == before


@pytest.mark.parametrize(
    "why",
    ["stale", "failed", "one left out", "one link not checked", "a trace left out", "another version", "another jar"],
)
def test_what_is_not_up_to_date_is_made_again(why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, found = certificate(tmp_path)
    assert not chain.up_to_date(found.spec), "nothing was checked"
    document = all_passed(file)
    link = next(link for link in document["spec"]["links"] if link["name"] == "any size")
    if why == "stale":
        document["spec"]["sources"]["spec"]["Channel.tla"] = "0" * 64
    elif why == "a trace left out":
        (traces,) = [link for link in document["spec"]["links"] if link["name"] == "traces"]
        quick = next(run.name for run in load_traces() if run.quick and run.name.startswith("trace/"))
        traces["skipped"] = [f"{quick} (not run)"]
    elif why == "another version":
        document["spec"]["versions"]["z3-solver"] = "0.1"
    elif why == "another jar":
        document["spec"]["versions"]["tla2tools.jar"] = "0" * 64
    elif why == "one left out":
        link["skipped"] = ["any-size/bounded (not run)"]
    else:
        link["outcome"] = "failed" if why == "failed" else "not checked"
    file.write_text(json.dumps(document))
    assert not chain.up_to_date(chain.read(file).spec)
    if why == "another jar":
        return  # without Java nothing could be made again
    monkeypatch.setenv("DUCKRACE_JAVA", "/no/java")
    write_check(THOROUGH, None, str(file), Bar(shown=False))
    assert {link.outcome for link in chain.read(file).spec.links} == {"not checked"}


def test_nothing_else_is_overwritten(tmp_path: Path, duckrace: Run) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    done = duckrace("check", *ROW, "--certificate", str(file))
    assert (done.returncode, done.stdout, file.read_text()) == (2, "", "mine")
    assert done.stderr.startswith(f"Error: The certificate {file} is damaged, or is none: ")


def test_failed_link_is_no_pass(tmp_path: Path, duckrace: Run) -> None:
    file, _ = certificate(tmp_path)
    document = json.loads(file.read_text())
    document["spec"]["links"][0]["outcome"] = "failed"
    file.write_text(json.dumps(document))
    done = duckrace("certificate", "verify", str(file))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "FAILED  properties: safety")


def test_proofs_beside_a_check(tmp_path: Path, duckrace: Run) -> None:
    """`spec` replaces its own part only."""
    file, found = certificate(tmp_path)
    done = duckrace("spec", "--only", "any-size/one-more-fits", "-q", "--certificate", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    after = chain.read(file)
    assert after.check == found.check
    made = {link.name: link for link in after.spec.links}
    assert (made["mutants of the proof"].outcome, made["mutants of the proof"].counts) == ("passed", {"runs": 1})
    assert "any-size/the-newest-first (not run)" in made["mutants of the proof"].skipped
    assert made["any size"].outcome == "not checked"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read: No such file or directory."),
        ("{", "is damaged, or is none: "),
        ('{"format": 1, "kind": "baseline"}', "is damaged, or is none: "),
        ('{"format": 9, "kind": "chain"}', "is of format 9; this duckrace reads format 1. "),
    ],
)
def test_malformed(text: str | None, says: str, tmp_path: Path, duckrace: Run) -> None:
    file = tmp_path / "certificate.json"
    if text is not None:
        file.write_text(text)
    done = duckrace("certificate", "verify", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: The certificate {file} {says}")
    assert done.stderr.count("\n") == 1


def test_no_place_for_it(tmp_path: Path, duckrace: Run) -> None:
    done = duckrace("check", *ROW, "--certificate", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: The certificate {tmp_path} cannot be written: it is a folder.\n"


def test_every_run_belongs_to_a_link() -> None:
    named = [name for names in chain._links().values() for name in names]
    assert {run.name for run in load_manifest()} <= set(named)
    assert len(named) == len(set(named))


def test_a_limit_is_never_a_pass(tmp_path: Path, duckrace: Run) -> None:
    file, _ = certificate(tmp_path)
    for outcomes, status, last in [
        ([], 3, r"NOTHING CHECKED  0 links passed, \d+ links not checked, of which nothing is said"),
        (["passed"], 0, r"UP TO DATE  1 link passed, \d+ links not checked, of which nothing is said"),
        (
            ["passed", "inconclusive"],
            3,
            r"INCONCLUSIVE  properties: liveness; 1 link passed, 1 inconclusive, \d+ links not checked, .*",
        ),
        (["failed", "inconclusive"], 1, "FAILED  properties: safety"),
    ]:
        document = json.loads(file.read_text())
        for name, outcome in zip(("properties: safety", "properties: liveness"), outcomes, strict=False):
            next(link for link in document["spec"]["links"] if link["name"] == name)["outcome"] = outcome
        file.write_text(json.dumps(document))
        done = duckrace("certificate", "verify", str(file))
        assert (done.returncode, done.stderr) == (status, "")
        assert re.fullmatch(last, done.stdout.splitlines()[-1]), done.stdout
        told = json.loads(duckrace("certificate", "verify", str(file), "--json").stdout)
        assert (told["exit_status"], told["passed"]) == (status, status == 0)
        assert len(told["not_checked"]) == len(ROWS) + len(chain._links()) - len(outcomes)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Of all keys that a certificate has to have; names of files, packages and counts are data."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict) and not {"versions", "counts", "elsewhere", "distributions"} & set(path):
        for key, inner in value.items():
            if path[1:2] != ("sources",) or len(path) == 2:
                found += [(*path, key), *places(inner, (*path, key))]
    elif isinstance(value, list) and value:
        found += places(value[0], (*path, 0))
    return found


def test_every_damage_is_one_sentence(
    tmp_path: Path, mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = tmp_path / "certificate.json"
    channel, part = chain.of_check(THOROUGH, "mychannel.py::channel", ROWS, str(whole))
    spec = chain.of_spec(Report(checked=(), seconds=0.0, jar=JAR), str(whole), quick=True)
    chain.write(chain.Chain(channel=channel, check=part, spec=spec), whole)
    assert cli.main(["certificate", "verify", str(whole)]) == 0
    capsys.readouterr()
    keys = places(json.loads(whole.read_text()))
    assert {("check", "sources", "channel"), ("spec", "links", 0, "counts"), ("format",)} <= set(keys)
    wrongs: list[tuple[object, ...]] = [(key, "removed") for key in keys]
    wrongs += [
        (key, "another", value) for key in keys for value in (None, 17, True, [1], {"a": 1}, "x", ["x"], {"a": "b"})
    ]
    wrongs += [((*key[:-1], "more"), "another", {}) for key in keys]
    for key, what, *values in wrongs:
        document = json.loads(whole.read_text())
        inside: Any = document
        assert isinstance(key, tuple)
        for step in key[:-1]:
            inside = inside[step]
        before = inside.get(key[-1])
        if what == "removed":
            del inside[key[-1]]
        elif type(before) is type(values[0]) or (key[-1] == "seconds" and values == [17]):
            continue
        else:
            inside[key[-1]] = values[0]
        damaged = tmp_path / "damaged.json"
        damaged.write_text(json.dumps(document))
        status = cli.main(["certificate", "verify", str(damaged)])
        out, err = capsys.readouterr()
        assert (status, out, err.count("\n")) == (2, "", 1), (key, what, values, out, err)
        assert err.startswith("Error: The certificate "), err
        assert err.endswith(".\n"), err


@pytest.mark.parametrize("text", ["", "x" * 5000 + ".py::a", "a\0b.py::c", "nowhere", "..::x", "/::x"])
def test_no_such_channel(text: str, tmp_path: Path, mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "certificate.json"
    channel, part = chain.of_check(THOROUGH, f"{mine}::channel", ROWS, str(whole))
    chain.write(chain.Chain(channel=channel, check=part, spec=chain.unchecked_spec(str(whole), "")), whole)
    document = json.loads(whole.read_text()) | {"channel": text}
    whole.write_text(json.dumps(document))
    assert cli.main(["certificate", "verify", str(whole)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1), err


@pytest.mark.parametrize("why", ["ctrl-c", "cut", "deadline", "deadline during the runs"])
def test_an_interrupted_check_is_no_pass(why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def proofs(chosen: object, *, progress: Any) -> tuple[()]:
        made.append("z3")
        if why == "ctrl-c":
            raise KeyboardInterrupt
        time.sleep(0.02)
        progress(0, 1, 1)
        raise AssertionError("it goes on")

    monkeypatch.setattr(formal, "check_proofs", proofs)
    report = replace(THOROUGH, cut="interrupted" if why == "cut" else "", seconds=1.0)
    deadline = {"deadline": 1.0, "deadline during the runs": 1.01}.get(why)
    file = tmp_path / "certificate.json"
    assert write_check(report, None, str(file), Bar(shown=False), deadline=deadline) == 3
    assert bool(made) is (why in ("ctrl-c", "deadline during the runs"))
    found = chain.read(file)
    said = "interrupted" if deadline is None else f"the deadline of {deadline:g} s"
    assert {(link.outcome, link.why) for link in found.spec.links} == {("not checked", said)}
    if deadline is not None:
        assert f"--deadline {deadline:g}" in found.check.renew


def test_a_check_whose_specs_were_cut_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*arguments: object, **more: object) -> tuple[()]:
        raise KeyboardInterrupt

    monkeypatch.setattr(formal, "check_proofs", interrupted)
    monkeypatch.setattr("duckrace.checks.check", lambda *arguments, **more: THOROUGH)
    words = ["check", "--profile", "thorough", "--no-corpus", "--certificate", str(tmp_path / "certificate.json")]
    assert cli.main([*words, "-q"]) == 3
    out, err = capsys.readouterr()
    assert out.startswith("BUDGET(the specs were not checked to the end)")
    assert err.startswith("The specs were not checked to the end: see ")
    assert cli.main([*words, "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["exit_status"], told["rows"][-1]["name"]) == (False, 3, "specs")


def test_runs_are_not_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, _ = certificate(tmp_path)
    all_passed(file)
    before = file.read_bytes()
    assert cli.main(["spec", "--only", "any-size/one-more-fits", "-q", "--certificate", str(file)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), file.read_bytes()) == ("", 1, before)
    assert re.match(rf"Error: The certificate {file} has \d+ runs that this command does not make, \S+ first: ", err)
    document = json.loads(before)
    document["spec"]["sources"]["spec"]["Channel.tla"] = "0" * 64  # nothing of it is so any more
    file.write_text(json.dumps(document))
    assert cli.main(["spec", "--only", "any-size/one-more-fits", "-q", "--certificate", str(file)]) == 0
    assert chain.read(file).spec.renew == f"duckrace spec --only any-size/one-more-fits --certificate {file}"
