"""A schedule as a line of text that can be pasted: which program, under which settings, which decisions.

``dr1_`` and URL-safe base64 of a checksum and deflated MessagePack.  No code, no pickles; a token of
another version is refused, never guessed at.  Decisions are the numbers of the threads chosen wherever
more than one could go; -1 is the collector.

It knows values only; it must not know how a schedule is run.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any, Final

import msgspec

from ._errors import UsageError

PREFIX: Final = "dr"
VERSION: Final = 1


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a token holds.  `scenario` is ``FILE_OR_MODULE::NAME``; `source` the hash of its source."""

    scenario: str
    source: str
    python: str  # minor version: ``3.12``
    granularity: str
    hash_seed: str
    timeouts: str
    thread_exceptions: str
    max_steps: int
    modules: tuple[str, ...] | None
    decisions: bytes
    arguments: tuple[Any, ...] = ()  # plain data; of a program of a check
    command: str = ""  # what to put before the token to replay it, if that is not ``duckrace replay``
    gc: str = "between"

    def threads(self) -> list[int]:
        """The decisions as thread numbers."""
        return msgspec.msgpack.decode(self.decisions, type=list[int])


def pack_decisions(decisions: list[int]) -> bytes:
    return msgspec.msgpack.encode(decisions)


def encode(token: Token) -> str:
    body = zlib.compress(msgspec.msgpack.encode(token), 9)
    check = zlib.crc32(body).to_bytes(4, "big")
    return f"{PREFIX}{VERSION}_" + base64.urlsafe_b64encode(check + body).decode().rstrip("=")


def decode(text: str) -> Token:
    """The token in `text`.  Raises UsageError: damaged, of another version, or no token at all."""
    text = "".join(text.split()).strip("'\"")
    head, _, tail = text.partition("_")
    if not head.startswith(PREFIX) or not head[len(PREFIX) :].isdigit():
        raise UsageError(f"This is not a duckrace token: it should begin with '{PREFIX}{VERSION}_'.")
    if head != f"{PREFIX}{VERSION}":
        raise UsageError(
            f"This token is of format {head[len(PREFIX) :]}; this duckrace reads format {VERSION}. "
            "Replay it with the release that made it, or explore again."
        )
    try:
        raw = base64.b64decode(tail + "=" * (-len(tail) % 4), altchars=b"-_", validate=True)
        check, body = raw[:4], raw[4:]
        if zlib.crc32(body).to_bytes(4, "big") != check:
            raise ValueError("checksum")
        token = msgspec.msgpack.decode(zlib.decompress(body), type=Token)
        token.threads()
    except (ValueError, binascii.Error, zlib.error, msgspec.DecodeError) as error:
        raise UsageError("This token is damaged (was it cut when it was copied?): paste the whole line.") from error
    return token
