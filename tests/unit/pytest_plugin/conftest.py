"""Runs pytest with the plugin in a process of its own, in a project of its own."""

import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

import pytest

PROJECTS = Path(__file__).parent / "projects"
INSTALLED = any(point.value == "_duckrace_pytest" for point in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "_duckrace_pytest")
OTHERS = ("-p", "no:hypothesispytest", "-p", "no:cov", "-p", "no:randomly")  # they take a second to start, or shuffle
INI = "[pytest]\naddopts = --strict-config --strict-markers -p no:cacheprovider\nfilterwarnings = error\n"


@dataclass
class Ran:
    """What a run of pytest printed, and its JUnit report."""

    status: int
    text: str
    errors: str
    junit: Path
    _cases: dict[str, ElementTree.Element] = field(default_factory=dict)

    def case(self, name: str) -> ElementTree.Element:
        if not self._cases:
            for case in ElementTree.parse(self.junit).iter("testcase"):
                self._cases[case.attrib["name"]] = case
        return self._cases[name]

    def outcome(self, name: str) -> str:
        """``passed``, ``failure``, ``error`` or ``skipped``."""
        kinds = [part.tag for part in self.case(name) if part.tag in ("failure", "error", "skipped")]
        return kinds[0] if kinds else "passed"

    def said(self, name: str) -> str:
        """All that the report says of a test that did not pass."""
        parts = [part for part in self.case(name) if part.tag in ("failure", "error", "skipped")]
        return "\n".join(f"{part.attrib.get('message', '')}\n{part.text or ''}" for part in parts)

    def properties(self, name: str) -> dict[str, str]:
        return {part.attrib["name"]: part.attrib["value"] for part in self.case(name).iter("property")}

    def executions(self) -> dict[str, int]:
        """How many executions the summary of ``-v`` says of each test."""
        rows = re.findall(r"^duckrace: \S+::(\S+)  \S.*?  ([\d,]+) executions?$", self.text, re.MULTILINE)
        return {name: int(number.replace(",", "")) for name, number in rows}

    def token(self, name: str) -> str:
        found = re.search(r"--duckrace-replay=(dr\S+)", self.said(name))
        assert found is not None
        return found[1]


def environment(**more: str) -> dict[str, str]:
    """That of this process, without what steers pytest or duckrace, with absolute paths; no corpus unless asked for."""
    found = {k: v for k, v in os.environ.items() if not k.startswith(("DUCKRACE_", "PYTEST_", "CI"))}
    if "PYTHONPATH" in found:
        found["PYTHONPATH"] = os.pathsep.join(str(Path(p).resolve()) for p in found["PYTHONPATH"].split(os.pathsep))
    return found | {"PYTHONHASHSEED": "0", "DUCKRACE_NO_CORPUS": "1"} | more


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "pytest", *PLUGIN, *OTHERS, *map(str, arguments)]


def project(folder: Path, files: Sequence[str], ini: str = INI) -> Path:
    """`folder` with an ini file and the named projects as tests."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text(ini, encoding="utf-8")
    for name in files:
        target = {"fixtures.py": "conftest.py", "bank.py": "bank.py"}.get(name, f"test_{name}")
        (folder / target).write_text((PROJECTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str | Path, **more: str) -> Ran:
    """``pytest *arguments`` in `folder`; `more` are environment variables."""
    junit = folder / "junit.xml"
    done = subprocess.run(
        command(f"--junitxml={junit}", *arguments),
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr, junit)


class Projects:
    """Makes projects and runs pytest in them."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory

    def make(self, files: Sequence[str] = (), ini: str = INI) -> Path:
        return project(self._factory.mktemp("project"), files, ini)

    run = staticmethod(run)
    command = staticmethod(command)
    environment = staticmethod(environment)


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Projects:
    return Projects(tmp_path_factory)


@pytest.fixture(scope="module")
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run of all that the module's FILES say; workers of xdist share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / request.module.__name__.rpartition(".")[2]
    printed = folder / "printed.json"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(1_000):
            if printed.exists():
                break
            time.sleep(0.1)
        status, text, errors = json.loads(printed.read_text(encoding="utf-8"))
        return Ran(status, text, errors, folder / "junit.xml")
    ran = run(project(folder, request.module.FILES), "-v")
    (folder / "printing").write_text(json.dumps([ran.status, ran.text, ran.errors]), encoding="utf-8")
    (folder / "printing").rename(printed)
    assert ran.junit.exists(), ran.text + ran.errors
    return ran
