"""``portfolio``, the default: its members take turns, one execution each.

What one misses for long another often finds at once. Which they are, and whose turn comes how often, is decided where
strategies are made.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckrace.kernel.simthread import Choose, Recorder

from ._strategy import Strategy


class Portfolio:
    name = "portfolio"

    def __init__(self, members: Sequence[Strategy], turns: Sequence[int] | None = None) -> None:
        """`turns`: which member's turn it is in the first executions, and so on from the start; default: each once."""
        self._members = members
        self._turns = list(turns if turns is not None else range(len(members)))
        self.member = members[self._turns[0]]  # whose turn it is

    def begin(self, execution: int) -> bool:
        rounds, at = divmod(execution, len(self._turns))
        which = self._turns[at]
        self.member = self._members[which]
        earlier = rounds * self._turns.count(which) + self._turns[:at].count(which)
        return self.member.begin(earlier)

    @property
    def choose(self) -> Choose:
        """That of the member whose turn it is: the machine asks it directly."""
        return self.member.choose

    @property
    def recorder(self) -> Recorder | None:
        """That of the member whose turn it is, if it has one."""
        return getattr(self.member, "recorder", None)

    def end(self, choices: int) -> None:
        self.member.end(choices)
