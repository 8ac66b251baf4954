"""Search: one strategy per file, all of one shape (:class:`Strategy`).

``random`` and ``pct`` sample; ``portfolio`` lets them take turns; ``replay`` repeats. ``dpor`` explores every order of
dependent steps, which ``_order`` finds, with the wakeup trees of ``_wakeup``.
"""

from ._strategy import Exhaustive, Strategy
from .dpor import Dpor
from .pct import Pct
from .portfolio import Portfolio
from .random_walk import RandomWalk
from .replay import Diverged, Follow, Replay

STRATEGIES = ("dpor", "pct", "portfolio", "random")


def make(name: str, seed: int) -> Strategy:
    """The strategy called `name`.  Raises KeyError for a name that is not in STRATEGIES."""
    if name == "dpor":
        return Dpor()
    if name == "portfolio":
        return Portfolio([RandomWalk(seed), Pct(seed)])
    members: dict[str, type[RandomWalk | Pct]] = {"random": RandomWalk, "pct": Pct}
    return members[name](seed)


__all__ = [
    "STRATEGIES",
    "Diverged",
    "Dpor",
    "Exhaustive",
    "Follow",
    "Pct",
    "Portfolio",
    "RandomWalk",
    "Replay",
    "Strategy",
    "make",
]
