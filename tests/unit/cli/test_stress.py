"""``duckrace stress``: what it prints, what it keeps, and its exit statuses."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from duckrace import cli

from .conftest import Run, command, environment

PROGRAMS = Path(__file__).parents[1] / "realthreads" / "programs"
WRONG = f"{PROGRAMS / 'channels.py'}::says_closed"
SHORT = ("--seconds", "0.3", "--operations", "200")


def test_a_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["stress", "--channel", "queue", *SHORT]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("PASSED(sampled on real threads, ")
    assert "per second at work" in out
    assert "with the GIL" in out or "free-threaded" in out
    assert "nothing more is claimed" in " ".join(out.split())
    assert cli.main(["stress", "--channel", "queue", *SHORT, "-q"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_what_is_found_is_kept_and_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "found.json")
    assert cli.main(["stress", "--channel", WRONG, "--save", file]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[-1] == f"duckrace stress --judge {file}"
    assert cli.main(["stress", "--judge", file]) == 1
    again = capsys.readouterr().out
    assert again.splitlines()[2] == out.splitlines()[2]  # the sentence
    assert cli.main(["stress", "--judge", file, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["of"] == "history"


def test_it_is_kept_in_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DUCKRACE_NO_CORPUS")
    assert cli.main(["stress", "--channel", WRONG, "--corpus", str(tmp_path), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (kept,) = (tmp_path / "histories").iterdir()
    assert document["saved"] == str(kept)
    assert kept.name.startswith("says-Disconnected-")
    assert cli.main(["stress", "--channel", WRONG, "--no-corpus", "-q"]) == 1
    assert "--judge" not in capsys.readouterr().out


def test_where_it_cannot_be_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["stress", "--channel", WRONG, "--save", str(tmp_path), "-q"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("FAILED")
    assert err == f"Error: {tmp_path} cannot be written: Is a directory.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--channel", "queue", "x.py::y"], "FUNCTION and --channel were given"),
        (["--channel", "quueue"], "did you mean 'queue'"),
        (["--judge", "missing.json"], "missing.json cannot be read"),
        (["--seconds", "-1"], "seconds is a number of seconds above 0"),
    ],
)
def test_wrong_use(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["stress", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_channel_of_the_environment_gives_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DUCKRACE_CHANNEL", "simplequeue")
    assert cli.main(["stress", *SHORT, "-q"]) == 0
    assert "queue.SimpleQueue" in capsys.readouterr().out
    assert cli.main(["stress", f"{PROGRAMS / 'scenarios.py'}::fine", *SHORT, "-q"]) == 0
    assert "scenarios.py::fine" in capsys.readouterr().out


def test_check_names_stress(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--channel", "mp-pipe"]) == 2
    assert "`duckrace stress --channel mp-pipe` runs it" in capsys.readouterr().err


def test_a_hang(duckrace: Run) -> None:
    """In a process of its own: threads that hang do not keep it."""
    done = duckrace("stress", f"{PROGRAMS / 'scenarios.py'}::circle", "--hang", "0.6")
    assert (done.returncode, done.stderr) == (1, "")
    assert "Who waits for what" in done.stdout
    assert done.stdout.count("scenarios.py:") >= 2


@pytest.mark.unmeasured
def test_ctrl_c() -> None:
    line = command("stress", "--channel", "queue", "--seconds", "60", "--operations", "1000")
    process = subprocess.Popen(line, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (3, "")
    assert out.startswith("BUDGET(interrupted; ")
    assert "that is not a pass" in out


def test_a_call_that_lets_nobody_run(duckrace: Run) -> None:
    """Python itself says where it is, and the process ends."""
    done = duckrace("stress", f"{PROGRAMS / 'scenarios.py'}::holds_the_gil", "--hang", "0.6")
    assert done.returncode == 1
    assert "in holds_the_gil" in done.stderr


def test_processes_of_a_channel(duckrace: Run) -> None:
    done = duckrace("stress", "--channel", "mp-pipe", *SHORT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "in processes" in done.stdout
