"""The line that a failing test ends with, pasted."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

SLOW = """
import threading

class Slow:
    def __init__(self, balance):
        self.balance = balance
        self.lock = threading.Lock()

    def pay(self, amount):
        with self.lock:
            balance = self.balance
        with self.lock:
            self.balance = balance + amount
"""
FIXED = SLOW.replace("with self.lock:\n            self.balance = b", "if True:\n            self.balance = b")
TEST = "test_transfer[one]"
QUOTED = 'test_transfer[a "two" $x]'


@pytest.fixture(scope="module")
def failed(projects):
    """A project with a failing test, and its first run."""
    folder = projects.make(["replayed.py"])
    (folder / "bank.py").write_text(SLOW, encoding="utf-8")
    return folder, projects.run(folder, "-q")


@pytest.fixture
def copy(failed, tmp_path):
    """The project, to be changed."""
    return shutil.copytree(failed[0], tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))


def story(report: str) -> str:
    """Message, traceback and timeline, without what a replay says in another way."""
    report = report.partition("\n\nFound by")[0].partition("\n\nReplayed from")[0]
    return re.sub(r" at 0x\w+", "", report)


def test_line_to_paste_shows_the_same_execution(failed, projects):
    folder, first = failed
    line = first.said(TEST).rstrip().splitlines()[-1]
    assert line.startswith("PYTHONHASHSEED=0 python -m pytest ")
    again = projects.run(folder, *shlex.split(line)[4:], "-v")
    assert again.status == 1
    assert story(again.said(TEST)) == story(first.said(TEST))
    assert again.said(TEST).rstrip().splitlines()[-1] == line
    assert "1 failed in" in again.text
    assert "duckrace: replays one execution of test_replayed.py::" in again.text
    assert "duckrace: 1 execution replayed, 1 failed" in again.text


def test_line_to_paste_is_quoted_for_the_shell(failed):
    line = failed[1].said(QUOTED).rstrip().splitlines()[-1]
    assert shlex.split(line)[4] == f"test_replayed.py::{QUOTED}"


def test_token_alone_finds_its_test_from_anywhere(failed, projects):
    folder, first = failed
    token = f"--duckrace-replay={first.token(TEST)}"
    again = projects.run(folder.parent, "--rootdir", folder.parent, folder, token)
    assert "1 failed, 2 deselected" in again.text, again.text + again.errors


def test_fixed_code_passes(failed, projects, copy):
    assert FIXED != SLOW
    (copy / "bank.py").write_text(FIXED, encoding="utf-8")
    again = projects.run(copy, f"--duckrace-replay={failed[1].token(TEST)}")
    assert again.outcome(TEST) in ("passed", "failure")  # a schedule need not fit a program with other steps
    if again.outcome(TEST) == "failure":
        assert again.said(TEST).startswith("NONDETERMINISM: ")


def test_changed_test_is_refused_unless_forced(failed, projects, copy):
    test = copy / "test_replayed.py"
    test.write_text(test.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    token = f"--duckrace-replay={failed[1].token(TEST)}"
    refused = projects.run(copy, token)
    assert "has changed since this token was made. To replay it all the same, add --duckrace-force." in refused.said(
        TEST
    )
    forced = projects.run(copy, token, "--duckrace-force")
    assert "AssertionError: assert 1 == (2 * 1)" in forced.said(TEST)
    assert "Note: test_replayed.py::test_transfer[one] has changed" in forced.said(TEST)


def test_hash_seed_that_the_token_needs_is_told(failed, projects):
    token = f"--duckrace-replay={failed[1].token(TEST)}"
    again = projects.run(failed[0], token, PYTHONHASHSEED="7")
    assert (
        "PYTHONHASHSEED is 7, so the order of a set may be another one: call pytest with PYTHONHASHSEED=0" in again.text
    )


def test_failures_without_a_hash_seed_say_so(failed, projects):
    again = projects.run(failed[0], "--duckrace-executions=50", PYTHONHASHSEED="")
    assert "set PYTHONHASHSEED=0 where tests must be repeated" in again.text
    assert again.said(TEST).rstrip().splitlines()[-1].startswith("python -m pytest ")
    token = f"--duckrace-replay={again.token(TEST)}"
    assert "the token was made without a fixed one" in projects.run(failed[0], token).text


def test_wrong_tokens(failed, projects, copy):
    token = failed[1].token(TEST)
    again = projects.run(failed[0], f"--duckrace-replay={token[:-9]}")
    assert again.status == 4
    assert "This token is damaged" in again.errors
    (copy / "test_replayed.py").rename(copy / "test_renamed.py")
    again = projects.run(copy, f"--duckrace-replay={token}")
    assert again.status == 4
    assert (
        "the token is of test_replayed.py::test_transfer[one], which is not among the 3 tests collected" in again.errors
    )


def test_each_command_names_the_other(failed, projects):
    folder, first = failed
    (folder / "scenario.py").write_text(
        "import threading, bank\n\ndef scenario():\n    a = bank.Slow(0)\n"
        "    threads = [threading.Thread(target=a.pay, args=(1,)) for _ in 'ab']\n"
        "    [t.start() for t in threads], [t.join() for t in threads]\n    assert a.balance == 2\n",
        encoding="utf-8",
    )

    def duckrace(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "duckrace", *arguments],
            cwd=folder,
            env=projects.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    token = first.token(TEST)
    done = duckrace("replay", token)
    assert done.returncode == 2
    assert f'python -m pytest "test_replayed.py::{TEST}" --duckrace-replay={token}' in done.stderr
    found = re.search(r"duckrace replay (dr\S+)", duckrace("explore", "scenario.py::scenario").stdout)
    assert found is not None
    again = projects.run(folder, f"--duckrace-replay={found[1]}")
    assert again.status == 4
    assert "use `duckrace replay`" in again.errors
