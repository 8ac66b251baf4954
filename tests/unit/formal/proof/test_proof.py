"""The proofs of the manifest that are quick; and what is no proof: unknown, a step that never is, other counts."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from duckrace.formal import Proof, Proved, Report, check_proofs, load_proofs
from duckrace.formal.proof import Statement
from duckrace.formal.proof._channel import Channel, State, Step
from duckrace.formal.proof._mistakes import MISTAKES
from duckrace.formal.proof._prove import impossible, prove, refute
from duckrace.formal.proof._statements import STATEMENTS
from duckrace.formal.proof._terms import Term

QUICK = [proof for proof in load_proofs() if proof.quick]


def named(name: str) -> Proof:
    return next(proof for proof in load_proofs() if proof.name == name)


def nothing() -> None:
    pass


@pytest.mark.once
@pytest.mark.parametrize("proof", QUICK, ids=lambda proof: proof.name)
def test_quick_proofs(proof: Proof) -> None:
    (found,) = check_proofs([proof])
    assert found.finding == "as expected", found
    assert bool(found.counterexample or found.difference) != proof.accepted
    if proof.accepted and not proof.compares:
        assert [one.name for one in found.statements] == [one.name for one in STATEMENTS]


def test_every_mistake_is_in_the_manifest() -> None:
    assert {proof.mistake for proof in load_proofs()} - {""} == set(MISTAKES)


@pytest.mark.parametrize("name", sorted({proof.expect for proof in QUICK if not proof.accepted}))
def test_right_channel_is_not_refuted(name: str) -> None:
    channel = next(proof.channel for proof in QUICK if proof.expect == name)
    assert refute(channel, name, asked=nothing) is None


def test_mutant_that_is_not_rejected() -> None:
    mutant = replace(named("any-size/one-more-fits"), expect="OneInside")
    (found,) = check_proofs([mutant])
    assert (found.finding, found.counterexample) == ("not rejected", None)


def test_wrong_channel_that_should_be_right() -> None:
    wrong = replace(named("any-size/bounded"), mistake="one more fits")
    (found,) = check_proofs([wrong])
    assert found.finding == "refuted"
    assert [one.name for one in found.statements if not one.proved] == ["Bound"]
    counterexample = found.counterexample
    assert counterexample is not None
    assert (counterexample.statement, counterexample.step) == ("Bound", "effect: Send")
    assert len(counterexample.before["buffer"]) == counterexample.capacity
    assert Report(checked=(), seconds=0.0, proved=(found,)).exit_status == 1


def test_unknown_is_no_proof() -> None:
    found = prove("unbounded", effort=1, asked=nothing)
    proved = Proved(proof=named("any-size/unbounded"), statements=found)
    assert not all(one.proved for one in found)
    assert proved.finding == "not proved"
    assert Report(checked=(), seconds=0.0, proved=(proved,)).exit_status == 3


class Closed(Channel):
    """A receive never enters: all that is said of what it does then is true, and says nothing."""

    def enter(self, s: State, c: Term) -> Step:
        return Step(False, Channel.enter(self, s, c).after)


def test_step_that_never_is() -> None:
    assert impossible("bounded", Closed, asked=nothing) == ("enter",)
    proof = named("any-size/bounded")
    statement = Statement(name="Bound", says="", lemma=False, queries=proof.queries)
    assert Proved(proof=proof, statements=(statement,)).finding == "as expected"
    assert Proved(proof=proof, statements=(statement,), never=("enter",)).finding == "vacuous"


def test_fewer_queries_say_less() -> None:
    proof = named("any-size/bounded")
    statement = Statement(name="Bound", says="", lemma=False, queries=proof.queries - 1)
    assert Proved(proof=proof, statements=(statement,)).finding == "other counts"


def test_without_z3() -> None:
    program = "import sys; sys.modules['z3'] = None; from duckrace.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "spec", "--only", "any-size/bounded"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
    )
    says = "Error: z3 is not installed: run `python -m pip install 'duckrace[formal]'`.\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", says)
