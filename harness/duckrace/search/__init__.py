"""Search: one strategy per file, all of one shape (:class:`Strategy`).

``random`` and ``pct`` sample; ``portfolio`` lets them take turns; ``replay`` repeats. ``dpor`` explores every order of
dependent steps, which ``_order`` finds, with the wakeup trees of ``_wakeup``; ``dfs`` every one
that few preemptions lead to. ``patience`` makes what is always possible rare.
"""

from ._strategy import Exhaustive, Strategy
from .dfs import Dfs
from .dpor import Dpor
from .patience import Patience
from .pct import Pct
from .portfolio import Portfolio
from .random_walk import RandomWalk
from .replay import Diverged, Follow, Replay
from .source import Source

SAMPLERS = ("pct", "portfolio", "random")
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
        return Portfolio([RandomWalk(seed), Pct(seed)])
    members: dict[str, type[RandomWalk | Pct]] = {"random": RandomWalk, "pct": Pct}
    return members[name](seed)


__all__ = [
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
    "RandomWalk",
    "Replay",
    "Source",
    "Strategy",
    "make",
]
