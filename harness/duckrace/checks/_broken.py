"""Which statements of the contract a failure shows to be broken.

A program that asserts cites them, ``(contract 10, 12)``; of one that hangs or dies the row knows what it was for; of a
call that is not what its model says, the call and what it had to do tell. It knows words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from duckrace._data import Failure, Statement

from ._statements import STATEMENTS

CITED: Final = re.compile(r"\(contract ([\d, ]+)\)")
CALL: Final = re.compile(
    r"call \d+, (?:\w+ = )?(del|\S+?\.)?\s?(\w+)\b.*?, must (block|return|raise)s?(?: (\w+(?:\.\w+)?))?"
)

# operation -> what it had to do -> statements
CALLS: Final[Mapping[str, Mapping[str, tuple[int, ...]]]] = {
    "send": {"return": (16, 18, 20), "block": (2, 20), "SendError": (17, 18, 49)},
    "try_send": {"return": (22, 24), "TrySendError.Full": (22, 24), "TrySendError.Disconnected": (22, 23)},
    "send_timeout": {"return": (26,), "SendTimeoutError.Timeout": (26, 37), "SendTimeoutError.Disconnected": (26, 49)},
    "recv": {"return": (10, 12, 29, 30), "block": (29, 48), "RecvError": (31, 47)},
    "try_recv": {"return": (10, 12, 30, 32), "TryRecvError.Empty": (32, 48), "TryRecvError.Disconnected": (32, 47)},
    "recv_timeout": {
        "return": (30, 34, 35),
        "RecvTimeoutError.Timeout": (34, 36, 37),
        "RecvTimeoutError.Disconnected": (36, 41),
    },
    "clone": {"": (27,)},
}
EVERYWHERE: Final = {"DroppedError": (85,), "ConcurrentReceiveError": (87,)}


def cited(failure: Failure | None, otherwise: Iterable[int] = ()) -> tuple[Statement, ...]:
    """The statements that the message of `failure` cites, or else these."""
    found = CITED.search(failure.message) if failure is not None else None
    return statements(map(int, found[1].split(","))) if found else statements(otherwise)


def of_calls(message: str) -> tuple[Statement, ...]:
    """The statements behind "call 2, rx.recv(), must raise RecvError, but blocks"."""
    found = CALL.search(message)
    if found is None:
        return ()
    operation, answer = found[2] if found[1] != "del" else "del", found[4] or found[3]
    known = CALLS.get(operation, {})
    return statements(EVERYWHERE.get(answer) or known.get(answer) or known.get(found[3]) or known.get("", (85,)))


def of_operation(operation: str, answer: str) -> tuple[int, ...]:
    """The statements that say when `operation` comes to `answer`: ``Ok``, ``Full(12)``, ``Empty``, ``blocks``."""
    name = answer.partition("(")[0]
    if name == "Dropped":
        return (85,)
    known = CALLS.get(operation, {})
    if name == "Disconnected" and operation in ("send", "recv"):
        return known["SendError" if operation == "send" else "RecvError"]
    found = known.get({"Ok": "return", "blocks": "block"}.get(name, ""))
    if found is None:
        found = next((numbers for error, numbers in known.items() if name and error.endswith(f".{name}")), None)
    return found or known.get("return") or known.get("") or (85,)


def statements(numbers: Iterable[int]) -> tuple[Statement, ...]:
    """Statements that failed."""
    return tuple(
        Statement(number=number, text=STATEMENTS[number], outcome="failed")
        for number in dict.fromkeys(numbers)
        if number in STATEMENTS
    )
