"""A scenario on real threads, again and again: what it returns, what it raises, whether it ends.

Nobody controls its threads here, and nobody knows what they did: a pass claims nothing but that so many runs were seen.

It knows a function and the threads that it leaves; it must not know channels.
"""

from __future__ import annotations

import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

from duckrace._data import Failure, Kind, ThreadState, Verdict
from duckrace._endings import plain

from ._crew import Crew, Stuck, Watch, look, switching, told

SLOWER: Final = 1_000
"""The switch interval of a run is up to so many times the one that was asked for: short ones do not find everything."""


@dataclass(slots=True)
class Runs:
    """What came out so far."""

    executions: int = 0
    working: float = 0.0
    outcomes: Counter[object] = field(default_factory=Counter)
    threads: int = 0
    verdict: Verdict | None = None
    failure: Failure | None = None


def run(
    scenario: Callable[[], object], runs: Runs, *, random: Random, interval: float, hang: float, watch: Watch
) -> None:
    """One execution, added to `runs`."""
    before = set(threading.enumerate())
    returned: list[object] = []
    raised: list[tuple[str, BaseException]] = []
    crew = Crew({"MainThread": lambda: returned.append(scenario())})
    watch.alive()  # before a thread runs that may let no other one run
    started = time.perf_counter()
    printed = io.StringIO()
    remain: Stuck | None = None
    with switching(interval * SLOWER ** random.random()), _uncaught(raised), redirect_stdout(printed):
        crew.start()
        stuck = crew.wait(lambda: None, hang, watch)
        crew.errors += raised
        left = [thread for thread in threading.enumerate() if thread not in before and thread not in crew.threads]
        if stuck is not None:
            stuck = look([*crew.threads, *left])
        elif left:
            remain = _remaining(left, time.monotonic() + hang, watch)
    runs.working += time.perf_counter() - started
    runs.executions += 1
    if crew.errors or raised:
        _raised(*(crew.errors + raised)[0], runs, stuck.threads if stuck is not None else ())
    elif stuck is not None:
        _hangs(stuck, hang, runs)
    elif remain is not None:
        _leaves(remain, hang, runs)
    else:
        runs.outcomes[plain(returned[0])] += 1
    if runs.failure is not None:
        runs.failure = replace(runs.failure, output=printed.getvalue())


@contextmanager
def _uncaught(raised: list[tuple[str, BaseException]]) -> Iterator[None]:
    """What threads raise that the scenario starts, and do not catch."""
    before = threading.excepthook

    def hook(given: threading.ExceptHookArgs, /) -> None:
        if given.exc_value is not None and given.exc_type is not SystemExit:
            raised.append((given.thread.name if given.thread is not None else "a thread", given.exc_value))

    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = before


def _remaining(threads: list[threading.Thread], ends: float, watch: Watch) -> Stuck | None:
    """Threads that the scenario did not join have until `ends`; those that are there then."""
    for thread in threads:
        while thread.is_alive() and (left := ends - time.monotonic()) > 0:
            watch.alive()
            thread.join(min(left, 0.5))
    alive = [thread for thread in threads if thread.is_alive()]
    return look(alive) if alive else None


def _raised(name: str, error: BaseException, runs: Runs, threads: tuple[ThreadState, ...]) -> None:
    said, text = told(error)
    runs.outcomes[str(Kind.FAILED)] += 1
    runs.verdict = Verdict(kind=Kind.FAILED, detail="exception")
    runs.failure = Failure(
        kind=Kind.FAILED, message=f"{said.partition(chr(10))[0]} in {name}", schedule="", strategy="stress",
        traceback=text, execution=runs.executions, threads=threads,
    )  # fmt: skip


def _leaves(remain: Stuck, hang: float, runs: Runs) -> None:
    """More and more threads would pile up. It is no fault: whoever is a daemon here was none, perhaps, where the
    scenario comes from, and the other way round, since threads inherit that."""
    who = ", ".join(remain.names)
    runs.outcomes[str(Kind.BUDGET)] += 1
    runs.verdict = Verdict(kind=Kind.BUDGET, detail="threads are left behind")
    runs.failure = Failure(
        kind=Kind.BUDGET, message=f"the scenario returned, and {hang:g} s later {who} had not ended", schedule="",
        threads=remain.threads, execution=runs.executions, strategy="stress",
        explanation="A scenario that is run again has to end its threads: join them, shut down executors.",
    )  # fmt: skip


def _hangs(stuck: Stuck, hang: float, runs: Runs) -> None:
    who = ", ".join(state.name for state in stuck.threads)
    kind = Kind.BUDGET if stuck.busy else Kind.DEADLOCK
    how = "still uses the processor: it is slow, or it spins" if stuck.busy else "waits"
    runs.outcomes[str(kind)] += 1
    runs.verdict = Verdict(kind=kind, detail=f"no end after {hang:g} s")
    runs.failure = Failure(
        kind=kind, message=f"after {hang:g} s the scenario has not ended: {who} {how}", schedule="",
        threads=stuck.threads, execution=runs.executions, strategy="stress",
        explanation=f"A long wait looks like one for ever: if {hang:g} s is too short, raise `hang` (--hang).",
    )  # fmt: skip
