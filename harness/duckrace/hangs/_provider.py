"""What the diagnosis must be told about a channel, by whoever plugs it in."""

from __future__ import annotations

from typing import Protocol


class Provider(Protocol):
    """Looks at handles of one kind of channel.  May not take locks: their threads are stuck."""

    def role(self, obj: object) -> str | None:
        """``"sender"`` or ``"receiver"`` for a handle of this kind, else None."""
        ...

    def living(self, handle: object) -> list[tuple[str, object]]:
        """(role, handle) of every handle of the same channel that was not dropped."""
        ...
