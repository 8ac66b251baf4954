"""Eras: a channel belongs to the process that made it (contract 91).

In a forked child the other threads are gone, and with them whoever held a channel's lock: it must not be touched.
Every channel notes the era it was made in; a fork ends that era in the child. To ask costs two attribute loads, no
system call.
"""

from __future__ import annotations

import os


class Era:
    """The time in which one process was itself."""

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False


_current = Era()


def current_era() -> Era:
    """The era of this process."""
    return _current


def _in_child() -> None:
    global _current
    _current.over = True
    _current = Era()


if hasattr(os, "register_at_fork"):  # where there is no fork, eras never end
    os.register_at_fork(after_in_child=_in_child)
