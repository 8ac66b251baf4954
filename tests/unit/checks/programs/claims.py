"""Channels that claim what they do not have."""

from __future__ import annotations

from queue import Empty
from typing import Any

from duckrace import channels
from duckrace.channels import TryRecvError


class Wrapped:
    """A handle that passes everything on."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __enter__(self) -> Any:
        self._inner.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._inner.drop()

    def __iter__(self) -> Any:
        return iter(self._inner)


class Blocks(Wrapped):
    def try_send(self, value: Any) -> None:
        self._inner.send(value)


class OwnErrors(Wrapped):
    def try_recv(self) -> Any:
        try:
            return self._inner.try_recv()
        except TryRecvError.Empty:
            raise Empty from None


class Copies(Wrapped):
    def __reduce_ex__(self, protocol: Any) -> Any:
        return (int, ())


class Plugin:
    """The reference channel with one handle wrapped."""

    modules = ("duckrace.channels",)

    def __init__(self, name: str, wrap: type[Wrapped], role: int, capabilities: tuple[str, ...]) -> None:
        self.name = name
        self.wrap = wrap
        self.role = role
        self.capabilities = ("unbounded", "bounded", "drop", *capabilities)

    def channel(self) -> tuple[Any, Any]:
        return self._wrapped(channels.channel())

    def sync_channel(self, bound: int, /) -> tuple[Any, Any]:
        return self._wrapped(channels.sync_channel(bound))

    def _wrapped(self, pair: tuple[Any, Any]) -> tuple[Any, Any]:
        tx, rx = pair
        return (self.wrap(tx), rx) if self.role == 0 else (tx, self.wrap(rx))


kept: list[Any] = []


class Keeps(Wrapped):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        kept.append(inner)


blocks = Plugin("blocks", Blocks, 0, ("try_send",))
own_errors = Plugin("own errors", OwnErrors, 1, ())
copies = Plugin("copies", Copies, 0, ("guarded",))
leaks = Plugin("leaks", Keeps, 0, ("refcount_drop",))
