"""No false alarm: right channels under generated programs and schedules, none of whose histories may be rejected.

    python benchmarks/false_alarms.py [--executions 200000] [--channel NAME ...]

The programs and their schedules are those of `duckrace check` (rows `linearizable` and `blocked`), with more seeds. Of
each execution, `histories.judge` is asked both questions: is what was seen explained by one order, and was everybody
right to wait who still did when nobody could go on? What is not decided is counted, and is no acceptance either.

Exit status: 0 none was rejected and all were decided, 1 one was rejected, 3 one was not decided.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from duckrace._data import Kind
from duckrace.checks._generated import Generated
from duckrace.checks._profile import Programs, profile_named
from duckrace.checks._run import Run
from duckrace.hangs import Diagnosis
from duckrace.plugins._load import load
from duckrace.stateful._channel_trial import HOME, REMEMBERED, ChannelTrial
from duckrace.stateful._trial import RIGHT, Seen, Trial

CHANNELS = ("reference", "queue", "model")
PROGRAMS = 400  # of one seed
SAMPLES = 24  # schedules of each, besides the one that is drawn with it


class BothQuestions(ChannelTrial):
    """Asks whether the history is explained, then whether who waits is right to."""

    def __init__(self, subject: Any) -> None:
        super().__init__(subject, waits=True)
        self.histories: set[int] = set()  # different ones, by their hashes

    def judged(self, value: Any) -> Seen:
        journal = value.journal
        key = journal.seen
        found = self._known.get(key)
        if found is None:
            judge = self.session.world.modules[f"{HOME}._watched"].judged
            found = judge(*key, False)
            if found.kind == "linearizable":
                found = judge(*key, True)
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[key] = found
            self.histories.add(hash(key))
        if found.kind != "linearizable":
            kind = "wrong" if found.kind == "violation" else "unknown"
            return Seen(kind=kind, why=str(found), judgement=found)
        self.operations += (len(journal.events) + len(journal.inside)) // 2
        self.waiting += len(journal.inside)
        return RIGHT

    def failed(self, told: Diagnosis) -> Seen:
        return Trial.failed(self, told)  # an error where an answer should be is a rejection


@dataclass(kw_only=True)
class Count:
    """What came out for one channel."""

    channel: str
    executions: int = 0
    programs: int = 0
    operations: int = 0
    waiting: int = 0
    histories: set[int] = field(default_factory=set)
    undecided: Counter[str] = field(default_factory=Counter)
    rejected: str = ""  # the first one: its program
    seconds: float = 0.0


def seeds() -> Iterator[int]:
    seed = 0
    while True:
        yield seed
        seed += 1


def alarms(channel: str, executions: int) -> Count:
    """Run at least so many executions, or until one is rejected."""
    count, subject, profile = Count(channel=channel), load(channel), profile_named("default")
    started = time.perf_counter()
    for seed in seeds():
        left = executions - count.executions
        programs = max(10, min(PROGRAMS, left // SAMPLES + 1))
        counts = Programs(linearizable=programs, blocked=0, samples=SAMPLES)
        run = Run(subject=subject, profile=profile, seed=seed, deadline=None, ends=None)
        generated = Generated("linearizable", run, counts, programs, waits=True)
        generated.trial = trial = BothQuestions(subject)
        row = generated.row()
        count.executions += trial.executions
        count.programs += generated.programs
        count.operations += trial.operations
        count.waiting += trial.waiting
        count.histories |= trial.histories
        count.undecided += trial.undecided
        if row.verdict.kind not in (Kind.PASSED, Kind.BUDGET):
            count.rejected = f"{row.verdict}\n{row.failure.message if row.failure else ''}\n{row.program}"
        elif run.interrupted:
            raise KeyboardInterrupt
        count.seconds = time.perf_counter() - started
        if count.rejected or count.executions >= executions:
            return count
    raise AssertionError("there is no last seed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--executions", type=int, default=200_000)
    parser.add_argument("--channel", action="append", help=f"default: {', '.join(CHANNELS)}")
    given = parser.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}\n")
    print(
        "| channel | executions | programs | different histories | operations | calls that waited | rejected |", end=""
    )
    print(" not decided | seconds |\n|---|---|---|---|---|---|---|---|---|", flush=True)
    status = 0
    for channel in given.channel or CHANNELS:
        count = alarms(channel, given.executions)
        undecided = sum(count.undecided.values())
        numbers = [count.executions, count.programs, len(count.histories), count.operations, count.waiting]
        cells = [channel, *(f"{number:,}" for number in numbers), str(int(bool(count.rejected))), str(undecided)]
        print(f"| {' | '.join(cells)} | {count.seconds:.0f} |", flush=True)
        for why, number in count.undecided.most_common(3):
            print(f"  not decided, {number} times: {why}")
        if count.rejected:
            print(count.rejected)
        status = 1 if count.rejected or status == 1 else (3 if undecided else status)
    return status


if __name__ == "__main__":
    sys.exit(main())
