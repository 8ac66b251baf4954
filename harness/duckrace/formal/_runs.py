"""Running the manifest: every run, several at a time, and whether each came to what it has to come to.

A limit is never a pass: a run that was stopped, or that TLC could not make, says nothing.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from duckrace_models import model_for

from ._graph import Difference, difference, model_graph, read_graph, read_menu
from ._manifest import Run, configuration, formulas, spec_modules
from ._mistakes import mistaken
from ._tlc import KILLED_AFTER, Answer, run_tlc
from ._tools import Tools
from ._traces import TraceChecked
from .proof import Proved

Finding = Literal["as expected", "rejected", "not rejected", "rejected by another", "other states", "stopped", "broken"]

_WORDS: Final = {"action property": "PROPERTY", "temporal property": "PROPERTY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One run, and what came of it."""

    run: Run
    answer: Answer
    violated: str = ""
    """The name of the formula that is violated."""
    edges: int = 0
    """Of the state graph of the spec, if it was compared with that of the model."""
    difference: Difference | None = None
    """Where the two are not equal."""

    @property
    def finding(self) -> Finding:
        """Whether this is what the manifest says."""
        run, answer = self.run, self.answer
        if answer.status in ("stopped", "broken"):
            return "stopped" if answer.status == "stopped" else "broken"
        if run.accepted and self.violated:
            return "rejected"
        if not run.accepted:
            if not self.violated:
                return "not rejected"
            return "as expected" if self.violated == run.expect else "rejected by another"
        if (answer.generated, answer.distinct, self.edges) != (run.generated, run.distinct, run.edges):
            return "other states"
        return "as expected"

    @property
    def ok(self) -> bool:
        """Whether this is what the manifest says."""
        return self.finding == "as expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All runs that were made, in the order of the manifest."""

    checked: tuple[Checked, ...]
    seconds: float
    jar: str = ""
    """SHA-256 of TLC; empty if it was not needed."""
    proved: tuple[Proved, ...] = ()
    """What z3 was asked."""
    traces: tuple[TraceChecked, ...] = ()
    """What TLC has read."""

    @property
    def ok(self) -> bool:
        """Whether everything came to what it has to."""
        runs = all(one.ok for one in self.checked) and all(one.ok for one in self.traces)
        return runs and all(one.ok for one in self.proved)

    @property
    def exit_status(self) -> int:
        """0: all as expected; 1: something is not; 3: nothing else is wrong, but some runs said nothing."""
        wrong: set[str] = {one.finding for one in self.checked if not one.ok}
        wrong |= {one.finding for one in self.proved if not one.ok}
        wrong |= {one.finding for one in self.traces if not one.ok}
        return 0 if not wrong else 3 if wrong <= {"stopped", "broken", "not proved"} else 1


def check_specs(
    tools: Tools,
    runs: Sequence[Run],
    *,
    jobs: int = 1,
    limit: float = KILLED_AFTER,
    progress: Callable[[int, int, int], None] = lambda done, of, states: None,
) -> Report:
    """Make these runs, `jobs` at a time, none longer than `limit` seconds.

    `progress` is told, in the calling thread, how many are done, of how many, and how many states were seen.
    """
    began = time.monotonic()
    stop = threading.Event()
    seen: dict[str, int] = {}
    found: dict[str, Checked] = {}
    # The longest first: then nobody waits for one that began last.
    order = sorted(runs, key=lambda run: -run.seconds)
    with ThreadPoolExecutor(max_workers=max(jobs, 1)) as pool:
        futures = {pool.submit(check_run, tools, run, limit=limit, seen=seen, stop=stop): run for run in order}
        try:
            waiting = set(futures)
            while waiting:
                progress(len(found), len(runs), sum(list(seen.values())))
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    found[futures[future].name] = future.result()
        except BaseException:
            stop.set()
            for future in futures:
                future.cancel()
            raise
    checked = tuple(found[run.name] for run in runs)
    return Report(checked=checked, seconds=time.monotonic() - began, jar=tools.digest())


def check_run(
    tools: Tools,
    run: Run,
    *,
    limit: float = KILLED_AFTER,
    seen: dict[str, int] | None = None,
    stop: threading.Event | None = None,
) -> Checked:
    """Make one run."""

    def note(distinct: int) -> None:
        if seen is not None:
            seen[run.name] = distinct

    def tlc(options: tuple[str, ...] = (), into: Path | None = None) -> Answer:
        return run_tlc(
            tools,
            run.module,
            configuration(run),
            modules=spec_modules(),
            options=options,
            limit=limit,
            progress=note,
            stop=stop,
            into=into,
        )

    if not run.compares:
        answer = tlc()
        return Checked(run=run, answer=answer, violated=_name_of(run, answer))
    with tempfile.TemporaryDirectory(prefix="duckrace-graph-") as name:
        answer = tlc(("-dump", "dot,actionlabels", "graph.dot"), Path(name))
        if answer.status != "accepted":
            return Checked(run=run, answer=answer, violated=answer.violated)
        with Path(name, "graph.dot").open(encoding="utf-8") as lines:
            spec = read_graph(lines)
    menu = read_menu(answer.printed)
    model = model_for(menu.capacity)
    found = difference(spec, model_graph(menu, mistaken(model, run.mistake) if run.mistake else model))
    return Checked(run=run, answer=answer, violated="Graph" if found else "", edges=spec.edges, difference=found)


def _name_of(run: Run, answer: Answer) -> str:
    """TLC names invariants, but of a property only its kind: our configurations have one PROPERTY each."""
    kind = _WORDS.get(answer.violated)
    if kind is None:
        return answer.violated
    names = [name for name, its_kind in formulas(run).items() if its_kind == kind]
    return names[0] if len(names) == 1 else answer.violated
