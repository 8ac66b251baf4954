"""``portfolio``, the default: its members take turns, one execution each.

For now the members are ``random`` and ``pct``; what one misses for long the other often finds at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckrace.kernel.machine import Choose

from ._strategy import Strategy


class Portfolio:
    name = "portfolio"

    def __init__(self, members: Sequence[Strategy]) -> None:
        self._members = members
        self.member = members[0]  # whose turn it is

    def begin(self, execution: int) -> bool:
        turn, which = divmod(execution, len(self._members))
        self.member = self._members[which]
        return self.member.begin(turn)

    @property
    def choose(self) -> Choose:
        """That of the member whose turn it is: the machine asks it directly."""
        return self.member.choose

    def end(self, choices: int) -> None:
        self.member.end(choices)
