"""`stress`: a channel or a scenario on real threads, for as long as one likes.

It puts the parts together: what is meant by a reference, the rounds, the report.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any, Final, TypeAlias

from duckrace._data import Host, Kind, StressReport, Verdict
from duckrace._errors import UsageError
from duckrace._scenario import SEPARATOR, Reference, found_in, scenario_in
from duckrace._settings import Progress

from . import _scenario
from ._channel import Setting, Tally, Target, rounds, run
from ._crew import Watch
from ._host import host
from ._report import render
from ._rules import Rules

Told: TypeAlias = Callable[[Progress], None]
EVERY: Final = 0.2
"""Seconds between two words to a progress bar."""


@dataclass(slots=True, kw_only=True)
class _Clock:
    """When to end, and when to say how far it is."""

    started: float
    seconds: float
    told: Told | None
    said: float = 0.0

    @property
    def spent(self) -> float:
        return time.perf_counter() - self.started

    def over(self) -> bool:
        return self.spent >= self.seconds

    def tell(self, executions: int) -> None:
        if self.told is not None and self.spent - self.said >= EVERY:
            self.said = self.spent
            self.told(Progress(executions=executions, total=sys.maxsize, seconds=self.spent, failed=0))


def stress(
    subject: object = None,
    *,
    seconds: float = 10.0,
    operations: int = 20_000,
    threads: int = 4,
    seed: int = 0,
    switch_interval: float = 1e-6,
    hang: float = 10.0,
    processes: bool = True,
    progress: Told | None = None,
    _ours: bool = False,
) -> StressReport:
    """Run a channel or a scenario on real threads, and judge what is seen: for what cannot be simulated.

    `subject` is a channel, as of `duckrace.check` (None: the reference channel), or a scenario, as of
    `duckrace.explore`: a function, or ``"FILE_OR_MODULE::FUNCTION"``. Of a channel every history is recorded and
    judged; a scenario is run again and again, and its outcomes are counted.

    `seconds`: how long, not counting what a round takes longer. `operations`: calls in one long history. `threads`:
    how many use a channel, at least 2. `seed` chooses programs and yields, not what the threads do. `switch_interval`:
    seconds after which a thread gives the GIL away. `hang`: seconds without a call that returns (of a scenario: of one
    run) that count as a hang, which ends the run. `processes`: also in child processes, where the channel can do that.

    Threads that hang are left behind. Raises UsageError: no such subject, or settings that make no sense.
    """
    _sensible(seconds, operations, threads, seed, switch_interval, hang)
    clock = _Clock(started=time.perf_counter(), seconds=seconds, told=progress)
    watch = Watch(hang, ours=_ours)
    found = _meant(subject)
    try:
        if isinstance(found, Target):
            setting = Setting(
                threads=threads, operations=operations, seed=seed, interval=switch_interval, hang=hang,
                refcount=host().gil, watch=watch,
            )  # fmt: skip
            return _channel(found, setting, clock, processes)
        name, function = found
        return _runs(name, function, clock, seed=seed, interval=switch_interval, hang=hang, watch=watch)
    finally:
        watch.over()


def _sensible(seconds: float, operations: int, threads: int, seed: int, interval: float, hang: float) -> None:
    for name, value in (("seconds", seconds), ("hang", hang), ("switch_interval", interval)):
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < math.inf:
            raise UsageError(f"{name} is a number of seconds above 0, not {value!r}.")
    for name, value, least in (("operations", operations, 2), ("threads", threads, 2), ("seed", seed, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UsageError(f"{name} is a whole number from {least} on, not {value!r}.")


# -- channels -------------------------------------------------------------------------------------------------------


def _channel(target: Target, setting: Setting, clock: _Clock, processes: bool) -> StressReport:
    tally, halt = Tally(), list[object]()
    before = host()
    for plan, rules in rounds(target, setting, processes=processes):
        try:
            run(target, plan, rules, setting, tally, halt)
        except KeyboardInterrupt:
            halt.append("interrupted")
        clock.tell(tally.rounds)
        if tally.failure is not None or halt or clock.over():
            break
    specification = str(target.rules)
    if any(name.endswith("in processes") for name in tally.covered) and target.processes != target.rules:
        specification += f"; among processes {target.processes}"
    return StressReport(
        subject=target.name,
        kind="channel",
        verdict=tally.verdict or _sampled(tally, halt),
        host=_host(before),
        operations=tally.operations,
        executions=tally.rounds,
        histories=tally.histories,
        undecided=tally.undecided,
        specification=specification,
        covered=dict(tally.covered),
        failure=tally.failure,
        history=tally.history,
        threads=setting.threads,
        seed=setting.seed,
        switch_interval=setting.interval,
        seconds=clock.spent,
        working=tally.working,
        skipped=_skipped(target, processes, setting),
        notes=(f"First history that is not decided: {tally.why}.",) if tally.why else (),
        render=render,
    )


def _sampled(tally: Tally, halt: list[object]) -> Verdict:
    """Nothing was found: a pass if all histories were decided, and there were any."""
    every = tally.histories + tally.undecided
    covered = f"{tally.histories:,} of {every:,} {'history' if every == 1 else 'histories'} decided"
    if halt:
        return Verdict(kind=Kind.BUDGET, detail=f"interrupted; {covered}")
    if tally.undecided or not tally.histories:
        return Verdict(kind=Kind.BUDGET, detail=covered)
    return Verdict(kind=Kind.PASSED, detail=f"sampled on real threads, {covered}")


def _skipped(target: Target, processes: bool, setting: Setting) -> tuple[str, ...]:
    claims = ("unbounded", "bounded", "rendezvous", "clone", "drop", "try_send", "timeouts")
    found = [f"{claim} (not claimed)" for claim in claims if claim not in target.claims]
    if target.processes is not None and not processes:
        found.append("processes (not asked for)")
    if "refcount_drop" in target.claims and not setting.refcount:
        found.append("refcount_drop (without the GIL a last reference goes later)")
    return tuple(found)


# -- scenarios ------------------------------------------------------------------------------------------------------


def _runs(
    name: str, function: Callable[[], object], clock: _Clock, *, seed: int, interval: float, hang: float, watch: Watch
) -> StressReport:
    runs, random = _scenario.Runs(), Random(seed)
    before, interrupted = host(), False
    while runs.failure is None:
        try:
            _scenario.run(function, runs, random=random, interval=interval, hang=hang, watch=watch)
        except KeyboardInterrupt:
            interrupted = True
        clock.tell(runs.executions)
        if interrupted or clock.over():
            break
    verdict = runs.verdict
    if verdict is None and (interrupted or not runs.executions):
        verdict = Verdict(kind=Kind.BUDGET, detail=f"interrupted after {runs.executions:,} runs")
    if verdict is None:
        verdict = Verdict(kind=Kind.PASSED, detail="sampled on real threads")
    return StressReport(
        subject=name,
        kind="scenario",
        verdict=verdict,
        host=_host(before),
        executions=runs.executions,
        outcomes=dict(runs.outcomes),
        failure=runs.failure,
        seed=seed,
        switch_interval=interval,
        seconds=clock.spent,
        working=runs.working,
        render=render,
    )


# -- what is meant ----------------------------------------------------------------------------------------------------


def _meant(subject: object) -> Target | tuple[str, Callable[[], object]]:
    """The channel or the scenario behind a reference, loaded in this process."""
    from duckrace.plugins._load import find

    if callable(subject) and not hasattr(subject, "capabilities"):
        return f"{getattr(subject, '__module__', '')}{SEPARATOR}{getattr(subject, '__qualname__', subject)}", subject
    if subject is not None and not isinstance(subject, str | Reference):
        return _target(subject, repr(subject))
    reference = find(subject)
    found = found_in(_loaded(reference), reference)
    if hasattr(found, "capabilities") and not isinstance(found, type):
        return _target(found, reference.text)
    return reference.text, scenario_in(_loaded(reference), reference, ())


def _loaded(reference: Reference) -> ModuleType:
    """The module of a reference, imported as any program would. Raises UsageError."""
    loaded = sys.modules.get(reference.module)
    if loaded is not None and getattr(loaded, "__file__", None) == str(reference.path):
        return loaded
    sys.path[:0] = [folder for folder in reference.search if folder not in sys.path]
    try:
        if not reference.search:
            return importlib.import_module(reference.module)
        spec = importlib.util.spec_from_file_location(reference.module, reference.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[reference.module] = module  # children and pickle find it by its name
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[reference.module]
            raise
        return module
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise UsageError(f"{reference.path} cannot be imported: {said}.") from error


def _target(plugin: Any, text: str) -> Target:
    """A channel whose shape is right. Raises UsageError."""
    from duckrace.checks.programs.shape import describe
    from duckrace.plugins._protocol import CAPABILITIES

    found = describe(plugin)
    unknown = sorted(set(found["capabilities"]) - set(CAPABILITIES))
    if unknown:
        raise UsageError(
            f"{text} claims {', '.join(map(repr, unknown))}, which is no capability: "
            f"there are {', '.join(CAPABILITIES)}."
        )
    if found["problem"]:
        raise UsageError(f"{text} is not a channel under test: {found['problem']}.")
    rules = Rules.of(plugin)
    order = getattr(plugin, "processes", None)
    return Target(
        plugin=plugin,
        name=found["name"],
        claims=frozenset(found["capabilities"]),
        rules=rules,
        processes=None if order is None else Rules(order=order, empty=rules.empty, full=rules.full),
    )


def _host(before: Host) -> Host:
    """What was the host at the start counts, unless the GIL came back meanwhile: an extension can do that."""
    return host() if before.gil != host().gil else before
