"""What is proved, and what must not be: the ``[[proof]]`` entries of ``duckrace_specs/manifest.toml``.

Three kinds: a *proof* of all statements for one kind of channel; a *mutant* of it, in which one statement has to be
refuted; and a *comparison* of the proof's channel with the Python model on a small program. Nothing here needs z3.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from .._manifest import ACCEPTED, read_spec

CHANNELS: Final = ("unbounded", "bounded", "rendezvous")
SAME_STEPS: Final = "SameSteps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One entry."""

    name: str
    channel: str = ""
    """One of CHANNELS: of a proof."""
    program: str = ""
    """Of a comparison: one of PROGRAMS."""
    capacity: int = -1
    """Of a comparison; -1 is unbounded."""
    mistake: str = ""
    control: str = ""
    expect: str = ACCEPTED
    """`accepted`, or the statement that has to be refuted."""
    shows: str
    queries: int = 0
    """How many a proof has to have: with fewer it says less."""
    distinct: int = 0
    edges: int = 0
    """Of a comparison: how large the graphs have to be."""
    quick: bool = False
    large: bool = False

    @property
    def accepted(self) -> bool:
        """Whether it has to pass."""
        return self.expect == ACCEPTED

    @property
    def compares(self) -> bool:
        """Whether it compares steps with the model's."""
        return bool(self.program)

    @property
    def link(self) -> str:
        """What it is a part of."""
        return "proof ≡ model" if self.compares else "any size"


@cache
def load_proofs() -> tuple[Proof, ...]:
    """The entries of the manifest."""
    return read_proofs(read_spec("manifest.toml"))


def read_proofs(text: str) -> tuple[Proof, ...]:
    """The entries of this text. Raises ValueError if they make no sense."""
    document = tomllib.loads(text)
    found: dict[str, Proof] = {}
    for entry in document.get("proof", []):
        _add(found, _known(entry))
    for entry in document.get("proof-mutant", []):
        control = found.get(entry["control"])
        if control is None or not control.accepted:
            raise ValueError(f"{entry['name']}: its control {entry['control']!r} is no proof that is accepted")
        if not entry.get("mistake") or entry.get("expect", ACCEPTED) == ACCEPTED:
            raise ValueError(f"{entry['name']}: a mutant has a mistake, and a statement that is refuted")
        same = {"channel": control.channel, "program": control.program, "capacity": control.capacity}
        _add(found, _known(same | entry))
    return tuple(found.values())


def _known(entry: Mapping[str, Any]) -> Proof:
    unknown = sorted(set(entry) - set(Proof.__slots__))
    if unknown:
        raise ValueError(f"{entry.get('name')}: unknown keys {unknown}")
    return Proof(**entry)


def _add(found: dict[str, Proof], proof: Proof) -> None:
    if proof.name in found:
        raise ValueError(f"two proofs are named {proof.name!r}")
    if not proof.compares and proof.channel not in CHANNELS:
        raise ValueError(f"{proof.name}: there is no channel {proof.channel!r}; there are {', '.join(CHANNELS)}")
    found[proof.name] = proof
