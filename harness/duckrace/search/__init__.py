"""Search: one strategy per file, all of one shape (:class:`Strategy`).

``random`` and ``pct`` sample; ``portfolio`` lets them take turns; ``replay`` repeats.
"""

from ._strategy import Strategy
from .pct import Pct
from .portfolio import Portfolio
from .random_walk import RandomWalk
from .replay import Diverged, Replay

STRATEGIES = ("pct", "portfolio", "random")


def make(name: str, seed: int) -> Strategy:
    """The strategy called `name`.  Raises KeyError for a name that is not in STRATEGIES."""
    makers = {
        "random": lambda: RandomWalk(seed),
        "pct": lambda: Pct(seed),
        "portfolio": lambda: Portfolio([RandomWalk(seed), Pct(seed)]),
    }
    return makers[name]()  # type: ignore[no-any-return]


__all__ = ["STRATEGIES", "Diverged", "Pct", "Portfolio", "RandomWalk", "Replay", "Strategy", "make"]
