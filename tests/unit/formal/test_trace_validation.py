"""Traces read by TLC: what a channel can do is accepted, what it cannot is rejected at the event that is wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from duckrace.checks._recording import RecordingTrial, recorded
from duckrace.formal import NotInstalled, Reading, Trace, TraceChecked, TraceRun, check_traces, find_tools, load_traces
from duckrace.formal._manifest import read_spec
from duckrace.formal._reading import _batches, configuration, read_traces
from duckrace.formal._recorded import Event, module, plain
from duckrace.plugins._load import load
from duckrace.search import make
from duckrace.stateful._values import Program
from duckrace.stateful.programs._watched import judged
from duckrace_models import RECEIVER, Call, Empty, Full, Ok, Response, Timeout, model_for

ROOT = Path(__file__).parents[3]
WRITTEN = [run for run in load_traces() if run.trace is not None]
BROKEN = ("newest_first", "stolen_slot", "early_close", "lost_wakeup", "lost_message")
# Programs that show what few do.
SHOWING = (
    Program(threads=((("drop", "tx1"),), (("recv", "rx"),)), senders=("tx1",)),
    Program(threads=((("send", "tx1", 1), ("drop", "tx1")), (("recv", "rx"),)), senders=("tx1",)),
)
CAPACITIES = (None, 0, 1)

tlc = pytest.mark.tlc


# What there is to read.


@cache
def walks() -> tuple[Trace, ...]:
    """What four callers may see of a model that goes where chance leads, two receives at a time and drops under calls
    among it."""
    return tuple(walk(random.Random(seed), capacity) for capacity in CAPACITIES for seed in range(40))


def walk(rng: random.Random, capacity: int | None) -> Trace:
    machine = model_for(capacity)
    state = machine.initial(("tx1", "tx2"))
    handles, events, messages = ["tx1", "tx2", RECEIVER], [], 0
    for _ in range(rng.randrange(20, 70)):
        steps = machine.enabled(state)
        idle = [who for who in "abcd" if state.of(who) is None]
        if not steps:
            events.append(("stop", None, None))
        if idle and (not steps or rng.random() < 0.3):
            messages += 1
            call = chosen(rng, rng.choice(idle), rng.choice(handles), capacity, messages)
            if call.operation == "clone":
                handles.append(str(call.value))
            state = machine.start(state, call)
            events.append(("call", call.caller, call))
        elif steps:
            step = rng.choice(steps)
            state = step.state
            if step.action == "return":
                events.append(("return", step.caller, step.response))
        else:
            break
    return Trace(capacity=capacity, senders=("tx1", "tx2"), events=without_two_stops(events))


def without_two_stops(events: list[Event]) -> tuple[Event, ...]:
    return tuple(event for event, before in zip(events, [None, *events], strict=False) if event != before)


def chosen(rng: random.Random, who: str, handle: str, capacity: int | None, number: int) -> Call:
    if handle == RECEIVER:
        operation = rng.choice(["recv"] * 3 + ["try_recv"] * 3 + ["recv_timeout"] * 2 + ["drop"])
    else:
        more = ["try_send", "send_timeout"] if capacity is not None else []
        operation = rng.choice(["send"] * 4 + more * 2 + ["drop", "clone"])
    value = number if operation.endswith(("send", "send_timeout")) else f"c{number}" if operation == "clone" else None
    return Call(caller=who, operation=operation, handle=handle, value=value)  # type: ignore[arg-type]


def mutated(trace: Trace, rng: random.Random) -> Trace | None:
    """The same with one answer changed, or a stop more; None if there is nothing to change."""
    returns = [n for n, event in enumerate(trace.events) if event[0] == "return"]
    if not returns:
        return None
    events = list(trace.events)
    n = rng.choice(returns)
    answers: list[Response] = [Ok(1), Ok(2), Ok(), Empty(), Full(1), Timeout()]
    if rng.random() < 0.2:
        events.insert(n, ("stop", None, None))
    else:
        events[n] = ("return", events[n][1], rng.choice(answers))
    return replace(trace, events=tuple(events))


@cache
def recordings() -> dict[str, tuple[Trace, ...]]:
    """Executions of channels that are wrong, and of the one that they are made of."""
    return {name: tuple(executions(f"{ROOT / 'examples/broken.py'}::{name}")) for name in ("sound", *BROKEN)}


def executions(channel: str) -> Iterator[Trace]:
    yield from recorded(40, 4, channel)
    with RecordingTrial(load(channel)) as trial:
        for program in SHOWING:
            trial.sampled(program, make("random", 0), 30)
        yield from [Trace.of(*key) for key in trial.recorded]


@cache
def everything() -> tuple[Trace, ...]:
    rng = random.Random(1)
    ran = [trace for traces in recordings().values() for trace in traces]
    wrong = (mutated(trace, rng) for trace in (*walks(), *ran[::5]))
    return (*walks(), *ran, *filter(None, wrong))


@cache
def reading(lazy: bool) -> Reading:
    return read_traces(find_tools(), everything(), jobs=2, lazy=lazy)


# With TLC.


@cache
def of_the_file() -> dict[str, TraceChecked]:
    found = check_traces(find_tools(), WRITTEN, lambda run: (), jobs=2)
    return {one.run.name: one for one in found}


@tlc
@pytest.mark.parametrize("run", WRITTEN, ids=lambda run: run.name)
def test_written_traces(run: TraceRun) -> None:
    checked = of_the_file()[run.name]
    assert checked.finding == "as expected", checked.rejected
    assert checked.rejected[0] == run.rejected


@tlc
def test_what_the_model_does_is_accepted() -> None:
    far = dict(zip(everything(), reading(True).read, strict=True))
    assert [trace for trace in walks() if far[trace] != len(trace.events)] == []
    answers = {type(what).__name__ for trace in walks() for kind, _, what in trace.events if kind == "return"}
    assert answers == {"Ok", "Full", "Disconnected", "Empty", "Timeout", "Dropped", "ConcurrentReceive"}
    assert sum(kind == "stop" for trace in walks() for kind, _, _ in trace.events) > 100


@tlc
def test_putting_steps_off_changes_nothing() -> None:
    assert reading(True).read == reading(False).read
    assert reading(True).states < reading(False).states
    assert len(reading(True).rejected) > 50


@tlc
def test_spec_and_models_judge_alike() -> None:
    """Every recorded trace, of channels right and wrong."""
    far = dict(zip(everything(), reading(True).read, strict=True))
    for trace in [trace for traces in recordings().values() for trace in traces]:
        assert (far[trace] == len(trace.events)) == linearizable(trace), trace


def linearizable(trace: Trace) -> bool:
    events, stops, inside = [], [], set()
    for kind, who, what in trace.events:
        if kind == "stop":
            stops.append((len(events), tuple(sorted(inside))))
            continue
        (inside.add if kind == "call" else inside.remove)(who)
        events.append((kind, who, what))
    found = {judged(trace.capacity, trace.senders, tuple(events), tuple(stops), waits).kind for waits in (False, True)}
    assert found <= {"linearizable", "violation"}
    return found == {"linearizable"}


@tlc
@pytest.mark.parametrize("name", ["sound", *BROKEN])
def test_broken_channels_are_rejected(name: str) -> None:
    far = dict(zip(everything(), reading(True).read, strict=True))
    assert any(far[trace] != len(trace.events) for trace in recordings()[name]) == (name != "sound")


@tlc
def test_time_that_is_not_enough_is_no_pass() -> None:
    found = read_traces(find_tools(), walks(), limit=0.2)
    assert (found.status, found.rejected, set(found.read)) == ("stopped", (), {None})


@tlc
def test_module_that_tlc_cannot_read_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duckrace.formal._reading.module", lambda traces: "---- MODULE Traces ----\nx == \n====")
    found = read_traces(find_tools(), walks()[:1])
    assert (found.status, found.rejected) == ("broken", ())
    assert found.message


@tlc
@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"rejected": 0}, "rejected"),
        ({"rejected": 7}, "rejected elsewhere"),
        ({"least": 2}, "as expected"),
    ],
)
def test_findings(change: dict[str, int], finding: str) -> None:
    checked = of_the_file()["trace-mutant/lost-message"]
    assert replace(checked, run=replace(checked.run, **change)).finding == finding.replace("as expected", "too few")


@tlc
def test_mutant_that_is_not_rejected() -> None:
    checked = of_the_file()["trace/bounded"]
    assert replace(checked, run=replace(checked.run, rejected=3)).finding == "not rejected"


# Without.


def test_there_are_enough() -> None:
    mutants = [run for run in WRITTEN if run.rejected]
    assert len(mutants) >= 6
    capacities = {run.trace.capacity for run in mutants if run.trace is not None}
    assert capacities == {None, 0, 1}
    assert {run.control for run in mutants} == {run.name for run in WRITTEN if not run.rejected}


def test_pages_say_how_many_mutants_there_are() -> None:
    for page in ("README.md", "docs/formal.md"):
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        assert re.findall(r"(\d+) in executions", text) == [str(sum(run.rejected > 0 for run in WRITTEN))], page


def test_example_is_what_is_generated() -> None:
    (trace,) = [run.trace for run in WRITTEN if run.name == "trace/rendezvous"]
    assert trace is not None
    assert read_spec("Traces.tla") == module([plain(trace)])


def test_names_do_not_matter() -> None:
    def named(who: str, handle: str, message: object) -> Trace:
        call = Call(caller=who, operation="send", handle=handle, value=message)
        return Trace(capacity=1, senders=(handle,), events=(("call", who, call), ("return", who, Ok())))

    assert plain(named("a", "tx", 1)) == plain(named("b", "ty", None)) != plain(walks()[0])
    assert len(next(iter(_batches([(1, plain(named(who, "tx", 1))) for who in "abc"])))) == 1


def test_one_and_true_are_two_messages() -> None:
    calls: list[Event] = []
    for value, answer in ((1, 1), (True, 1)):
        calls += [
            ("call", "a", Call(caller="a", operation="send", handle="tx", value=value)),
            ("return", "a", Full(answer)),
        ]
    _, words = plain(Trace(capacity=1, senders=("tx",), events=tuple(calls)))
    assert [word[4] or word[6] for word in words] == ["m1", "m1", "m2", "m1"]


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_configuration(capacity: int | None) -> None:
    text = configuration(capacity, lazy=False)
    assert ("Capacity <- Unbounded" if capacity is None else f"Capacity = {capacity}") in text
    assert "Lazy = FALSE" in text


def test_batches_are_of_one_capacity_and_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duckrace.formal._reading.BATCH", 100)
    items = [(trace.capacity, plain(trace)) for trace in walks()]
    batches = list(_batches(items))
    assert sorted(map(repr, dict.fromkeys(items))) == sorted(repr(item) for batch in batches for item in batch)
    for batch in batches:
        assert len({capacity for capacity, _ in batch}) == 1
        assert len(batch) == 1 or sum(len(events) for _, (_, events) in batch) <= 100


def test_missing_tlc_is_said_by_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotInstalled, match=r"run `python -m pip install 'duckrace\[formal\]'`"):
        find_tools({})
