"""Is this object a channel under test?  Asked inside the world, answered in plain data."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from duckrace.channels import Receiver, Sender, SyncSender


def describe(plugin: Any) -> dict[str, Any]:
    """What `plugin` says of itself; ``problem`` is what is wrong with it, as the end of a sentence, or empty."""
    found: dict[str, Any] = {
        "name": str(getattr(plugin, "name", "")),
        "modules": _texts(plugin, "modules"),
        "capabilities": _texts(plugin, "capabilities"),
        "problem": "",
        "explained": False,
        "simulated": bool(getattr(plugin, "simulated", True)),
    }
    found["problem"] = next(_problems(plugin, found), "")
    return found


def _texts(plugin: Any, attribute: str) -> list[str]:
    value = getattr(plugin, attribute, ())
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return []
    return sorted(str(part) for part in value)


def _problems(plugin: Any, found: dict[str, Any]) -> Iterator[str]:
    if isinstance(plugin, type):
        yield f"it is a class; write an instance of it to its file, like `channel = {plugin.__name__}()`"
    for attribute in ("name", "modules", "capabilities"):
        value = getattr(plugin, attribute, None)
        if value is None:
            yield f"it has no attribute {attribute!r}"
        if isinstance(value, str) != (attribute == "name") or not hasattr(value, "__iter__"):
            wanted = "a text" if attribute == "name" else "a tuple of texts"
            yield f"its {attribute!r} is {wanted}, not {value!r}"
        elif attribute != "name" and any(not isinstance(part, str) for part in getattr(plugin, attribute)):
            yield f"its {attribute!r} is a tuple of texts, not {value!r}"
    for module in found["modules"]:
        try:
            import_module(module)
        except ImportError as error:
            yield f"its 'modules' names {module!r}, which cannot be imported: {error}"
    claims = found["capabilities"]
    flavours = [name for name in ("unbounded", "bounded", "rendezvous") if name in claims]
    if not flavours:
        yield "it claims none of 'unbounded', 'bounded' and 'rendezvous', so there is no channel to make"
    for flavour in flavours:
        call = {"unbounded": "channel()", "bounded": "sync_channel(1)", "rendezvous": "sync_channel(0)"}[flavour]
        factory = getattr(plugin, call.partition("(")[0], None)
        if inspect.iscoroutinefunction(factory):
            yield f"its {call} is an `async def`: asyncio programs cannot be explored yet"
            return
        if not callable(factory):
            yield f"it claims {flavour!r}, but its {call.partition('(')[0]!r} is not callable"
            return
        try:
            pair = factory() if flavour == "unbounded" else factory(int(flavour == "bounded"))
        except Exception as error:
            yield f"{call} raised {type(error).__name__}: {error}"
            return
        if not isinstance(pair, tuple) or len(pair) != 2:
            yield f"{call} returned {type(pair).__name__}, not a pair (sender, receiver)"
            return
        yield from _handle_problems(call, claims, *pair)
        found["explained"] = isinstance(pair[0], Sender | SyncSender) and isinstance(pair[1], Receiver)


def _handle_problems(call: str, claims: list[str], tx: Any, rx: Any) -> Iterator[str]:
    bounded = call != "channel()"
    needed = [
        ("sender", tx, "send", ""),
        ("sender", tx, "clone", "clone"),
        ("sender", tx, "try_send", "try_send" if bounded else None),
        ("sender", tx, "send_timeout", "timeouts" if bounded else None),
        ("receiver", rx, "recv", ""),
        ("receiver", rx, "try_recv", ""),
        ("receiver", rx, "__iter__", ""),
        ("receiver", rx, "recv_timeout", "timeouts"),
        ("sender", tx, "drop", "drop"),
        ("receiver", rx, "drop", "drop"),
        ("sender", tx, "__exit__", "drop"),
        ("receiver", rx, "__exit__", "drop"),
    ]
    if not hasattr(tx, "send") and hasattr(rx, "send") and hasattr(tx, "recv"):
        yield f"{call} returned (receiver, sender), and has to return (sender, receiver)"
    for role, handle, method, claim in needed:
        if claim is None or (claim and claim not in claims):
            continue
        function = getattr(handle, method, None)
        if not callable(function):
            yield f"the {role} of {call} has no {method}()" + (f", though {claim!r} is claimed" if claim else "")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            yield f"the {role} of {call} has an `async def {method}`: asyncio programs cannot be explored yet"
