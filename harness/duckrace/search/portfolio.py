"""``portfolio``, the default: its members take turns, one execution each.

For now the members are ``random`` and ``pct``; what one misses for long the other often finds at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckrace.kernel import SimThread

from ._strategy import Strategy


class Portfolio:
    name = "portfolio"

    def __init__(self, members: Sequence[Strategy]) -> None:
        self._members = members
        self.member = members[0]  # whose turn it is

    def begin(self, execution: int) -> bool:
        turn, which = divmod(execution, len(self._members))
        self.member = self._members[which]
        self.choose = self.member.choose  # the machine asks the member directly
        return self.member.begin(turn)

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        return self.member.choose(ready, running)

    def end(self, choices: int) -> None:
        self.member.end(choices)
