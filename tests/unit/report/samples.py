"""Values to render: results as an exploration would make them."""

from typing import Any

from duckrace import Certificate, Event, Failure, Kind, Result, StressReport, ThreadState, Verdict
from duckrace._data import Host, Part

TOKEN = "dr1_" + "x" * 300


def event(step: int, thread: int, call: str, *, operation: str = "", where: str = "program.py:3", **more: Any) -> Event:
    path = (thread,) if thread else ()
    name = f"Thread-{thread}" if thread else "MainThread"
    known = {"operation": operation or call, "call": call, "where": where, "choices": 2}
    return Event(step=step, thread=name, path=path, **known, **more)


def failure(**changes: object) -> Failure:
    settings: dict[str, object] = {
        "kind": Kind.DEADLOCK,
        "message": "A waits to acquire lock#1, held by B; B waits to acquire lock#2, held by A",
        "schedule": TOKEN,
        "threads": (
            ThreadState(
                name="A",
                path=(1,),
                state="blocked",
                waits_for="waits to acquire lock#1, held by B",
                where="program.py:7 in one",
                stack=("library.py:90 in Pool.get", "program.py:7 in one", "program.py:1 in outer"),
            ),
            ThreadState(name="B", path=(2,), state="ended", waits_for="", where="", stack=()),
            ThreadState(
                name="C",
                path=(3,),
                state="timed wait",
                waits_for="",
                where="p.py:1 in c",
                stack=("p.py:1 in c",),
                daemon=True,
            ),
        ),
        "events": (
            event(1, 0, "start Thread-1"),
            event(2, 1, "begins"),
            event(3, 1, "send(0)", operation="acquire lock#1"),
        ),
        "explanation": "Each of A, B waits for the next one.",
        "output": "first line\nsecond line\n",
        "strategy": "pct",
        "execution": 12,
    }
    return Failure(**(settings | changes))  # type: ignore[arg-type]


def result(*failures: Failure, **changes: object) -> Result:
    verdict = Verdict(kind=failures[0].kind) if failures else Verdict(kind=Kind.PASSED, detail="sampled 1,000")
    settings: dict[str, object] = {
        "scenario": "program.py::scenario",
        "verdict": verdict,
        "executions": 12 if failures else 1_000,
        "failures": failures,
        "failed": len(failures),
        "strategy": "portfolio",
        "seed": 3,
        "steps": 12_345,
        "seconds": 2.0,
        "threads": 3,
    }
    return Result(**(settings | changes))  # type: ignore[arg-type]


def certificate(**changes: object) -> Certificate:
    settings: dict[str, object] = {
        "channel": "mine",
        "verdict": Verdict(kind=Kind.FAILED, detail="illegal outcome"),
        "size": {"threads": 3, "operations": 2, "calls": 4},
        "parts": (
            Part(channel="channel()", programs=252, done=7, executions=80, traces=80, outcomes=9, seconds=0.5),
            Part(channel="sync_channel(1)", programs=539, done=0, executions=0, traces=0, outcomes=0, seconds=0.0),
        ),
        "program": "tx1, rx = channel()\nthread 1: tx1.send(11)",
        "skipped": ("rendezvous (not claimed)",),
        "versions": {"python": "CPython 3.11.7", "duckrace": "0.1.0"},
        "sources": {"channel": {"mine": "0" * 64}, "model": {"theirs": "1" * 64}, "duckrace": {"ours": "2" * 64}},
        "seconds": 0.5,
    }
    return Certificate(**(settings | changes))  # type: ignore[arg-type]


def stress_report(**changes: object) -> StressReport:
    settings: dict[str, object] = {
        "subject": "mine",
        "kind": "channel",
        "verdict": Verdict(kind=Kind.FAILED, detail="not linearizable"),
        "host": Host(python="CPython 3.13.0", free_threaded=True, gil=False, cores=2),
        "operations": 12_345,
        "executions": 7,
        "histories": 6,
        "undecided": 1,
        "specification": "FIFO",
        "covered": {"channel()": 7},
        "outcomes": {"x": 1},
        "threads": 4,
        "switch_interval": 1e-6,
        "seconds": 2.0,
        "working": 1.0,
        "skipped": ("drop (not claimed)",),
        "notes": ("so",),
        "saved": "history.json",
    }
    return StressReport(**(settings | changes))  # type: ignore[arg-type]
