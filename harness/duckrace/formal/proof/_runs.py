"""Making the proofs of the manifest, one after the other: all of them take seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .._graph import Graph, difference, model_graph
from ._channel import Channel
from ._compare import menu_of, proof_graph
from ._entries import Proof
from ._mistakes import MISTAKES
from ._results import Proved

Progress = Callable[[int, int, int], None]


def check_proofs(proofs: Sequence[Proof], *, progress: Progress = lambda done, of, queries: None) -> tuple[Proved, ...]:
    """Make these proofs. `progress` is told how many are done, of how many, and how often z3 was asked.

    Raises UsageError if z3 is not installed.
    """
    found: list[Proved] = []
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1
        progress(len(found), len(proofs), asked)

    for proof in proofs:
        progress(len(found), len(proofs), asked)
        began = time.monotonic()
        found.append(_compare(proof, began) if proof.compares else _prove(proof, began, count))
    return tuple(found)


def _prove(proof: Proof, began: float, asked: Callable[[], None]) -> Proved:
    from ._prove import impossible, prove, refute  # z3: of an extra, and slow to import

    if not proof.accepted:
        counterexample = refute(proof.channel, proof.expect, _make(proof), asked=asked)
        return Proved(proof=proof, counterexample=counterexample, seconds=time.monotonic() - began)
    statements = prove(proof.channel, _make(proof), asked=asked)
    never = impossible(proof.channel, _make(proof), asked=asked)
    open_ = next((one.name for one in statements if not one.proved), None)
    counterexample = refute(proof.channel, open_, _make(proof), asked=asked) if open_ else None
    return Proved(
        proof=proof,
        statements=statements,
        never=never,
        counterexample=counterexample,
        seconds=time.monotonic() - began,
    )


def _compare(proof: Proof, began: float) -> Proved:
    menu = menu_of(proof.program, None if proof.capacity == -1 else proof.capacity)
    mine: Graph = proof_graph(menu, _make(proof))
    return Proved(
        proof=proof,
        states=len(mine.steps),
        edges=mine.edges,
        difference=difference(mine, model_graph(menu)),
        seconds=time.monotonic() - began,
    )


def _make(proof: Proof) -> type[Channel]:
    return MISTAKES[proof.mistake] if proof.mistake else Channel
