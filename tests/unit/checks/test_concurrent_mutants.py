"""Mistakes that only concurrency shows: one thread alone sees nothing of them, and `duckrace check` rejects each."""

from __future__ import annotations

import importlib.util
import random
import sys
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from duckrace import Kind, replay
from duckrace._data import Row
from duckrace.checks.programs._calls import made, words
from duckrace.checks.programs._future import futures
from duckrace_models import RECEIVER, Ok, State, model_for

from .conftest import ROOT

pytestmark = pytest.mark.unmeasured

MUTANTS = ROOT / "tests" / "mutants"
HANGS = {Kind.DEADLOCK, Kind.LOST_WAKEUP, Kind.ORPHANED_WAIT}

# The rows that reject each mistake; the first one is tried on every run, all of them by `tox run -e exhaustive`.
# A row has its quick profile: `row@2` with this seed (rare ones are not found with every seed), `row+` the default one.
REJECTED_BY = {
    "waking": {
        "send_wakes_nobody": "delivery closure hangs contract conformance blocked",
        "receive_wakes_nobody": "delivery closure hangs contract conformance blocked",
        "wakes_only_from_full": "delivery",
        "wakes_only_when_drained": "contract conformance",
        "queues_up_once": "delivery closure hangs",
        "wakes_two_at_most": "contract conformance",
        "stays_in_the_line": "contract conformance",
        "keeps_its_wake_up": "contract",
        "wakes_then_closes": "delivery hangs",
        "wakes_then_takes": "delivery",
        "wakes_then_sends": "delivery",
        "beaten_means_closed": "delivery",
        "late_gives_up": "contract@1 contract+",
    },
    "unlocked": {
        "senders_read_outside": "delivery hangs",
        "empty_then_closed": "delivery",
        "room_seen_outside": "delivery",
        "receiver_seen_outside": "delivery hangs",
        "clone_count_read_outside": "closure",
        "drop_count_read_outside": "delivery hangs",
        "both_receive": "contract",
    },
    "dropping": {
        "drop_forgotten": "delivery",
        "deferred_counts_twice": "delivery closure",
        "no_second_try": "delivery",
        "sleeps_over_a_drop": "delivery",
        "drop_seen_late": "delivery@1 delivery+",
        "closed_before_drained": "delivery",
        "sends_to_nobody": "delivery closure",
    },
    "handing": {
        "hands_twice": "delivery",
        "offer_taken_twice": "delivery",
        "offers_again": "delivery",
        "taken_and_timed_out": "contract",
        "given_and_timed_out": "contract",
        "withdrawn_late": "contract@2 contract+",
        "waiters_go_first": "delivery",
        "moved_and_sent_again": "delivery",
        "told_but_not_moved": "delivery",
        "keeps_what_waited": "contract",
    },
}
# What one thread does show: the comparison below would be worth nothing if it did not find these.
SEEN_ALONE = (
    "newest_first",
    "closed_hides_messages",
    "one_too_many",
    "full_too_soon",
    "returns_early",
    "leaves_its_message",
    "clone_not_counted",
    "drop_counted_twice",
    "keeps_the_last",
    "times_out_early",
)
NAMES = [(file, name) for file, names in REJECTED_BY.items() for name in names]
CAPACITIES = (None, 1, 2, 3, 0)
PROGRAMS = 30  # of one mutant, on each kind of channel
CALLS = 25  # of a program
SHORT = 0.001  # seconds, of real time
BUSY = 1_000  # more wakes nobody: the calls of one thread


class Message:
    """A message, equal to its number: what holds it can be found out."""

    __slots__ = ("__weakref__", "number")

    def __init__(self, number: int) -> None:
        self.number = number


class Differs(Exception):
    """One thread sees a difference from the model."""


@pytest.fixture(scope="module")
def loaded() -> Iterator[Callable[[str], ModuleType]]:
    """The files of mutants as ordinary modules, on the real machine."""
    names = [file.stem for file in MUTANTS.glob("*.py")]
    others = {name: sys.modules.pop(name) for name in names if name in sys.modules}  # other tests have files so named
    sys.path.insert(0, str(MUTANTS))

    def load(name: str) -> ModuleType:
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, MUTANTS / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        return sys.modules[name]

    yield load
    sys.path.remove(str(MUTANTS))
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(others)


def compare(plugin: Any, capacity: int | None, chance: random.Random) -> None:
    """One program of one thread, drawn call by call and compared with the model. Raises Differs.

    A call that the model has wait for ever is not made: a single thread would end there.
    """
    model = model_for(capacity)
    tx, rx = plugin.channel() if capacity is None else plugin.sync_channel(capacity)
    handles: dict[str, Any] = {"tx": tx, RECEIVER: rx}
    del tx, rx
    states: list[State] = [model.initial()]
    alive: dict[int, weakref.ref[Message]] = {}
    made_already: list[str] = []
    for caller in range(1, CALLS + 1):
        step = drawn(handles, capacity, caller, chance)
        if step is None:
            return
        ways = futures(model, states, caller, step)
        if any(way.state.of(caller) is not None for way in ways):
            if step[0] not in ("send_timeout", "recv_timeout"):
                continue
            ways = futures(model, [way.state for way in ways], BUSY, ("wait", SHORT))
        message = next((value for value in step[2:3] if step[0].startswith(("send", "try_send"))), None)
        real = step
        if message is not None:
            sent = Message(message)
            alive[message] = weakref.ref(sent)
            real = (*step[:2], sent, *step[3:])
            del sent
        response = made(real, handles)
        del real
        held = getattr(response, "value", None)
        if isinstance(held, Message):
            response = replace(response, value=held.number)
        number = held.number if isinstance(held, Message) else None
        del held
        made_already.append(f"{words(step)}: {response}")
        told = "\n".join(made_already)
        states = list(dict.fromkeys(way.state for way in ways if dict(way.responses).get(caller) == response))
        if not states:
            raise Differs(told)
        if number is not None and (isinstance(response, Ok) or message == number) and alive[number]() is not None:
            raise Differs(f"{told}\nthe message is kept")


def drawn(handles: dict[str, Any], capacity: int | None, caller: int, chance: random.Random) -> tuple[Any, ...] | None:
    """A call on one of the handles that are there."""
    senders = sorted(set(handles) - {RECEIVER})
    calls: list[tuple[Any, ...]] = []
    for tx in senders:
        calls += [("send", tx, caller)] * 4 + [("drop", tx), ("lose", tx), ("clone", tx, f"c{caller}")]
        if capacity is not None:
            calls += [("try_send", tx, caller), ("send_timeout", tx, caller, 0.0), ("send_timeout", tx, caller, SHORT)]
    if RECEIVER in handles:
        calls += [("recv",), ("try_recv",), ("recv_timeout", 0.0), ("recv_timeout", SHORT)] * 3
        calls += [("drop", RECEIVER), ("lose", RECEIVER)] * (chance.random() < 0.2)
    if len(senders) > 3:
        calls = [call for call in calls if call[0] != "clone"]
    return chance.choice(calls) if calls else None


def alone(plugin: Any, programs: int) -> None:
    """So many programs on each kind of channel. Raises Differs."""
    for capacity in CAPACITIES:
        chance = random.Random(f"{capacity}")
        for _ in range(programs):
            compare(plugin, capacity, chance)


@pytest.mark.once
@pytest.mark.parametrize("name", SEEN_ALONE)
def test_one_thread_sees_other_mistakes(name: str, loaded: Callable[[str], ModuleType]) -> None:
    with pytest.raises(Differs):
        alone(getattr(loaded("channels"), name), PROGRAMS)


@pytest.mark.once
@pytest.mark.parametrize(("file", "name"), [("channels", "right"), *NAMES])
def test_one_thread_sees_nothing(file: str, name: str, loaded: Callable[[str], ModuleType]) -> None:
    alone(getattr(loaded(file), name), PROGRAMS)


def pairs() -> list[object]:
    """Each mistake with each row that rejects it."""
    return [
        pytest.param(file, name, where, marks=() if first == 0 else pytest.mark.exhaustive, id=f"{name}-{where}")
        for file, names in REJECTED_BY.items()
        for name, rows in names.items()
        for first, where in enumerate(rows.split())
    ]


@pytest.mark.once
@pytest.mark.parametrize(("file", "name", "where"), pairs())
def test_a_mistake_is_rejected(file: str, name: str, where: str, row: Callable[..., Row]) -> None:
    profile = "default" if where.endswith("+") else "quick"
    where, _, seed = where.rstrip("+").partition("@")
    found = row(where, str(MUTANTS / f"{file}.py::{name}"), profile=profile, seed=int(seed or 0))
    assert found.verdict.kind is Kind.FAILED or found.verdict.kind in HANGS, found
    assert found.failure is not None
    assert found.program
    assert [one for one in found.statements if one.outcome == "failed"], "no statement of the contract is named"
    again = replay(found.failure.schedule)
    assert again.failure is not None
    assert again.failure.kind is found.failure.kind


def test_there_are_enough_of_them_and_all_are_listed(loaded: Callable[[str], ModuleType]) -> None:
    assert len(NAMES) >= 20
    for file, names in REJECTED_BY.items():
        module = loaded(file)
        assert {name for name, value in vars(module).items() if isinstance(value, module.Mutant)} == set(names)


@pytest.mark.parametrize("text", ["no such line", "self"])
def test_a_line_that_is_not_there_once_is_not_edited_in_silence(text: str, loaded: Callable[[str], ModuleType]) -> None:
    from duckrace.channels._core import Core

    with pytest.raises(ValueError, match="the mutant needs a new look"):
        loaded("editing").edited(Core.settle, (text, "pass"))
