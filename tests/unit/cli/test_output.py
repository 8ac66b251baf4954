"""What is printed where: -q, --json, colours, the progress bar, the output of scenarios, pipes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from .conftest import PROGRAMS, command, environment

pytestmark = pytest.mark.unmeasured

LONG = ["-n", "100000000", "--deadline", "3"]  # the bar appears after half a second


def test_output_of_a_passing_scenario_is_not_shown(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::fine", "-n", "20")
    assert "said by a passing execution" not in done.stdout + done.stderr
    assert "Every execution returned 'done'." in done.stdout


def test_output_of_the_failing_execution_is_shown_once(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::lost_update")
    assert done.stdout.count("total is 1") == 1
    assert "total is 2" not in done.stdout


def test_quiet_is_the_verdict_and_what_to_paste(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::fine", "-n", "20", "-q")
    assert done.stdout == "PASSED(sampled 20)  scenarios.py::fine\n"
    done = duckrace("explore", "scenarios.py::circle", "--quiet")
    verdict, message, line = done.stdout.splitlines()
    assert verdict == "DEADLOCK  scenarios.py::circle"
    assert "held by" in message
    assert line.startswith("duckrace replay dr1_")


def test_json_is_one_document(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::two_kinds", "--keep-going", "-n", "100", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert (found["format"], found["kind"], found["verdict"], found["exit_status"]) == (1, "result", "FAILED", 1)
    assert found["executions"] == 100
    assert {value for value, _ in found["outcomes"]} == {"'ab'", "'FAILED'"}
    assert sum(count for _, count in found["outcomes"]) == 100
    (failure,) = found["failures"]
    assert failure["replay"] == f"duckrace replay {failure['schedule']}"
    assert failure["events"][0]["step"] == 1
    assert json.loads(duckrace("replay", failure["schedule"], "--json").stdout)["failures"][0]["kind"] == "FAILED"


def test_wrong_use_with_json_says_so_on_stderr(duckrace) -> None:
    done = duckrace("explore", "missing.py::x", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")


def test_environment_sets_options(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::fine", "-q", DUCKRACE_EXECUTIONS="13")
    assert done.stdout.startswith("PASSED(sampled 13)")


def test_pipe_gets_neither_colours_nor_a_bar(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::many_steps", "-n", "100000000", "--deadline", "1.5")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


def test_terminal_gets_colours_and_a_bar(on_terminal) -> None:
    written = on_terminal("explore", "scenarios.py::many_steps", *LONG)
    assert "exploring" in written
    assert "\x1b[1;33mBUDGET" in written


def test_terminal_tells_of_reducing(on_terminal) -> None:
    program = Path(__file__).parents[1] / "search" / "programs" / "reduced.py"
    written = on_terminal("explore", f"{program}::racy_slowly", "--granularity", "access")
    assert "reducing" in written
    assert "Reduced until" in written


@pytest.mark.parametrize("option", ["-q", "--json"])
def test_no_bar_when_it_is_not_wanted(on_terminal, option: str) -> None:
    assert "exploring" not in on_terminal("explore", "scenarios.py::many_steps", *LONG, option)


def test_no_color_is_respected(on_terminal) -> None:
    written = on_terminal("explore", "scenarios.py::circle", NO_COLOR="1")
    assert "DEADLOCK  scenarios.py::circle" in written
    assert "\x1b[3" not in written
    assert "\x1b[1m" not in written


def test_line_to_paste_is_one_line_on_a_narrow_terminal(on_terminal) -> None:
    written = on_terminal("explore", "scenarios.py::circle", NO_COLOR="1", COLUMNS="60")
    assert written.rstrip().splitlines()[-1].startswith("duckrace replay dr1_")


def test_reader_that_goes_away_is_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        command("explore", "scenarios.py::circle"),
        env=environment(),
        cwd=PROGRAMS,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        check=False,
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 141


def test_output_that_the_terminal_cannot_show(duckrace) -> None:
    done = duckrace("explore", "scenarios.py::two_kinds", "--keep-going", "-n", "50", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_list(duckrace) -> None:
    done = duckrace("list")
    assert (done.returncode, done.stderr) == (0, "")
    for word in ("strategies", "pct", "granularities", "sync", "checks", "channels", "reference"):
        assert word in done.stdout
    assert set(json.loads(duckrace("list", "--json").stdout)) >= {"format", "strategies", "checks", "channels"}


def test_minimising_can_be_switched_off(duckrace) -> None:
    """By the option and by the environment."""

    def found(*options: str, **environment: str) -> tuple[bool, int]:
        done = duckrace("explore", "scenarios.py::lost_update", "--seed", "2", "--json", *options, **environment)
        (failure,) = json.loads(done.stdout)["failures"]
        return failure["minimized"], failure["preemptions"]

    assert found() == found(DUCKRACE_MINIMIZE="1") == (True, 1)
    plain = found("--no-minimize")
    assert plain == found(DUCKRACE_MINIMIZE="0")
    assert not plain[0]
    assert plain[1] > 1
    assert found("--minimize", DUCKRACE_MINIMIZE="0") == (True, 1)
