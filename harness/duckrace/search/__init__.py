"""Search: one strategy per file, all of one shape (:class:`Strategy`).

``random``, ``pct``, ``pos``, ``urw`` and ``surw`` sample, with what they know of steps in ``_pending`` and of earlier
executions in ``_profile``; ``portfolio`` lets some of them take turns; ``replay`` repeats. ``dpor`` explores every
order of dependent steps, which ``_order`` finds, with the wakeup trees of ``_wakeup``; ``source`` does so more simply,
to check it; ``dfs`` every one that few preemptions lead to. ``patience`` makes what is always possible rare.
"""

from collections.abc import Callable
from typing import Final

from ._strategy import Exhaustive, Strategy
from .dfs import Dfs
from .dpor import Dpor
from .patience import Patience
from .pct import Pct
from .portfolio import Portfolio
from .pos import Pos
from .random_walk import RandomWalk
from .replay import Diverged, Follow, Replay
from .source import Source
from .surw import Surw
from .urw import Urw

MEMBERS: Final[dict[str, Callable[[int], Strategy]]] = {
    "pct": Pct,
    "pos": Pos,
    "random": RandomWalk,
    "surw": Surw,
    "urw": Urw,
}
PORTFOLIO: Final = ("surw", "random", "pos", "surw", "random", "pct")  # by turns: what benchmarks/ need of each
SAMPLERS = (*MEMBERS, "portfolio")
STRATEGIES = ("dfs", "dpor", "source", *SAMPLERS)


def make(name: str, seed: int, preemptions: int | None = None, *, patient: bool = False) -> Strategy:
    """The strategy called `name`; `preemptions` bounds ``dfs``; `patient`: there are time-outs that fire freely, or
    collections.  Raises KeyError: it is not in STRATEGIES."""
    if patient and name in SAMPLERS:
        return Patience(make(name, seed), seed)
    if name == "dpor":
        return Dpor()
    if name == "source":
        return Source()
    if name == "dfs":
        return Dfs(preemptions)
    if name == "portfolio":
        names = list(dict.fromkeys(PORTFOLIO))
        return Portfolio([MEMBERS[member](seed) for member in names], [names.index(member) for member in PORTFOLIO])
    return MEMBERS[name](seed)


__all__ = [
    "PORTFOLIO",
    "SAMPLERS",
    "STRATEGIES",
    "Dfs",
    "Diverged",
    "Dpor",
    "Exhaustive",
    "Follow",
    "Patience",
    "Pct",
    "Portfolio",
    "Pos",
    "RandomWalk",
    "Replay",
    "Source",
    "Strategy",
    "Surw",
    "Urw",
    "make",
]
