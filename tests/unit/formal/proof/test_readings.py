"""z3 and Python read the same formulas alike: guards and effects, on states of small programs; and not a wrong effect.

Python's reading is compared with the model state by state (`any-size/steps-...`); z3's is what is proved.
"""

from __future__ import annotations

import random

import pytest

from duckrace.formal.proof._channel import Channel, Part, State
from duckrace.formal.proof._compare import Reading, menu_of, proof_graph
from duckrace.formal.proof._prove import question
from duckrace.formal.proof._records import state_of
from duckrace.formal.proof._statements import STATEMENTS
from duckrace.formal.proof._symbols import SORTS, Few, z3
from duckrace.formal.proof._terms import CALLER, HANDLE

pytestmark = pytest.mark.once
STATES = 3
KINDS = {None: "unbounded", 1: "bounded", 0: "rendezvous"}


def answer(*facts: object) -> object:
    solver = z3.Solver()
    solver.add(*facts)
    return solver.check()


@pytest.mark.parametrize("capacity", KINDS, ids=KINDS.get)
def test_z3_reads_as_python_does(capacity: int | None) -> None:
    menu = menu_of("leaving", capacity)
    reading = Reading(menu)
    graph = proof_graph(menu)
    chosen = random.Random(5).sample(sorted(graph.steps, key=repr), STATES)
    senders = [handle for handle in reading.handles if handle != "rx"]
    few = Few(reading.callers, senders, 6)
    about = question(few, KINDS[capacity])
    fixed = [few.told_apart(), *([about.channel.capacity == capacity] if capacity else [])]
    taken = 0
    for record in chosen:
        here = state_of(record, reading.messages)
        before = few.has(about.state, here)
        assert answer(*fixed, before) == z3.sat
        for mine, theirs in zip(reading.parts, about.channel.parts(), strict=True):
            if mine.action == "start" or mine.more:
                continue
            for caller in reading.callers:
                taken += compare(few, about.state, here, (mine, theirs), caller, [*fixed, before])
    assert taken >= STATES  # as many steps at least, of both readings


def compare(few: Few, state: State, here: State, parts: tuple[Part, Part], caller: str, facts: list[object]) -> bool:
    """Whether the caller can make this step; the two have to agree."""
    mine, theirs = parts
    guard, after = mine.step(here, caller)
    symbolic = theirs.step(state, z3.Const(caller, SORTS[CALLER]))
    assert (answer(*facts, symbolic.guard) == z3.sat) == bool(guard), (str(mine), caller)
    if guard:
        assert answer(*facts, z3.Not(few.has(symbolic.after, after))) == z3.unsat, (str(mine), caller)
        assert answer(*facts, few.has(symbolic.after, here)) == z3.unsat, "a step changes something"
    return bool(guard)


def test_the_first_of_the_queue_is_met() -> None:
    menu = menu_of("queue", 0)
    reading = Reading(menu)
    few = Few(reading.callers, ("ta", "tb"), 6)
    about = question(few, "rendezvous")
    steps = proof_graph(menu).steps
    record = next(
        record for record in steps if len(record["queue"]) == 2 and any(action == "pair" for action, _ in steps[record])
    )
    here = state_of(record, reading.messages)
    facts = [few.told_apart(), few.has(about.state, here)]
    mine, theirs = (
        next(part for part in parts if part.name == "by the receive")
        for parts in (reading.parts, about.channel.parts())
    )
    first, second = record["queue"]
    for other, may in ((first, True), (second, False)):
        step = theirs.step(about.state, *(z3.Const(name, SORTS[CALLER]) for name in ("r", other)))
        assert (answer(*facts, step.guard) == z3.sat) == mine.step(here, "r", other).guard == may
        same = answer(*facts, z3.Not(few.has(step.after, mine.step(here, "r", first).after))) == z3.unsat
        assert same == may, "with the other one it would be another state"


def test_calls() -> None:
    menu = menu_of("queue", 0)
    reading = Reading(menu)
    few = Few(reading.callers, ("ta", "tb"), 6)
    about = question(few, "rendezvous")
    here = state_of(reading.initial, reading.messages)
    facts = [few.told_apart(), few.has(about.state, here)]
    (mine,), (theirs,) = (
        [part for part in parts if part.action == "start"] for parts in (reading.parts, about.channel.parts())
    )
    handles = {name: z3.Const(name, SORTS[HANDLE]) for name in ("rx", "ta")}
    for operation, handle, may in (("send", "ta", True), ("send", "rx", False), ("recv", "ta", False)):
        step = theirs.step(
            about.state, z3.Const("a", SORTS[CALLER]), few.operation(operation), handles[handle], handles["ta"]
        )
        guard, after = mine.step(here, "a", operation, handle, "ta")
        assert (answer(*facts, step.guard) == z3.sat) == guard == may
        assert answer(*facts, z3.Not(few.has(step.after, after))) == z3.unsat


@pytest.mark.parametrize("capacity", KINDS, ids=KINDS.get)
def test_all_states_of_a_program_have_the_invariant(capacity: int | None) -> None:
    """What is proved for all is true of some: read by Python, with the history of one way to each state."""
    menu = menu_of("leaving", capacity)
    reading = Reading(menu)
    channel = reading.channel
    seen, rng = 0, random.Random(7)
    for _ in range(6):
        state = state_of(reading.initial, reading.messages)
        while True:
            seen += 1
            for one in STATEMENTS:
                if one.holds:
                    assert one.holds(channel, state), one.name
            steps = list(_steps(channel, reading, state))
            if not steps:
                break
            after = rng.choice(steps)
            for one in STATEMENTS:
                if one.step:
                    assert one.step(channel, state, after), one.name
            state = after
    assert seen > 50


def _steps(channel: Channel, reading: Reading, state: State) -> list[State]:
    found = []
    for part in channel.parts():
        for c in reading.callers:
            if part.action == "start":
                turn = state.made(c)
                calls = reading.menu.calls[c][turn] if turn < len(reading.menu.calls[c]) else ()
                more = [(call["operation"], call["handle"], "") for call in calls]
            else:
                more = [(d,) for d in reading.callers] if part.more else [()]
            steps = [part.step(state, c, *these) for these in more]
            found += [step.after for step in steps if step.guard]
    return found
