"""The channel of ``duckrace.channels`` as a plug-in: every capability that a channel with one receiver can have."""

from __future__ import annotations

from typing import Any

from duckrace import channels


class Reference:
    name = "reference"
    modules = ("duckrace.channels",)
    capabilities = (
        "bounded",
        "clone",
        "drop",
        "guarded",
        "reentrant",
        "refcount_drop",
        "rendezvous",
        "repr",
        "timeouts",
        "try_iter",
        "try_send",
        "unbounded",
        "validates",
    )

    def channel(self) -> tuple[Any, Any]:
        return channels.channel()

    def sync_channel(self, bound: int, /) -> tuple[Any, Any]:
        return channels.sync_channel(bound)


reference = Reference()
