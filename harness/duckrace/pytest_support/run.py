"""One marked test, from set-up to report.

Wrong use is told during set-up, as an error of that test; whatever is not a pass is a failure of the test, with
the report as its text.  A test that carries the marker and was not explored never passes.

It knows pytest's hooks and :func:`duckrace.explore`; it must not know worlds or strategies.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest import outcomes
from _pytest._code.code import ExceptionChainRepr

from _duckrace_pytest import INTERRUPTED, TIME_LIMIT
from duckrace._corpus import Corpus
from duckrace._data import Result
from duckrace._errors import CheckFailed, UsageError
from duckrace._explore import explore, replay
from duckrace._scenario import Reference
from duckrace._words import many
from duckrace.kernel import machine
from duckrace.kernel.world import SHADOWED, under_test
from duckrace.report import text
from duckrace.report.words import REPLAY

from . import subject
from .embedding import Embedding, position
from .settings import settings_of
from .time_limit import TimeLimit
from .values import TOOLS, Argument, argument

SILENT: Final = ("capfd", "capfdbinary", "capsys", "capsysbinary", "capteesys")


@dataclass(slots=True, kw_only=True)
class Plan:
    """What set-up found out about a test."""

    settings: dict[str, Any]
    arguments: Sequence[Argument] = ()
    explored: bool = False


PLAN: Final = pytest.StashKey[Plan]()


class Failed(CheckFailed, outcomes.Failed):
    """The test failed; the message is the report.  An AssertionError too, so that xfail(raises=...) knows it."""

    def __init__(self, report: str, sentence: str) -> None:
        outcomes.Failed.__init__(self, report, pytrace=False)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.msg)


# -- set-up -------------------------------------------------------------------------------------------------


def prepare(item: pytest.Item) -> None:
    """Before fixtures are made: can this test be explored, and how?"""
    with _told(item):
        function = subject.checked(item)
        item.stash[PLAN] = Plan(settings=settings_of(item))
        for name in SILENT:
            if name in function.fixturenames:
                raise UsageError(
                    f"it uses {name}, which sees nothing of what an explored test prints: the report of a failing "
                    "execution has it. Return what you want to compare, or collect it in a list."
                )


def take_arguments(item: pytest.Item) -> None:
    """After fixtures were made: can their values be handed into a simulated world?"""
    assert isinstance(item, pytest.Function)
    plan = item.stash[PLAN]
    packages = plan.settings.get("modules")
    own = subject.module_of(item)
    tools = TOOLS | {
        str(getattr(plugin, "__name__", type(plugin).__module__)).partition(".")[0]
        for plugin, _ in item.config.pluginmanager.list_plugin_distinfo()
    }

    def belongs(module: str) -> bool:
        return module == own or module in SHADOWED or under_test(module, packages)

    marks = list(item.iter_markers("parametrize"))
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    with _told(item):
        subject.check_instance(item)
        plan.arguments = [
            argument(
                name,
                value := item.funcargs[name],
                what="parameter" if name in parameters else "fixture",
                in_mark=position(marks, name, value) is not None,
                belongs=belongs,
                tools=tools,
            )
            for name in item._fixtureinfo.argnames
        ]


@contextmanager
def _told(item: pytest.Item) -> Iterator[None]:
    """Wrong use as a sentence that names the test."""
    try:
        yield
    except UsageError as wrong:
        said = str(wrong)
        sentence = said if said.startswith(item.nodeid) else f"{item.nodeid} cannot be explored: {said}"
        raise outcomes.Failed(sentence, pytrace=False) from None


# -- call ---------------------------------------------------------------------------------------------------


def call(item: pytest.Function) -> None:
    """Explore or replay `item`.  Raises Failed unless the verdict is a pass."""
    plan = item.stash[PLAN]
    path, names, module = Path(item.path), subject.names_of(item), subject.module_of(item)
    embedding = Embedding(
        test=item.nodeid,
        names=names,
        arguments=plan.arguments,
        marks=list(item.iter_markers("parametrize")),
        command=subject.command_of(item),
    )
    reference = Reference(
        text=item.nodeid,
        path=path,
        module=module,
        name=".".join(names),
        search=(str(subject.root_of(path, module)),),
        embedding=embedding,
    )
    with _told(item), _each_warning_once(), TimeLimit(item.stash.get(TIME_LIMIT, None)) as limit:
        result = _run(item.config, plan.settings, reference, limit)
    plan.explored = True
    if embedding.ended is not None:
        raise embedding.ended
    if machine.interrupted and not limit.passed:
        item.config.stash[INTERRUPTED] = f"{item.nodeid} after {many(result.executions, 'execution')}"
        raise KeyboardInterrupt
    _note(item, result, plan.settings["corpus"])
    if not result.passed:
        sentence = result.failure.message if result.failure is not None else result.verdict.detail
        raise Failed(_report(result, embedding.command), f"{result.verdict.kind}: {sentence}")


def _run(config: pytest.Config, settings: dict[str, Any], reference: Reference, limit: TimeLimit) -> Result:
    settings = limit.applied_to(settings)
    token = config.getoption("duckrace_replay")
    if not token:
        return limit.told(explore(reference, **settings))
    watchdog = settings["watchdog"]
    try:
        return replay(token, scenario=reference, force=bool(config.getoption("duckrace_force")), watchdog=watchdog)
    except UsageError as wrong:
        raise UsageError(str(wrong).replace("--force (force=True)", "--duckrace-force")) from wrong


def _report(result: Result, command: str) -> str:
    """The text of a failure, with the options of pytest; its last line replays it there."""
    report = text.render(result).replace(f"{REPLAY} ", command)
    return report.replace("(--max-steps)", "(--duckrace-max-steps)").replace(" (all of it: --json)", "")


def _note(item: pytest.Item, result: Result, corpus: Corpus | None) -> None:
    """What summary and JUnit report know of a test; plain values, since workers of xdist send them."""
    noted = {"verdict": str(result.verdict), "executions": result.executions, "seed": result.seed}
    if result.failure is not None:
        noted["replay"] = result.failure.schedule
    if corpus is not None and corpus.replayed:
        noted |= {"kept": corpus.replayed, "dropped": corpus.dropped}
    if corpus is not None and corpus.notes:
        noted["notes"] = "\n".join(corpus.notes)
    item.user_properties[:] = [pair for pair in item.user_properties if not pair[0].startswith("duckrace_")]
    item.user_properties += [(f"duckrace_{name}", value) for name, value in noted.items()]


@contextmanager
def _each_warning_once() -> Iterator[None]:
    """A warning of every execution is one warning."""
    with warnings.catch_warnings(record=True) as caught:
        yield
    different = {(w.category, str(w.message), w.filename, w.lineno): w for w in caught}
    for warning in different.values():
        warnings.warn_explicit(
            warning.message, warning.category, warning.filename, warning.lineno, source=warning.source
        )


# -- report -------------------------------------------------------------------------------------------------


def tell(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Put the sentence where pytest wants one line; let nothing pass that was not explored."""
    if call.excinfo is None and not (PLAN in item.stash and item.stash[PLAN].explored):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} is marked with duckrace and was not explored: another plugin ran it in its own way."
        )
    failed = call.excinfo.value if call.excinfo is not None else None
    if isinstance(failed, Failed) and isinstance(report.longrepr, ExceptionChainRepr):
        crash = report.longrepr.reprcrash  # changed in place: workers of xdist send it from elsewhere in the object
        if crash is not None:
            crash.path, crash.lineno, crash.message = str(item.path), (item.location[1] or 0) + 1, failed.sentence
