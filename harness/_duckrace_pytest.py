"""The pytest plugin: options, ini keys, the marker; the rest is handed over when a test carries the marker.

It must stay light, since every run of pytest in an environment with duckrace imports it: nothing of duckrace
is imported here but inside of functions.  What a marked test means is said by ``duckrace.pytest_support``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

MARKER: Final = "duckrace"


class Knob(NamedTuple):
    """A setting: keyword ``x`` of the mark, ``--duckrace-x``, ``DUCKRACE_X``, ini key ``duckrace_x``."""

    name: str
    kind: type
    metavar: str
    meaning: str
    on: bool = False  # without being asked for: its option switches it off

    @property
    def option(self) -> str:
        return f"--duckrace-{'no-' * self.on}{self.name.replace('_', '-')}"

    @property
    def key(self) -> str:
        """Its ini key, and the attribute of its option."""
        return f"duckrace_{self.name}"

    @property
    def variable(self) -> str:
        return f"DUCKRACE_{self.name.upper()}"


KNOBS: Final = (
    Knob("strategy", str, "NAME", "who goes next: one of `duckrace list`"),
    Knob("executions", int, "N", "how many executions at most, per test"),
    Knob("preemptions", int, "N", "at most so many switches away from a thread that could go on (strategy dfs)"),
    Knob("seed", int, "N", "chooses the samples"),
    Knob("granularity", str, "NAME", "where threads may switch"),
    Knob("timeouts", str, "NAME", "when time-outs may fire: idle or free"),
    Knob("gc", str, "NAME", "when the cycle collector may run: between or scheduled"),
    Knob("max_steps", int, "N", "schedule points per execution; more is BUDGET"),
    Knob("modules", list, "PACKAGE", "simulate this package, and only those named (repeatable)"),
    Knob("thread_exceptions", str, "NAME", "what an exception means that a thread does not catch: fail or ignore"),
    Knob("keep_going", bool, "", "do not end at the first failing execution"),
    Knob("minimize", bool, "", "show a failure as it was found, without reducing its schedule", on=True),
    Knob("deadline", float, "SECONDS", "wall-clock time per test, then BUDGET"),
    Knob("corpus", str, "DIR", "keep failures here, and replay them first (default: .duckrace)"),
    Knob("watchdog", float, "SECONDS", "time without a schedule point that counts as UNCONTROLLED; 0: never"),
)

TIME_LIMIT: Final = pytest.StashKey[tuple[float, float]]()  # of pytest-timeout: seconds, and when they began


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("duckrace", "duckrace: tests marked with duckrace explore their thread interleavings")
    for knob in KNOBS:
        if knob.kind is bool:
            how: dict[str, Any] = {"action": "store_false" if knob.on else "store_true"}
        elif knob.kind is list:
            how = {"action": "append", "metavar": knob.metavar}
        else:
            how = {"type": knob.kind, "metavar": knob.metavar}
        group.addoption(knob.option, dest=knob.key, default=None, help=knob.meaning, **how)
        kind = {bool: "bool", list: "args"}.get(knob.kind, "string")
        parser.addini(knob.key, f"{knob.meaning} ({knob.option})", type=kind, default=None)  # type: ignore[arg-type]
    group.addoption("--duckrace-no-corpus", action="store_true", help="neither keep failures nor replay kept ones")
    group.addoption("--duckrace-replay", metavar="TOKEN", help="run the test of this token, and only that execution")
    group.addoption(
        "--duckrace-force", action="store_true", help="replay although the test's file or Python is another one"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{MARKER}({', '.join(f'{knob.name}=...' for knob in KNOBS)}): explore the thread interleavings of this test. "
        "Its body is the scenario; the keywords are those of duckrace.explore.",
    )
    if config.getoption("duckrace_replay"):
        from duckrace.pytest_support import replaying

        replaying.check(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if not config.getoption("duckrace_replay"):
        return []
    from duckrace.pytest_support import replaying

    return replaying.header(config)


@pytest.fixture(scope="session")
def duckrace_check() -> Callable[..., Any]:
    """``duckrace_check(channel, profile="default", seed=0, ...)`` holds a channel against the whole contract.

    Its report is the failure of the test; it returns the CheckReport of one that passed.
    """
    from duckrace.testing import checked

    return checked


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("duckrace_replay"):
        from duckrace.pytest_support import replaying

        replaying.select(config, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    if item.get_closest_marker(MARKER) is None:
        return (yield)
    from duckrace.pytest_support import run

    run.prepare(item)
    yield
    run.take_arguments(item)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    if pyfuncitem.get_closest_marker(MARKER) is None:
        return None
    from duckrace.pytest_support import run

    run.call(pyfuncitem)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and item.get_closest_marker(MARKER) is not None:
        from duckrace.pytest_support import run

        run.tell(item, call, report)
    return report


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> None:
    """pytest-timeout is about to start its timer, and will: this only takes note of it."""
    item.stash[TIME_LIMIT] = (float(settings.timeout), time.monotonic())


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    from_tests = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        and any(name == "duckrace_verdict" for name, _ in getattr(report, "user_properties", ()))
    ]
    interrupted = config.stash.get(INTERRUPTED, "")
    if from_tests or interrupted:
        from duckrace.pytest_support import summary

        summary.write(terminalreporter, from_tests, interrupted, os.environ.get("PYTHONHASHSEED", "random"))


INTERRUPTED: Final = pytest.StashKey[str]()  # which test Ctrl-C ended, and how far it was
