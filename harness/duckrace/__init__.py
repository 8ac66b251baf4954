"""duckrace: drives concurrent Python code through its thread interleavings on purpose.

The layers, from the top; nothing imports anything above it::

    cli, report                        what a person sees
    _explore, checks, plugins          explorations and the checks of a channel
    search                             which thread goes next
    hangs | histories                  why an execution stopped | what threads saw, and whether a model explains it
    kernel | channels | duckrace_models   the simulated machine | the subject | its semantics
    _data, _errors, _words             values

``duckrace.channels`` is the reference channel; it needs none of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._data import Certificate, CheckReport, Event, Failure, Kind, Result, Row, ThreadState, Verdict
from ._errors import CheckFailed, DuckraceError, InternalError, NotExhaustive, UsageError
from ._explore import enumerate_outcomes, explore, replay
from ._settings import Progress
from .histories import linearizable

if TYPE_CHECKING:
    from .checks import check, verify

    __version__: str

__all__ = [
    "Certificate",
    "CheckFailed",
    "CheckReport",
    "DuckraceError",
    "Event",
    "Failure",
    "InternalError",
    "Kind",
    "NotExhaustive",
    "Progress",
    "Result",
    "Row",
    "ThreadState",
    "UsageError",
    "Verdict",
    "check",
    "enumerate_outcomes",
    "explore",
    "linearizable",
    "replay",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name in ("check", "verify"):  # they draw programs with Hypothesis, which nobody else has to wait for
        from . import checks

        return getattr(checks, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("duckrace")
    raise AttributeError(f"module 'duckrace' has no attribute {name!r}")
