"""What stands in a program for a value that an earlier step returned into a bundle."""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    """The value of a step, by its thread and its place there; the n-th of several, which need not be there."""

    thread: int
    step: int
    number: int = 0
