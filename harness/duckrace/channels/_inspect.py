"""Looking at a channel from outside, for whoever explains a hang: who still holds a handle?

Nothing here takes a lock or changes anything, so it works on a channel whose threads are all stuck.
"""

from __future__ import annotations

from typing import Any

from ._core import Core
from ._handle import Handle
from ._seat import Role


def handle_core(handle: Handle[Any]) -> Core[Any]:
    """What all handles of the channel share; the same object for all of them, and for no other channel."""
    return handle._core


def living_handles(handle: Handle[Any]) -> list[tuple[Role, Handle[Any]]]:
    """The handles of the channel that were not dropped, each with its role ("sender" or "receiver").

    The channel itself refers to them weakly: that a handle is listed means that somebody else keeps it.
    """
    return handle._core.handles()
