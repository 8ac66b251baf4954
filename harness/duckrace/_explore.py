"""``duckrace.explore``, ``duckrace.enumerate_outcomes`` and ``duckrace.replay``.

It knows how references, settings, sessions and strategies are put together; it must not know how a result is
shown, or which channel is tested.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from . import _token, search
from ._corpus import Where, key_of, opened
from ._data import Result
from ._errors import NotExhaustive, UsageError
from ._exploration import Exploration, settled
from ._scenario import Reference, resolve, unpack
from ._session import Session
from ._settings import Progress, Settings, called, duration, names, one_of, whole, yes_or_no
from ._weakest import labelled
from ._words import many
from .kernel.watchdog import LIMIT
from .search import Replay
from .search.minimise import Budget

SAMPLES: Final = 1_000  # executions of a strategy that samples


def explore(
    scenario: str | Callable[[], object] | Reference,
    *,
    strategy: str = "portfolio",
    executions: int | None = None,
    seed: int = 0,
    granularity: str = "sync",
    preemptions: int | None = None,
    timeouts: str = "idle",
    gc: str = "between",
    max_steps: int = 20_000,
    modules: Sequence[str] | None = None,
    thread_exceptions: str = "fail",
    keep_going: bool = False,
    minimize: bool = True,
    deadline: float | None = None,
    watchdog: float = LIMIT,
    corpus: Where = None,
    progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Drive `scenario` through thread interleavings and say what was found.

    `scenario` is a function without arguments, defined at the top level of a file, or
    ``"FILE_OR_MODULE::NAME"``.  It builds what it tests, starts threads with ``threading``, joins them,
    asserts, and may return a value.

    `strategy`: ``"surw"``, ``"pos"``, ``"pct"``, ``"urw"``, ``"random"`` and ``"portfolio"`` (several of them by turns)
    sample, as `seed` has it; ``"dpor"`` explores every order of dependent operations once; ``"dfs"`` every order that
    needs at most `preemptions` switches away from a thread that could go on (None: any number).  `timeouts`: ``"idle"``
    time-outs fire when no thread can go on, ``"free"`` ones whenever they could.  `gc`: the cycle collector runs
    ``"between"`` executions, or, ``"scheduled"``, also wherever it would run finalizers or callbacks of weak references
    (not with ``"dpor"`` and ``"source"``).
    `executions`: how many at most (None: 1,000 samples, or all).  `max_steps`: schedule points per execution; more is
    BUDGET, or LIVELOCK if the last ones repeat for ever.
    `modules`: the only packages to load anew (None: every pure-Python one).  `thread_exceptions`:
    ``"fail"`` or ``"ignore"`` what threads do not catch.  `deadline`: seconds of wall-clock time, then
    BUDGET.  `watchdog`: seconds without a schedule point that count as UNCONTROLLED, 0 = never.
    `minimize`: reduce the schedule of a failure until no single step less fails in the same way, within some thousand
    more executions (some hundred with ``gc="scheduled"``); with `keep_going`, in exactly the same way, one of each kind
    and cause.
    `corpus`: a folder (or an ``ExampleDatabase`` of Hypothesis) where failures are kept. Those of earlier runs are
    replayed first; one that no longer fails is dropped with a note.  None: none is kept, none is replayed.
    `progress` is called a few times per second.

    Raises UsageError for wrong use.
    """
    one_of("strategy", strategy, search.STRATEGIES)
    if preemptions is not None and strategy != "dfs":
        raise UsageError(f"preemptions bounds the strategy 'dfs', and this is {strategy!r}: leave it out.")
    if gc == "scheduled" and strategy in ("dpor", "source"):
        raise UsageError(
            f"{strategy} cannot order collections: with gc='scheduled' use 'portfolio', or 'dfs' with preemptions."
        )
    if executions is None:
        executions = SAMPLES if strategy in search.SAMPLERS else sys.maxsize
    whole("executions", executions, 1)
    whole("seed", seed, 0)
    if preemptions is not None:
        whole("preemptions", preemptions, 0)
    if deadline is not None:
        duration("deadline", deadline)
    duration("watchdog", watchdog, zero=True)
    yes_or_no("keep_going", keep_going)
    yes_or_no("minimize", minimize)
    called("progress", progress)
    names("modules", "packages", modules)
    settings = Settings(
        granularity=granularity,
        timeouts=timeouts,
        gc=gc,
        max_steps=max_steps,
        modules=None if modules is None else tuple(modules),
        thread_exceptions=thread_exceptions,
    )
    reference = resolve(scenario)
    patient = timeouts == "free" or gc == "scheduled"
    chooser = search.make(strategy, seed, preemptions, patient=patient)
    shelf, key = opened(corpus), key_of(reference)
    kept, notes = shelf.kept(key, settings) if shelf is not None else ([], [])
    with Session(reference, settings, watchdog) as session, session.held():
        budget = Budget() if minimize else None
        exploration = Exploration(session, settings, chooser, minimize=budget, exact=keep_going)
        exploration.again(kept, keep_going, deadline)
        exploration.run(executions, keep_going, deadline, progress)
    result = exploration.result(executions)
    if shelf is not None:
        notes += settled(shelf, key, exploration, result)
    notes = [*result.notes, *notes]
    result = replace(
        result,
        strategy=strategy,
        seed=seed,
        granularity=granularity,
        timeouts=timeouts,
        gc=gc,
        notes=tuple(notes),
        render=_render,
    )

    def again(weaker: str, executions: int) -> Result:
        others = replace(settings, granularity=weaker)
        with Session(reference, others, watchdog) as session, session.held():
            exploration = Exploration(session, others, search.make(strategy, seed, preemptions, patient=patient))
            exploration.run(executions, False, deadline, None)
        return exploration.result(executions)

    return labelled(result, again)


def enumerate_outcomes(
    scenario: str | Callable[[], object] | Reference,
    *,
    granularity: str = "sync",
    timeouts: str = "idle",
    executions: int | None = None,
    max_steps: int = 20_000,
    modules: Sequence[str] | None = None,
    thread_exceptions: str = "fail",
    deadline: float | None = None,
    watchdog: float = LIMIT,
    progress: Callable[[Progress], None] | None = None,
) -> set[object]:
    """Everything that `scenario` can end with, under any interleaving: explored by ``dpor``, to the end.

    What an execution returns is an outcome (plain data as it is, anything else as its ``repr``). So is the way in which
    one fails, by the name of its verdict: ``"DEADLOCK"``, ``"FAILED"`` (an exception). A failure does not end the
    enumeration, and none is left out: compare the whole set. The settings are those of :func:`explore`.

    Raises NotExhaustive if not every interleaving was explored, or not to its end: a limit (`executions`, `deadline`,
    `max_steps`), something that cannot be controlled, a program that depends on more than its schedule.
    Raises UsageError for wrong use.
    """
    result = explore(
        scenario,
        strategy="dpor",
        granularity=granularity,
        timeouts=timeouts,
        executions=executions,
        max_steps=max_steps,
        modules=modules,
        thread_exceptions=thread_exceptions,
        deadline=deadline,
        watchdog=watchdog,
        progress=progress,
        keep_going=True,
    )
    unclear = next((failure for failure in result.failures if failure.kind.exit_status == 3), None)
    if result.exhaustive and unclear is None:
        return set(result.outcomes)
    why = f"{unclear.kind}: {unclear.message}" if unclear is not None else result.verdict.detail
    if unclear is None and result.failures:
        why = "a limit came first"
    raise NotExhaustive(
        f"The outcomes of {result.scenario} are not known: {why} "
        f"({many(result.executions, 'execution')}, {many(len(result.outcomes), 'outcome')} so far)."
    )


def replay(token: str, *, scenario: Reference | None = None, force: bool = False, watchdog: float = LIMIT) -> Result:
    """Run the one execution that `token` names, and tell it.

    `scenario`: the program of a token that only a test framework can find.

    Raises UsageError if the token is damaged, of another version, or was made by another Python or
    from another source (`force=True` replays all the same and says so).
    """
    if not isinstance(token, str):
        raise UsageError(f"A token is a word that begins with {_token.PREFIX!r}, not {token!r}.")
    duration("watchdog", watchdog, zero=True)
    yes_or_no("force", force)
    held = _token.decode(token)
    if scenario is None and held.command:
        raise UsageError(f"This token is of {held.scenario}, which is replayed by: {held.command}{token}")
    reference = scenario or replace(resolve(held.scenario), arguments=unpack(held.arguments))
    notes = _mismatches(held, reference)
    if notes and not force:
        raise UsageError(" ".join(notes) + " To replay it all the same, add --force (force=True).")
    settings = Settings(
        granularity=held.granularity,
        timeouts=held.timeouts,
        gc=held.gc,
        max_steps=held.max_steps,
        modules=held.modules,
        thread_exceptions=held.thread_exceptions,
    )
    started = time.perf_counter()
    with Session(reference, settings, watchdog) as session:
        exploration = Exploration(session, settings, Replay(held.threads()))
        exploration.once(held.threads())
    result = exploration.result(1)
    seconds = time.perf_counter() - started
    return replace(
        result,
        strategy="replay",
        timeouts=held.timeouts,
        gc=held.gc,
        seconds=seconds,
        notes=(*result.notes, *notes),
        render=_render,
    )


def _mismatches(token: _token.Token, reference: Reference) -> list[str]:
    notes = []
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if token.python != python:
        notes.append(f"This token was made by Python {token.python}, and this is {python}: schedules differ.")
    if token.source != reference.digest():
        parts = [reference.text, *(value.text for value in reference.arguments if isinstance(value, Reference))]
        notes.append(f"{' or '.join(parts)} has changed since this token was made.")
    return notes


def _render(result: Result) -> str:
    from .report import text

    return text.render(result)
