"""The general search agrees with oracles that try everything, on random small histories of every kind."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

import duckrace
from duckrace import Kind
from duckrace.histories import History, Operation
from duckrace.histories._phases import Phases
from duckrace.histories._search import Budget, search
from duckrace_models import Bounded, Machine, Rendezvous, Unbounded

_spec = importlib.util.spec_from_file_location("histories_drawn", Path(__file__).parent / "drawn.py")
assert _spec is not None
drawn = importlib.util.module_from_spec(_spec)
sys.modules["histories_drawn"] = drawn
_spec.loader.exec_module(drawn)

CHANNELS = {"unbounded": Unbounded(), "bounded 1": Bounded(capacity=1), "bounded 2": Bounded(capacity=2)}
CHANNELS["rendezvous"] = Rendezvous()


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_users_models_against_every_order(kind: str) -> None:
    rng = random.Random(kind)
    model, apply = drawn.KINDS[kind]
    seen = dict.fromkeys(Kind, 0)
    for _ in range(1500):
        one = drawn.drawn(rng, model, apply, 5)
        found = duckrace.linearizable(one, model)
        expected = drawn.explained(apply, model.initial(), one.operations)
        assert found.ok == expected, f"{one}\n{found}"
        seen[found.verdict.kind] += 1
        if found.ok:
            assert drawn.explained(apply, model.initial(), [*found.witness, *_suspended(one)])
            assert not any(b.precedes(a) for n, a in enumerate(found.witness) for b in found.witness[n + 1 :])
        elif found.verdict.kind is Kind.FAILED:
            assert found.culprit is not None
            end = found.culprit.ret
            assert not drawn.explained(apply, model.initial(), _until(one, end + 1)), found.explanation
            assert drawn.explained(apply, model.initial(), _until(one, end)), f"an earlier one\n{found.explanation}"
            for result in [0, 1, 2, None, *found.allowed]:
                otherwise = _until(one, end + 1, result)
                assert drawn.explained(apply, model.initial(), otherwise) == (result in found.allowed), result
    assert seen[Kind.PASSED] > 300
    assert seen[Kind.FAILED] > 100
    assert kind in ("register", "counter") or seen[Kind.LOST_WAKEUP] > 10


def _suspended(one: History) -> list[Operation]:
    return [operation for operation in one.operations if operation.suspended]


def _until(one: History, end: int, *result: object) -> list[Operation]:
    """What was known before position `end`; if a result is given, the last return is of that."""
    return [
        Operation(
            o.process,
            o.what,
            result[0] if result and o.ret == end - 1 else o.result,
            o.call,
            o.ret if o.ret is not None and o.ret < end else None,
        )
        for o in one.operations
        if o.call < end
    ]


@pytest.mark.once
@pytest.mark.parametrize("kind", CHANNELS)
def test_channels_against_every_step_at_every_time(kind: str) -> None:
    rng = random.Random(kind)
    model: Machine = CHANNELS[kind]
    seen = dict.fromkeys(Kind, 0)
    for _ in range(1200):
        one, senders = drawn.channel_drawn(rng, model, 6)
        used = {o.what.handle for o in one.operations} - {"rx"}
        expected = drawn.channel_explained(model, sorted(used) or ["tx"], one)
        found = duckrace.linearizable(one, model)
        assert found.ok == expected, f"{senders} {one}\n{found}"
        seen[found.verdict.kind] += 1
        assert found.ok or found.explanation
    assert seen[Kind.PASSED] > 200
    assert seen[Kind.FAILED] > 100
    assert seen[Kind.LOST_WAKEUP] > 10
    assert not seen[Kind.BUDGET]


@pytest.mark.parametrize("kind", CHANNELS)
def test_lookahead_loses_no_explanation_of_a_channel(kind: str) -> None:
    """Longer histories than an oracle can do: the search with and without."""
    rng = random.Random(f"lookahead {kind}")
    model = CHANNELS[kind]
    answers = {True: 0, False: 0}
    fewer = 0
    for _ in range(250):
        one, _ = drawn.channel_drawn(rng, model, 14)
        ahead, blind = (
            search(Phases(model, one.operations, lookahead=lookahead), Budget(steps=200_000))
            for lookahead in (True, False)
        )
        assert ahead.answer is not None
        assert ahead.answer == blind.answer, one
        answers[ahead.answer] += 1
        fewer += ahead.steps < blind.steps
    assert min(answers.values()) > 25
    assert fewer > 5
