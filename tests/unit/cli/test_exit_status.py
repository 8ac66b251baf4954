"""What a command ends with, and where it says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from duckrace import cli

from .conftest import environment


@pytest.mark.parametrize(
    ("scenario", "options", "status", "verdict"),
    [
        ("fine", ["-n", "50"], 0, "PASSED(sampled 50)"),
        ("lost_update", [], 1, "FAILED(exception)"),
        ("circle", [], 1, "DEADLOCK"),
        ("endless", ["--max-steps", "500"], 3, "BUDGET"),
        ("stalls", ["--watchdog", "0.5"], 3, "UNCONTROLLED"),
        ("many_steps", ["-n", "100000000", "--deadline", "0.3"], 3, "BUDGET(the deadline of 0.3 s; "),
    ],
)
def test_status_says_what_was_found(duckrace, scenario: str, options: list[str], status: int, verdict: str) -> None:
    done = duckrace("explore", f"scenarios.py::{scenario}", *options)
    assert done.stdout.startswith(verdict), done
    assert (done.returncode, done.stderr) == (status, "")


def test_failure_ends_with_the_line_to_paste_and_that_gives_the_same_report(duckrace) -> None:
    explored = duckrace("explore", "scenarios.py::lost_update")
    line = explored.stdout.rstrip("\n").splitlines()[-1]
    program, *words = line.split()
    assert (program, words[0]) == ("duckrace", "replay")
    replayed = duckrace(*words)
    assert replayed.returncode == 1

    def evidence(report: str) -> list[str]:
        return [row for row in report.splitlines() if not row.startswith(("Found by", "Reduced", "Replayed"))]

    assert evidence(replayed.stdout) == evidence(explored.stdout)


@pytest.mark.parametrize("wrapping", ["{}", "duckrace replay {}\n", "  {}\n\n"])
def test_token_comes_from_standard_input(duckrace, wrapping: str) -> None:
    token = json.loads(duckrace("explore", "scenarios.py::circle", "--json").stdout)["failures"][0]["schedule"]
    done = duckrace("replay", "-", "-q", stdin=wrapping.format(token))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("DEADLOCK")


def test_module_in_the_current_directory_can_be_named(duckrace) -> None:
    assert duckrace("explore", "scenarios::fine", "-n", "5").returncode == 0


@pytest.mark.parametrize("seed", ["random", ""])
def test_hash_seed_is_fixed_by_starting_again(duckrace, seed: str) -> None:
    token = duckrace("explore", "scenarios.py::circle", "-q", PYTHONHASHSEED=seed).stdout.split()[-1]
    again = duckrace("explore", "scenarios.py::circle", "-q").stdout.split()[-1]
    assert token == again  # the token holds the hash seed
    done = duckrace("replay", "-", "-q", stdin=token, PYTHONHASHSEED=seed)
    assert done.returncode == 1
    assert token in done.stdout


def test_hash_seed_of_the_caller_is_kept(duckrace) -> None:
    token = duckrace("explore", "scenarios.py::circle", "-q", PYTHONHASHSEED="7").stdout.split()[-1]
    assert token in duckrace("replay", token, "-q").stdout


def test_fault_of_our_own_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(*arguments: object, **settings: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(cli.duckrace, "explore", explode)
    assert cli.main(["explore", "x.py::y"]) == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError: ours" in said
    assert "Please report it" in said.splitlines()[-1]


def test_interrupt_before_anything_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*arguments: object, **settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.duckrace, "explore", interrupt)
    assert cli.main(["explore", "x.py::y"]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_help_and_version(duckrace, tmp_path: Path) -> None:
    for arguments in (["-h"], ["--help"], ["--version"], ["explore", "-h"], ["check", "--help"]):
        done = duckrace(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    assert duckrace("--version").stdout.startswith("duckrace ")
    assert "Exit status: 0 passed" in duckrace("-h").stdout


def test_start_is_quick_since_nothing_is_imported_for_screens() -> None:
    program = "import sys; from duckrace import cli; cli.main(['--version']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"rich", "hypothesis", "asyncio", "duckrace.checks"} & set(done.stdout.split())
