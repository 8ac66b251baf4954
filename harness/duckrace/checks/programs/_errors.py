"""Errors of calls, in words."""

from __future__ import annotations

from duckrace.channels import ChannelError


def shown(error: BaseException) -> str:
    """An error and where its class is from: ``queue.Empty: ...``."""
    kind = type(error)
    module = kind.__module__.removeprefix("_")  # what `queue` takes from `_queue`
    place = "" if module == "builtins" or isinstance(error, ChannelError) else f"{module}."
    return f"{place}{kind.__qualname__}: {error}".removesuffix(": ")


def foreign(error: BaseException) -> str:
    """What to add where a call raised its library's own error."""
    ours = isinstance(error, ChannelError | AssertionError) or type(error).__module__ == "builtins"
    return "" if ours else " (a channel, or its adapter, raises the errors of duckrace.channels: contract 95)"
