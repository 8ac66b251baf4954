"""The channels that are known by name: where each is, what it is, and what it needs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from duckrace._errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A channel that comes with duckrace."""

    place: str  # ``MODULE::NAME``
    words: str
    since: tuple[int, int] = (3, 11)  # of Python
    package: str = ""  # from PyPI, which is also its name for `import`
    simulated: bool = True  # or it needs real threads, processes, files


ADAPTERS: Final = "duckrace.plugins.adapters"
KNOWN: Final = {
    "reference": Known(place=f"{ADAPTERS}.reference::reference", words="the channel of duckrace.channels (default)"),
    "model": Known(place=f"{ADAPTERS}.model::channel", words="the models of the contract as a channel"),
    "queue": Known(place=f"{ADAPTERS}.queue_queue::channel", words="queue.Queue"),
    "queue-shutdown": Known(
        place=f"{ADAPTERS}.queue_shutdown::channel", words="queue.Queue with shutdown() (Python 3.13)", since=(3, 13)
    ),
    "simplequeue": Known(place=f"{ADAPTERS}.simple_queue::channel", words="queue.SimpleQueue"),
    "mp-queue": Known(
        place=f"{ADAPTERS}.mp_queue::channel", words="multiprocessing.Queue (stress only)", simulated=False
    ),
    "mp-pipe": Known(place=f"{ADAPTERS}.mp_pipe::channel", words="multiprocessing.Pipe (stress only)", simulated=False),
    "chan": Known(place=f"{ADAPTERS}.pychan::channel", words="chan.Chan of the package chan", package="chan"),
}


def place_of(name: str) -> str:
    """Where the channel of this name is. Raises UsageError: it needs what is not here."""
    known = KNOWN[name]
    if sys.version_info < known.since:
        raise UsageError(
            f"The channel {name!r} needs Python {'.'.join(map(str, known.since))} or newer, and this is "
            f"{'.'.join(map(str, sys.version_info[:2]))}."
        )
    if known.package and find_spec(known.package) is None:
        raise UsageError(
            f"The channel {name!r} needs a package that is not installed: python -m pip install {known.package}"
        )
    return known.place


def real_only(place: str) -> bool:
    """Whether the channel there is known to need real threads."""
    return any(known.place == place and not known.simulated for known in KNOWN.values())
