"""Executions per second of chan22 under other tools, each in a virtual environment of its own.

    python benchmarks/peers/run.py [SECONDS]      # per configuration; default 10

Prints one JSON object: for each peer the list of its configurations, or the reason why it was skipped. The environments
are made once, under benchmarks/.peers/.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".peers"


class Skipped(Exception):
    """A peer cannot be measured here; the message is the reason."""


def output(*command: str | Path, timeout: float) -> str:
    try:
        done = subprocess.run(
            [*map(str, command)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise Skipped(f"{command[0]} did not end within {timeout:g} s") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise Skipped(f"{Path(command[0]).name} ended with status {done.returncode}: {last}")
    return done.stdout


def interpreter(oldest: tuple[int, int]) -> str:
    """This interpreter if it is new enough, else one that is."""
    if sys.version_info >= oldest:
        return sys.executable
    candidates = [shutil.which("python3.13"), shutil.which("python3.12")]
    if pyenv := shutil.which("pyenv"):
        versions = Path(output(pyenv, "root", timeout=60).strip(), "versions")
        candidates += [*versions.glob("3.13.*/bin/python"), *versions.glob("3.12.*/bin/python")]
    for path in filter(None, candidates):
        try:
            return output(path, "-c", "import sys; print(sys.executable)", timeout=60).strip()
        except Skipped:  # a shim of pyenv for a version that is not selected
            continue
    raise Skipped(f"it needs Python {oldest[0]}.{oldest[1]}, and none is on PATH")


def environment(release: str, oldest: tuple[int, int]) -> Path:
    """The interpreter of an environment that has the release."""
    python = interpreter(oldest)
    version = output(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])", timeout=60).strip()
    folder = ENVIRONMENTS / f"{release.replace('==', '-')}-py{version}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        output(python, "-m", "venv", folder, timeout=120)
        output(folder / "bin/python", "-m", "pip", "--quiet", "install", release, timeout=300)
        (folder / "complete").touch()
    return folder / "bin/python"


def measure(
    release: str, oldest: tuple[int, int], script: str, seconds: float, launcher: str = ""
) -> dict[str, object]:
    try:
        python = environment(release, oldest)
        version = output(python, "-c", "import platform; print(platform.python_version())", timeout=60).strip()
        command = [python, HERE / script, str(seconds)]
        if launcher:
            command.insert(0, python.with_name(launcher))
        lines = output(*command, timeout=60 + 10 * seconds).splitlines()
    except Skipped as reason:
        return {"skipped": str(reason)}
    return {"python": version, "chan22": [json.loads(line) for line in lines if line.startswith("{")]}


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    peers = {
        "frontrun 0.7.0": measure("frontrun==0.7.0", (3, 11), "frontrun_chan22.py", seconds, "frontrun"),
        "interleave-test 0.1.0": measure("interleave-test==0.1.0", (3, 12), "interleave_test_chan22.py", seconds),
    }
    print(json.dumps(peers, indent=2))


if __name__ == "__main__":
    main()
