"""What came of a proof, as values: nothing here needs z3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .._graph import Difference
from ._entries import SAME_STEPS, Proof

Finding = Literal["as expected", "not proved", "refuted", "not rejected", "other counts", "vacuous"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, and what z3 said."""

    name: str
    says: str
    lemma: bool
    queries: int
    """The beginning, and one for each step that there is; or one, of what follows from the others."""
    open: tuple[str, ...] = ()
    """The queries that were not `unsat`, by the step that they are about."""

    @property
    def proved(self) -> bool:
        """Whether every query was `unsat`."""
        return not self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """A state in which all statements hold, and a step from it after which one does not.

    Python has read the formulas on these values, too, and agrees. Nothing says that the state can be reached.
    """

    statement: str
    step: str
    """The part of an action; empty if the state alone contradicts the statement."""
    caller: str
    capacity: int | None
    before: Mapping[str, Any]
    """The variables of Channel.tla, and `history`."""
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """One entry of the manifest, and what came of it."""

    proof: Proof
    statements: tuple[Statement, ...] = ()
    never: tuple[str, ...] = ()
    """Steps that no state allows: what is proved of them says nothing."""
    counterexample: Counterexample | None = None
    states: int = 0
    edges: int = 0
    difference: Difference | None = None
    """Of a comparison. `spec` stands for the channel of the proof."""
    seconds: float = 0.0

    @property
    def queries(self) -> int:
        """How many z3 was asked."""
        return sum(one.queries for one in self.statements)

    @property
    def violated(self) -> str:
        """The statement that is refuted."""
        if self.difference is not None:
            return SAME_STEPS
        return self.counterexample.statement if self.counterexample else ""

    @property
    def finding(self) -> Finding:
        """Whether this is what the manifest says. A statement rests on all the others: one that is open is enough."""
        proof = self.proof
        if not proof.accepted:
            return "as expected" if self.violated == proof.expect else "not rejected"
        if self.violated:
            return "refuted"
        if not all(one.proved for one in self.statements):
            return "not proved"
        if self.never:
            return "vacuous"
        counts = (self.queries, self.states, self.edges)
        return "as expected" if counts == (proof.queries, proof.distinct, proof.edges) else "other counts"

    @property
    def ok(self) -> bool:
        """Whether this is what the manifest says."""
        return self.finding == "as expected"
