"""All that there is to run, of whichever kind: runs of TLC, proofs, and traces."""

from __future__ import annotations

from typing import TypeAlias

from ._manifest import Run, load_manifest
from ._written import TraceRun, load_traces
from .proof import Proof, load_proofs

Entry: TypeAlias = Run | Proof | TraceRun


def load_entries() -> list[Entry]:
    """The entries of the manifest and of the file of traces, in their order."""
    return [*load_manifest(), *load_proofs(), *load_traces()]
