"""The mark of a case: which statements it holds a channel to, on which channels, and what that needs.

It knows nothing of channels. The host collects the marks, so that a case and its numbers stand in one place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

UNBOUNDED: Final = None
RENDEZVOUS: Final = 0
BUFFERED: Final[tuple[int | None, ...]] = (UNBOUNDED, 2)
EVERY: Final[tuple[int | None, ...]] = (UNBOUNDED, 2, RENDEZVOUS)

Function = TypeVar("Function", bound=Callable[..., None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the host has to know of a case."""

    numbers: tuple[int, ...]  # statements of the contract
    on: tuple[int | None, ...]  # capacities that it is run with, one after another
    needs: tuple[str, ...]  # capabilities besides the one that makes the channel
    thread_exceptions: str  # "ignore": a thread dies on purpose


def case(
    *numbers: int, on: tuple[int | None, ...] = EVERY, needs: str = "", thread_exceptions: str = "fail"
) -> Callable[[Function], Function]:
    """Mark a function ``(plugin, capacity) -> None`` that asserts. `needs`: capabilities, separated by spaces."""

    def mark(function: Function) -> Function:
        vars(function)["case"] = Case(
            numbers=numbers, on=on, needs=tuple(needs.split()), thread_exceptions=thread_exceptions
        )
        return function

    return mark


def cases_of(module: Any) -> list[tuple[str, str, Case]]:
    """The cases of a loaded module: (name, first line of the docstring, mark)."""
    return [
        (name, (value.__doc__ or "").strip().splitlines()[0], vars(value)["case"])
        for name, value in vars(module).items()
        if callable(value) and isinstance(getattr(value, "case", None), Case)
    ]
