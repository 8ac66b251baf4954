"""``duckrace verify`` as a command: what it prints, what it ends with, Ctrl-C, `--json`."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from duckrace import cli

from .conftest import command, environment

ROOT = Path(__file__).parents[3]
MUTANTS = ROOT / "tests" / "mutants" / "channels.py"
TINY = ["verify", "--threads", "1", "--operations", "1"]


def test_it_says_beforehand_how_many_programs_and_then_what_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(TINY) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = " ".join(out.split())
    order = [
        "duckrace verify reference",
        "9 programs: all with up to 1 thread, one of which receives, and up to 1 operation in each, up to symmetry",
        "(3 on channel(), 3 on sync_channel(1), 3 on sync_channel(0)).",
        "In no program of any channel: timed calls,",
        "channel programs executions traces outcomes time",
        "channel() 3 ",
        "strategy dpor, granularity sync:",
        "SHA-256 of the sources: the channel ",
        "Nothing illegal happens, and everything legal can happen. Larger programs were not tried.",
    ]
    places = [rows.index(part) for part in order]
    assert places == sorted(places)
    assert out.splitlines()[-1] == "PASSED(exhaustive)"


@pytest.mark.parametrize(
    ("channel", "options", "status", "verdict"),
    [
        ("reference", TINY[1:], 0, "PASSED(exhaustive)  reference"),
        (f"{MUTANTS}::newest_first", ["--calls", "3"], 1, "FAILED(illegal outcome)"),
        (f"{MUTANTS}::looks_twice", ["--calls", "2"], 1, "FAILED(missing outcome)"),
        ("reference", ["--deadline", "0.2"], 3, "BUDGET(the deadline of 0.2 s; "),
    ],
)
def test_status(
    channel: str, options: list[str], status: int, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", "-q", "--channel", channel, *options]) == status
    out, err = capsys.readouterr()
    assert err == ""
    first, *rest = out.splitlines()
    assert first.startswith(verdict)
    if status != 1:
        assert rest == []
        return
    assert rest[0] == "tx1, rx = channel()"
    assert rest[-1].startswith("duckrace replay dr1_") is ("illegal" in verdict)


def test_the_failure_is_told_and_its_last_line_replays_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--channel", f"{MUTANTS}::newest_first", "--calls", "3"]) == 1
    out, _ = capsys.readouterr()
    rows = out.splitlines()
    assert "  tx1, rx = channel()" in rows
    assert "  thread 1: tx1.send(11); tx1.send(12)" in rows
    assert "  thread 2: rx.recv()" in rows
    said = " ".join(out.split())
    assert "rx.recv() → Ok(12): no interleaving of these calls allows it" in said
    assert "Allowed is: tx1.send(11) → Ok, tx1.send(12) → Ok | rx.recv() → Ok(11)." in said
    program, *words = rows[-1].split()
    assert (program, words[0]) == ("duckrace", "replay")
    assert cli.main(words) == 1
    again = " ".join(capsys.readouterr().out.split())
    assert "rx.recv() → Ok(12): no interleaving of these calls allows it" in again


def test_the_document_is_the_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*TINY, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kind"], found["verdict"], found["passed"], found["done"]) == ("certificate", "PASSED", True, 9)
    assert found["size"] == {"threads": 1, "operations": 1, "calls": 1}
    assert [part["channel"] for part in found["parts"]] == ["channel()", "sync_channel(1)", "sync_channel(0)"]
    assert set(found["sources"]) == {"channel", "model", "duckrace"}
    assert all(len(file["sha256"]) == 64 for files in found["sources"].values() for file in files)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--threads", "0"], "Error: threads is a whole number from 1 to 9, not 0.\n"),
        (["--channel", "nowhere.py::x"], "Error: There is no file"),
        (["--threads", "9", "--operations", "9"], "Error: There are more than 100,000 programs of this size"),
    ],
)
def test_wrong_use_is_one_sentence(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert err.count("\n") == 1


def test_the_environment_sets_the_size(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("THREADS", "OPERATIONS", "CALLS"):
        monkeypatch.setenv(f"DUCKRACE_{name}", "1")
    monkeypatch.setenv("DUCKRACE_CHANNEL", "queue")
    assert cli.main(["verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["channel"] == "queue.Queue"
    assert found["size"] == {"threads": 1, "operations": 1, "calls": 1}


def test_ctrl_c_ends_with_what_was_covered() -> None:
    process = subprocess.Popen(
        command("verify"), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        said = ""
        while "symmetry" not in said:  # what it says before it begins
            line = process.stdout.readline()
            assert line, process.communicate()
            said += line
        process.stdout.readline()
        try:
            process.wait(2)  # so that it has begun
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (3, "")
    last = out.splitlines()[-1]
    assert last.startswith("BUDGET(interrupted; ")
    assert last.endswith(" of 3,607 programs)")
    assert "this is not a pass" in out
