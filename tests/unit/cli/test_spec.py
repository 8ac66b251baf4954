"""``duckrace spec`` as a command: what it prints, what it ends with, what is wrong use."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable

import pytest

from .conftest import PROGRAMS, Run, command, environment

MUTANT = "mutant/do-not-wait-for-the-handover"


@pytest.mark.tlc
def test_mutant_with_its_trace(duckrace: Run) -> None:
    done = duckrace("spec", "--only", MUTANT, "--traces")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("      ")] == [
        ["2", "a", "calls", 'ta.send("a1")'],
        ["3", "a", "takes", "the", "lock"],
        ["4", "a", "send", "is", "decided:", "Ok()"],
    ]
    assert lines[-1] == "PASSED  1 run rejected by the check that has to"


@pytest.mark.tlc
def test_quiet_and_jobs(duckrace: Run) -> None:
    done = duckrace("spec", "--only", "graph/stream-1", "--only", "channel/stream-1", "-q", "--jobs", "2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "PASSED  2 runs accepted\n", "")


@pytest.mark.tlc
def test_limit(duckrace: Run) -> None:
    done = duckrace("spec", "--only", MUTANT, "-q", "--spec-limit", "0.1")
    assert (done.returncode, done.stdout) == (3, f"INCONCLUSIVE  1 of 1 run: {MUTANT} (stopped)\n")


@pytest.mark.tlc
def test_json(duckrace: Run) -> None:
    done = duckrace("spec", "--only", MUTANT, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["kind"], found["passed"], found["exit_status"]) == (0, "spec", True, 0)
    (run,) = found["runs"]
    assert (run["violated"], run["link"], run["finding"]) == ("Refines", "refinement", "as expected")
    assert run["trace"][0] == {"step": 2, "caller": "a", "words": 'calls ta.send("a1")'}


@pytest.mark.tlc
def test_progress(on_terminal: Callable[..., str]) -> None:
    assert "TLC" in on_terminal("spec", "--only", MUTANT).partition("duckrace spec")[0]


@pytest.mark.tlc
def test_interrupt() -> None:
    process = subprocess.Popen(
        command("spec", "--only", "mutex/leaving-1"),
        env=environment(),
        cwd=PROGRAMS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=4)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=20)
    assert (process.returncode, printed, said) == (3, "", "Interrupted: nothing can be said.\n")


@pytest.mark.tlc
def test_traces(duckrace: Run) -> None:
    done = duckrace("spec", "--only", "trace/bounded", "--only", "trace-mutant/no-bound", "--traces")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "Event 4, ta.try_send(2) of a returns Ok(), is nothing that the spec allows. So it has to be." in lines
    assert lines[-1] == "PASSED  1 trace accepted, 1 trace rejected at the event that has to be"


@pytest.mark.tlc
def test_recorded_executions(duckrace: Run) -> None:
    done = duckrace("spec", "--only", "recorded/reference-quick", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["passed"], found["runs"]) == (0, True, [])
    (recorded,) = found["traces"]
    assert recorded["finding"] == "as expected"
    assert recorded["events"] > recorded["different"] >= recorded["least"] > 0


def test_list(duckrace: Run) -> None:
    done = duckrace("spec", "--list", "--only", MUTANT)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"  {MUTANT}  rejected by Refines" in done.stdout
    found = json.loads(duckrace("spec", "--list", "--json", "--quick").stdout)
    assert found["kind"] == "spec-runs"
    assert all(run["quick"] for run in (*found["runs"], *found["traces"]))


@pytest.mark.parametrize(
    ("arguments", "more", "says"),
    [
        (
            ["--only", "nothing"],
            {},
            "Error: No run has 'nothing' in its name; `duckrace spec --list` shows the names.\n",
        ),
        ([], {"DUCKRACE_JAVA": "/no/java"}, "Error: DUCKRACE_JAVA names /no/java, which is not a file.\n"),
        ([], {"DUCKRACE_TLA2TOOLS_JAR": "x.jar"}, "Error: DUCKRACE_TLA2TOOLS_JAR names x.jar, which is not a file.\n"),
    ],
)
def test_wrong_use(arguments: list[str], more: dict[str, str], says: str, duckrace: Run) -> None:
    done = duckrace("spec", *arguments, **more)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", says)
