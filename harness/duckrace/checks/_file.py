"""A file of JSON that one run leaves and a later one reads: written whole or not at all, and refused in a sentence.

`what` is what the sentences call it, "baseline" or "certificate". It must not know what is in it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from duckrace._errors import UsageError

T = TypeVar("T", bound=msgspec.Struct)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What files of every version have."""

    format: int
    kind: str


def write(value: msgspec.Struct, path: str | os.PathLike[str], what: str) -> None:
    """Raises UsageError if the file cannot be written."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    target = Path(path)
    beside = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(text)
        beside.replace(target)  # never half a file
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise UsageError(f"The {what} {os.fspath(path)} cannot be written: {error.strerror}.") from error


def writable(path: str | os.PathLike[str], what: str) -> None:
    """Raise UsageError if there is no place for a file there: known before the check, which takes longer."""
    folder = Path(path).parent
    if Path(path).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        why = "it is a folder" if Path(path).is_dir() else f"{folder} is no folder that can be written to"
        raise UsageError(f"The {what} {os.fspath(path)} cannot be written: {why}.")


def read(path: str | os.PathLike[str], contents: type[T], head: Head, what: str, anew: str) -> tuple[T, object] | None:
    """The contents, and the bare document; None if there is no such file.

    Raises UsageError: damaged, or of another version than `head`.

    `anew`: the sentence that says how such a file is made.
    """
    shown = os.fspath(path)
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"The {what} {shown} cannot be read: {error.strerror}.") from error
    try:
        found = msgspec.json.decode(text, type=Head)
        if found.kind == head.kind and found.format != head.format:
            raise UsageError(
                f"The {what} {shown} is of format {found.format}; this duckrace reads format {head.format}. {anew}"
            )
        return msgspec.json.decode(text, type=contents), msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"The {what} {shown} is damaged, or is none: {error}.") from error
