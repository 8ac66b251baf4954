"""The public surface: what users may rely on is pinned, so that it changes on purpose only."""

import subprocess
import sys

import duckrace


def test_names():
    assert duckrace.__all__ == [
        "Certificate",
        "CheckFailed",
        "CheckReport",
        "DuckraceError",
        "Event",
        "Failure",
        "InternalError",
        "Kind",
        "NotExhaustive",
        "Progress",
        "Result",
        "Row",
        "StressReport",
        "ThreadState",
        "UsageError",
        "Verdict",
        "check",
        "enumerate_outcomes",
        "explore",
        "linearizable",
        "replay",
        "stress",
        "verify",
    ]
    assert sorted(duckrace.__all__) == duckrace.__all__
    assert all(getattr(duckrace, name) is not None for name in duckrace.__all__)


def test_version_is_that_of_the_distribution():
    assert duckrace.__version__.count(".") == 2


def test_import_is_light():
    code = "import sys, duckrace; print([m for m in ('hypothesis', 'rich', 'asyncio', 'click') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_models_and_channels_stand_alone():
    """The arrows: the subject and its semantics import nothing of the rest (architecture.md)."""
    code = (
        "import sys, duckrace_models\n"
        "assert not [m for m in sys.modules if m.startswith('duckrace.') or m == 'duckrace'], 'models'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
