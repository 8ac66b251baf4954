"""On what a result depends: hashes of files, and versions. It must not know of what result."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

OURS: Final = ("duckrace.checks", "duckrace_models", "duckrace.plugins._")


def of_channel(loaded: Mapping[str, str]) -> dict[str, Path]:
    """The channel's among the files that a world has loaded, by module."""
    return {name: Path(path) for name, path in loaded.items() if not name.startswith(OURS)}


def hashed(files: Mapping[str, Path]) -> dict[str, str]:
    """Their SHA-256."""
    return {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}


def versions(*packages: str) -> dict[str, str]:
    """Of Python, and of these distributions."""
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "(not installed)"
    return found
