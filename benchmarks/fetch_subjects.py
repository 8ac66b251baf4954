"""Download the releases that benchmarks/subjects/ runs, each into a folder of its own under benchmarks/.subjects/.

    python benchmarks/fetch_subjects.py [NAME-VERSION ...]

They are installed by pip for the interpreter that runs this, with their dependencies, and left as they were released.
One exception: the backports `futures` 3.0.2 and 3.0.5 were written for Python 2 and would shadow the standard library's
`concurrent`. Of them, the file with the futures (`_base.py`) is kept as the package `futures_302` or `futures_305`,
with its one line of Python 2 syntax replaced.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

SUBJECTS = Path(__file__).parent / ".subjects"
RELEASES = (
    "pykka-4.4.1",
    "httpcore-1.0.9",
    "watchdog-7.1.0",
    "persist-queue-0.2.2",
    "persist-queue-0.3.0",
    "chan-0.3.1",
    "redis-3.3.11",
    "redis-3.4.0",
    "repoze.lru-0.4",
    "repoze.lru-0.5",
    "futures-3.0.2",
    "futures-3.0.5",
)

PYTHON_2 = "raise type(self._exception), self._exception, self._traceback"
PYTHON_3 = "raise self._exception.with_traceback(self._traceback)"


def fetch(release: str) -> Path:
    """Install one release, unless it is there already; return its folder, to be put on `sys.path`."""
    folder = SUBJECTS / release
    if folder.exists():
        return folder
    name, _, version = release.rpartition("-")
    unfinished = SUBJECTS / f"{release}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    if name == "futures":
        fetch_futures(version, unfinished)
    else:
        pip("install", "--no-compile", "--target", unfinished, f"{name}=={version}")
    unfinished.rename(folder)
    return folder


def fetch_futures(version: str, target: Path) -> None:
    unpacked = target / "unpacked"
    pip("install", "--no-compile", "--no-deps", "--target", unpacked, f"futures=={version}")
    source = (unpacked / "concurrent/futures/_base.py").read_text()
    if source.count(PYTHON_2) != 1:
        raise SystemExit(f"futures {version} does not look as expected: {PYTHON_2!r} should be in it once.")
    package = target / f"futures_{version.replace('.', '')}"
    package.mkdir()
    package.joinpath("_base.py").write_text(source.replace(PYTHON_2, PYTHON_3))
    package.joinpath("__init__.py").write_text('from ._base import Future, wait\n\n__all__ = ["Future", "wait"]\n')
    shutil.rmtree(unpacked)


def pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")


def main() -> None:
    wanted = sys.argv[1:] or RELEASES
    if unknown := set(wanted) - set(RELEASES):
        raise SystemExit(f"Not a subject: {', '.join(sorted(unknown))}. There are: {', '.join(RELEASES)}.")
    for release in wanted:
        print(fetch(release))


if __name__ == "__main__":
    main()
