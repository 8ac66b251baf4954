"""What the diagnosis of hangs may ask of the reference channel."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

from duckrace.hangs import Provider


class ReferenceProvider:
    """Looks into ``duckrace.channels`` as a world has loaded it."""

    def __init__(self, channels: Any) -> None:
        self._channels = channels
        self._kinds = (channels.Sender, channels.SyncSender, channels.Receiver)

    def role(self, obj: object) -> str | None:
        """The role of a handle of the reference channel."""
        if not isinstance(obj, self._kinds):
            return None
        return "receiver" if isinstance(obj, self._channels.Receiver) else "sender"

    def living(self, handle: object) -> list[tuple[str, object]]:
        """The handles of the same channel that were not dropped."""
        return list(self._channels.living_handles(handle))


def providers(modules: Mapping[str, types.ModuleType]) -> list[Provider]:
    """What can be asked of the channels that a world has loaded."""
    channels = modules.get("duckrace.channels")
    return [ReferenceProvider(channels)] if channels is not None else []
