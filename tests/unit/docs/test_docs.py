"""Every code block of README and docs is true: Python runs, console output is what the command prints.

Of console blocks the commands ``$ duckrace ...`` are run. Their output is compared line by line where it is
printed; ``...`` stands for any lines, numbers and tokens may differ, and rows of a timeline are not compared (a
schedule is not a promise).
"""

import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import duckrace
from duckrace import cli

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
HEAVY = {"duckrace check"}  # what .ci/run runs, as the README says


@dataclass(frozen=True)
class Block:
    page: Path
    number: int  # its first line
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.number}"


def blocks(language: str) -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            if found[1] == language:
                yield Block(page, text.count("\n", 0, found.start()) + 2, found[1], found[2])


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DUCKRACE_")}
    if "PYTHONPATH" in environment:
        parts = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in parts)
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=environment | {"PYTHONHASHSEED": "0", "DUCKRACE_NO_CORPUS": "1"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize("block", list(blocks("python")), ids=str)
def test_python_runs(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "block.py"
    names = "from threading import Thread\nfrom duckrace.channels import *\n" if "Sender[" in block.text else ""
    program.write_text(names + block.text, encoding="utf-8")
    done = run(program)
    assert (done.returncode, done.stderr) == (0, "")


def test_program_of_the_readme_is_the_example() -> None:
    first = next(blocks("python")).text.split()
    example = (ROOT / "examples" / "producers_hang.py").read_text(encoding="utf-8").split()
    assert " ".join(first) in " ".join(example)


def commands() -> Iterator[object]:
    for block in blocks("console"):
        for found in re.finditer(r"^\$ (duckrace .*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
            if found[1] not in HEAVY:
                yield pytest.param(block, found[1], found[2], id=f"{block} {found[1]}")


@pytest.mark.once
@pytest.mark.parametrize(("block", "command", "printed"), list(commands()))
def test_console_shows_what_is_printed(block: Block, command: str, printed: str, tmp_path: Path) -> None:
    writes = "new-channel" in command
    done = run("-m", "duckrace", *shlex.split(command)[1:], cwd=tmp_path if writes else ROOT)
    assert done.stderr == ""
    if "PASSED" in printed or writes:
        assert done.returncode == 0
    elif printed:
        assert done.returncode == (3 if printed.startswith("BUDGET") else 1)
    pattern = r"(?:[^\n]*\n)*?".join(
        re.escape("".join(f"{row}\n" for row in map(comparable, part.splitlines()) if row is not None))
        for part in re.split(r"^\.\.\.\n", printed, flags=re.MULTILINE)
    )
    actual = "".join(f"{row}\n" for row in map(comparable, done.stdout.splitlines()) if row is not None)
    assert re.fullmatch(pattern if printed else ".*", actual, re.DOTALL), f"{block} prints\n{actual}"


def comparable(row: str) -> str | None:
    """`row` without what may differ; None for a row of a timeline."""
    if re.match(r"  +(\d+|step)  ", row):
        return None
    row = re.sub(r"\w*…", "…", re.sub(r"dr1_\S+", "dr1_", row))  # where it is cut depends on how long it took
    return row if ".py:" in row else re.sub(r" *\d[\d,.]*", " 0", row)


def test_options_table_is_the_command_line() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `(--[\w-]+)`[^|]*\| (?:`(\w+)`|–) \|", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE
    )
    options = {p.name: p for p in cli.explore.params}
    assert {keyword for keyword, _, _ in rows} == set(options) - {"scenario", "no_corpus", "as_json", "quiet"}
    for keyword, option, variable in rows:
        assert keyword in inspect.signature(duckrace.explore).parameters
        assert option in options[keyword].opts
        assert (options[keyword].envvar or "") == variable


def test_options_table_of_stress_is_the_command_line() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `(--[\w-]+)`[^|]*\| `(\w+)` \|",
        (ROOT / "docs" / "stress.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    options = {p.name: p for p in cli.stress.params}
    keywords = set(inspect.signature(duckrace.stress).parameters) - {"subject", "progress", "_ours"}
    assert {keyword for keyword, _, _ in rows} == keywords
    for keyword, option, variable in rows:
        assert option in options[keyword].opts
        assert options[keyword].envvar == variable
        assert options[keyword].default == inspect.signature(duckrace.stress).parameters[keyword].default


def test_channel_of_the_readme_is_the_example() -> None:
    example = (ROOT / "examples" / "mychannel.py").read_text(encoding="utf-8")
    assert any(block.text in example for block in blocks("python") if "class MyChannel" in block.text)


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_left_to_be_filled_in(page: Path) -> None:
    """No word in capitals but verdicts and short ones: such a word holds the place of something."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    known = {"CONCUR", "CONTRIBUTING", "LICENSE"}
    assert set(re.findall(r"\b[A-Z]{5,}\b", prose)) <= known | {kind.name for kind in duckrace.Kind}
