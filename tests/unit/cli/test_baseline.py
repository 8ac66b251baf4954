"""``duckrace check --baseline``: written, compared, refused; and what a check ends with."""

import json
from pathlib import Path
from typing import Any

import pytest

from duckrace import Kind, UsageError, Verdict
from duckrace._data import CheckReport, Row, Statement
from duckrace.checks import baseline

BROKEN = Path(__file__).parents[3] / "examples" / "broken.py"
SOUND = ["check", "--channel", f"{BROKEN}::sound", "--profile", "quick", "--row", "delivery"]
PASSED = Verdict(kind=Kind.PASSED, detail="sampled 10")


def said(*outcomes: str) -> tuple[Statement, ...]:
    return tuple(Statement(number=n, text="so", outcome=outcome) for n, outcome in enumerate(outcomes, start=1))


def row(**changes: Any) -> Row:
    statements = said("passed", "failed")
    held: dict[str, Any] = {"name": "hangs", "verdict": PASSED, "executions": 10, "statements": statements}
    return Row(**(held | changes))


def report(*rows: Row, **changes: Any) -> CheckReport:
    return CheckReport(channel="mine", rows=rows, **changes)


@pytest.mark.parametrize(
    ("now", "worse"),
    [
        ([row()], []),
        ([row(executions=11, statements=said("passed", "passed", "passed")), row(name="new")], []),
        ([], ["hangs: the row is gone; it was PASSED."]),
        ([row(verdict=Verdict(kind=Kind.DEADLOCK), executions=1)], ["hangs: the row passed, and is DEADLOCK now."]),
        ([row(verdict=Verdict(kind=Kind.SKIPPED), executions=0)], ["hangs: the row is skipped now; it was PASSED."]),
        ([row(executions=9)], ["hangs: 9 executions, where the baseline has 10: less was explored."]),
        ([row(verdict=Verdict(kind=Kind.BUDGET))], ["hangs: the row passed, and is BUDGET now: less was explored."]),
        ([row(statements=said("failed"))], ["hangs: statements that passed do not pass now: 1."]),
        ([row(statements=said("skipped"))], ["hangs: statements that passed are skipped now: 1."]),
        ([row(statements=())], ["hangs: statements that passed are gone: 1."]),
        ([row(skipped=("clone (not claimed)",))], ["hangs: skipped now, and was not: clone (not claimed)."]),
    ],
)
def test_what_is_worse(tmp_path: Path, now: list[Row], worse: list[str]) -> None:
    file = tmp_path / "b.json"
    assert baseline.write(report(row()), file).written
    found = baseline.compare(report(*now), file)
    assert (list(found.worse), found.exit_status) == (worse, bool(worse))


def test_row_that_failed_may_go_on_failing_and_may_pass(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    failed = row(verdict=Verdict(kind=Kind.DEADLOCK), executions=3)
    baseline.write(report(failed), file)
    assert not baseline.compare(report(failed), file).worse
    assert not baseline.compare(report(row()), file).worse


def test_file_is_the_same_for_the_same_report(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    statements = said("passed", "failed")
    baseline.write(report(row(skipped=("a", "b"))), one)
    baseline.write(report(row(skipped=("b", "a"), statements=statements[::-1], seconds=3.0), seconds=7.0), two)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().endswith(b"}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_row_that_ended_early_makes_no_baseline(tmp_path: Path) -> None:
    found = baseline.write(report(row(), row(name="late", verdict=Verdict(kind=Kind.BUDGET))), tmp_path / "b.json")
    assert (found.written, found.note) == (False, "late ended early, so no baseline was written")
    assert not (tmp_path / "b.json").exists()


def test_baseline_of_another_channel(tmp_path: Path) -> None:
    baseline.write(report(row()), tmp_path / "b.json")
    with pytest.raises(UsageError, match="is of channel 'mine', and this check of channel 'other'"):
        baseline.compare(CheckReport(channel="other", rows=(row(),)), tmp_path / "b.json")
    with pytest.raises(UsageError, match="There is no baseline"):
        baseline.compare(report(row()), tmp_path / "none.json")


# -- the command ------------------------------------------------------------------------------------------------------


def test_written_then_compared_then_worse(duckrace, tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    done = duckrace(*SOUND, "--baseline", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "was written." in done.stdout.replace("\n", " ")
    done = duckrace(*SOUND, "--baseline", str(file), "--json")
    assert (done.returncode, json.loads(done.stdout)["baseline"]["worse"]) == (0, [])
    held = json.loads(file.read_text())
    held["rows"][0]["executions"] += 1
    file.write_text(json.dumps(held))
    done = duckrace(*SOUND, "--baseline", str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert "less was explored." in done.stdout
    assert done.stdout.endswith("\nWORSE THAN THE BASELINE\n")
    assert "less was explored." in duckrace(*SOUND, "--baseline", str(file), "-q").stdout
    done = duckrace(*SOUND, "--baseline", str(file), "--update-baseline")
    assert done.returncode == 0
    assert json.loads(file.read_text())["rows"][0]["executions"] + 1 == held["rows"][0]["executions"]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("{", [], "is damaged, or is none"),
        ("[1]", [], "is damaged, or is none"),
        ('{"format": 1, "kind": "check"}', [], "is damaged, or is none"),
        ('{"format": 2, "kind": "baseline"}', [], "is of format 2; this duckrace reads format 1"),
        ('{"format":1,"kind":"baseline","channel":"sound","profile":"default","seed":0,"rows":[]}', [], "of profile"),
        ('{"format":1,"kind":"baseline","channel":"sound","profile":"quick","seed":9,"rows":[]}', [], "is of seed 9"),
        (None, ["--baseline", "/"], "cannot be read"),
        (None, ["--baseline", "no/such/folder/b.json"], "cannot be written: no/such/folder is no folder"),
        (None, ["--update-baseline"], "say which"),
    ],
    ids=["cut", "list", "other kind", "format", "profile", "seed", "folder", "nowhere", "no file"],
)
def test_one_sentence_for_what_cannot_be_compared(
    duckrace, tmp_path: Path, text: str | None, options: list[str], words: str
) -> None:
    if text is not None:
        (tmp_path / "b.json").write_text(text)
        options = ["--baseline", "b.json"]
    done = duckrace(*SOUND, *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"] * (text is not None)


def test_a_baseline_of_another_channel_does_not_cost_the_report(duckrace, tmp_path: Path) -> None:
    held = '{"format":1,"kind":"baseline","channel":"other","profile":"quick","seed":0,"rows":[]}'
    (tmp_path / "b.json").write_text(held)
    done = duckrace(*SOUND, "--baseline", "b.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout.endswith("\nPASSED\n")
    assert done.stderr.startswith("Error: The baseline b.json is of channel 'other', and this check of channel 'sound'")
    assert (tmp_path / "b.json").read_text() == held


# -- what a check ends with -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([f"{BROKEN}::sound", "--row", "delivery"], 0),
        ([f"{BROKEN}::newest_first", "--row", "delivery"], 1),
        ([f"{BROKEN}::nothing"], 2),
        ([f"{BROKEN}::sound", "--row", "no_such_row"], 2),
    ],
)
def test_status_of_a_check(duckrace, arguments: list[str], status: int) -> None:
    done = duckrace("check", "--profile", "quick", "-q", "--channel", *arguments)
    assert done.returncode == status, done
    assert bool(done.stderr) == (status == 2)


@pytest.mark.unmeasured
def test_deadline_ends_a_check_with_what_was_covered(duckrace, tmp_path: Path) -> None:
    """And with a baseline, "less was explored" makes it a failure."""
    arguments = ["check", "--channel", f"{BROKEN}::sound", "--row", "delivery", "--row", "hangs", "--deadline", "0.5"]
    done = duckrace(*arguments, "--json")
    assert (done.returncode, done.stderr) == (3, "")
    found = json.loads(done.stdout)
    assert found["verdict"] == "BUDGET"
    assert [one["name"] for one in found["rows"]] == ["delivery", "hangs"]
    cut = found["rows"][-1]
    assert cut["detail"].startswith("the deadline of 0.5 s; ")
    assert found["seconds"] < 10
    assert found["rows"][0]["executions"] > 0
    file = tmp_path / "b.json"
    done = duckrace(*arguments, "--baseline", str(file))
    assert (done.returncode, file.exists()) == (3, False)
    assert "ended early, so no baseline was written" in done.stdout.replace("\n", " ")
    rows = [{"name": name, "verdict": "PASSED", "executions": 10**6} for name in ("delivery", "hangs")]
    held = {"format": 1, "kind": "baseline", "channel": "sound", "profile": "default", "seed": 0, "rows": rows}
    file.write_text(json.dumps(held))
    done = duckrace(*arguments, "--baseline", str(file), "--json")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["baseline"]["worse"]) == 2
