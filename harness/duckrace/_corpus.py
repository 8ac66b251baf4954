"""Failures that are kept, so that the next run replays them first.

Behind it is an ``ExampleDatabase`` of Hypothesis, mostly a folder (``.duckrace/``) that several processes may share.
The key is what the program is called, never its source, since a kept failure must outlive edits of it. The value is
text: the token, and on a second line what it shows.

Nothing that goes wrong with a corpus changes a verdict: it becomes a note. An entry is removed only when it was
replayed to an end without a fault, by the Python and the hash seed that it was found with.

It knows tokens; it must not know how a schedule is run. Hypothesis is imported when there is something to read or to
write: that takes longer than many an exploration.
"""

from __future__ import annotations

import enum
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, Union

import msgspec

from . import _token
from ._data import Failure, Kind
from ._errors import UsageError
from ._scenario import Reference, pack
from ._settings import Settings

if TYPE_CHECKING:
    from hypothesis.database import ExampleDatabase

DIRECTORY: Final = ".duckrace"  # where the command line and pytest keep failures
LIMIT: Final = 10  # kept failures of one scenario

Where: TypeAlias = Union[str, "os.PathLike[str]", "ExampleDatabase", "Corpus", None]
"""How a corpus is named: a folder, a database of Hypothesis, one that is open already, or None for no corpus."""


class Fate(enum.Enum):
    """What came out when a kept failure was replayed."""

    FAILS = enum.auto()
    PASSES = enum.auto()
    MISFITS = enum.auto()  # its schedule does not fit the program any more, and what fits of it passes
    UNCLEAR = enum.auto()  # it ended early


@dataclass(frozen=True, slots=True)
class Kept:
    """One entry."""

    value: bytes  # as it is stored
    token: _token.Token
    shows: str  # ``DEADLOCK: MainThread waits ...``

    def group(self) -> tuple[str, str]:
        """Of one group one is enough: the same kind and cause, found by the same Python."""
        return _comparable(self.shows), self.token.python

    def at_home(self) -> bool:
        """Was it found by this Python, with this hash seed? Then it would fail here, if it still did."""
        return (self.token.python, self.token.hash_seed) == (
            f"{sys.version_info[0]}.{sys.version_info[1]}",
            os.environ.get("PYTHONHASHSEED", "random"),
        )

    def fits(self, settings: Settings) -> bool:
        """Was it found under settings like these? Under others it says nothing, whatever comes out."""
        held = self.token
        return (held.granularity, held.timeouts, held.gc, held.thread_exceptions, held.modules) == (
            settings.granularity,
            settings.timeouts,
            settings.gc,
            settings.thread_exceptions,
            settings.modules,
        )


class Corpus:
    """The kept failures of all scenarios. `replayed` and `dropped` count what became of them in this run."""

    def __init__(self, where: str | os.PathLike[str] | ExampleDatabase, name: str = "") -> None:
        """`name`: what notes call it."""
        self.replayed = self.dropped = 0
        self.notes: list[str] = []  # all that were returned, each once
        self._told: set[str] = set()
        self._folder: Path | None = None
        self._database: ExampleDatabase | None = None
        if isinstance(where, (str, os.PathLike)):
            self._folder = Path(where)
            self.name = name or os.fspath(where)
        else:
            self._database, self.name = where, name or type(where).__name__

    # -- reading ----------------------------------------------------------------------------------------

    def kept(self, key: bytes, *settings: Settings) -> tuple[list[Kept], list[str]]:
        """What is to be replayed under one of these settings, and notes on what is not."""
        found: list[Kept] = []
        notes: list[str] = []
        others = 0
        for value in self._values(key, notes):
            try:
                kept = self._read(key, value)
            except UsageError as wrong:
                notes.append(f"An entry of the corpus {self.name} was left alone: {wrong}")
                continue
            if kept is not None and any(map(kept.fits, settings)):
                found.append(kept)
            elif kept is not None:
                others += 1
        if others:
            what = "1 kept failure was" if others == 1 else f"{others} kept failures were"
            notes.append(f"{what} found under other settings: not replayed, and still in the corpus {self.name}.")
        found.sort(key=lambda kept: (len(kept.token.decisions), kept.value))  # in every run the same order
        return found[:LIMIT], self._noted(notes)

    def _noted(self, notes: list[str]) -> list[str]:
        self.notes += [note for note in notes if note not in self.notes]
        return notes

    def _read(self, key: bytes, value: bytes) -> Kept | None:
        """An entry; None for one that another process took away. Raises UsageError for one that cannot be read."""
        try:
            return _decoded(value)
        except UsageError:
            time.sleep(0.05)  # another process may be in the middle of writing it
            if value in self._values(key, []):
                raise
            return None

    def _values(self, key: bytes, notes: list[str]) -> list[bytes]:
        if self._database is None and self._folder is not None and not self._folder.is_dir():
            if os.path.lexists(self._folder) and not self._folder.is_dir():  # nobody has made it since
                self._once(notes, f"The corpus {self.name} is not a folder: nothing is replayed from it or kept.")
            return []
        try:
            return sorted(set(self._open().fetch(key)))
        except Exception as error:  # a database may be anybody's, and must not cost the verdict
            self._once(notes, f"The corpus {self.name} cannot be read: {_said(error)}.")
            return []

    def _open(self) -> ExampleDatabase:
        if self._database is None:
            from hypothesis.database import DirectoryBasedExampleDatabase

            assert self._folder is not None
            self._database = DirectoryBasedExampleDatabase(self._folder)
        return self._database

    # -- writing ----------------------------------------------------------------------------------------

    def settle(
        self, key: bytes, name: str, fates: Sequence[tuple[Kept, Fate]], failures: Sequence[Failure]
    ) -> list[str]:
        """Keep what failed, drop what no longer fails; returns notes on what was not as it should be."""
        notes: list[str] = []
        self.replayed += len(fates)
        fresh = [kept for failure in failures if (kept := _encoded(failure)) is not None]
        found = {kept.group() for kept in fresh}
        fates = [(kept, Fate.FAILS if kept.group() in found else fate) for kept, fate in fates]  # by another schedule
        for kept, fate in fates:
            if fate in (Fate.PASSES, Fate.MISFITS):
                notes += self._gone(key, name, kept, fate)
            elif fate is Fate.UNCLEAR:
                notes.append(f"A kept failure of {name} could not be replayed to its end, and stays: {kept.shows}")
        old = {kept.value for kept, fate in fates if fate is Fate.FAILS and kept.at_home()}
        if fresh and self._kept_all(key, fresh, old, notes):
            for value in old - {kept.value for kept in fresh}:  # the same fault, now with a schedule of today
                self._deleted(key, value)
        return self._noted(notes)

    def _kept_all(self, key: bytes, fresh: list[Kept], old: set[bytes], notes: list[str]) -> bool:
        """Keep `fresh`, of which entries `old` are earlier versions."""
        there = [kept for value in self._values(key, notes) if (kept := _readable(value)) is not None]
        others = [kept for kept in there if kept.value not in old]
        known = {kept.value for kept in there} | {kept.group() for kept in others}
        done = True
        for kept in fresh:
            if known & {kept.value, kept.group()}:
                continue
            if len(others) >= LIMIT:
                self._once(notes, f"The corpus {self.name} has {LIMIT} failures of this program, and takes no more.")
                done = False
            elif self._saved(key, kept.value, notes):
                others.append(kept)
            else:
                done = False
        return done

    def _saved(self, key: bytes, value: bytes, notes: list[str]) -> bool:
        """Save and read back: a folder that cannot be written to says nothing itself."""
        why = ""
        try:
            self._open().save(key, value)
            if value in set(self._open().fetch(key)):
                return True
        except Exception as error:
            why = f" ({_said(error)})"
        if not any("is not a folder" in said for said in self._told):
            self._once(notes, f"The failure could not be kept: the corpus {self.name} cannot be written to{why}.")
        return False

    def _deleted(self, key: bytes, value: bytes) -> bool:
        try:
            self._open().delete(key, value)
            return value not in set(self._open().fetch(key))
        except Exception:
            return False

    def _gone(self, key: bytes, name: str, kept: Kept, fate: Fate) -> list[str]:
        if not kept.at_home():
            seed = kept.token.hash_seed
            seen = f"Python {kept.token.python} and {'a random hash seed' if seed == 'random' else f'hash seed {seed}'}"
            return [f"A kept failure of {name} does not fail here; found with {seen}, it stays: {kept.shows}"]
        if fate is Fate.PASSES:
            why = "no longer fails"
        else:
            why = (
                "no longer fits the program, and what fits of its schedule does not fail: fixed or no longer reachable"
            )
        if not self._deleted(key, kept.value):
            return [f"A kept failure of {name} {why}, but could not be removed from {self.name}: {kept.shows}"]
        self.dropped += 1
        return [f"A kept failure of {name} {why}, and was dropped from the corpus {self.name}: {kept.shows}"]

    def _once(self, notes: list[str], note: str) -> None:
        if note not in self._told:
            self._told.add(note)
            notes.append(note)


def opened(where: Where) -> Corpus | None:
    """The corpus that `where` names.  Raises UsageError for what names none."""
    if where is None or isinstance(where, Corpus):
        return where
    if isinstance(where, (str, os.PathLike)):
        if not os.fspath(where):
            raise UsageError("corpus is the path of a folder, not an empty word.")
        return Corpus(where)
    if callable(getattr(where, "fetch", None)) and callable(getattr(where, "save", None)):
        return Corpus(where)
    raise UsageError(f"corpus is the path of a folder or an ExampleDatabase of Hypothesis, not {where!r}.")


def key_of(reference: Reference) -> bytes:
    """What a program is called, on every machine: where it stands, its name, its arguments."""
    return msgspec.json.encode(["duckrace", reference.text.replace(os.sep, "/"), pack(reference.arguments)])


def _encoded(failure: Failure) -> Kept | None:
    """The entry for `failure`; None for one that a replay would not show again, or only a limit."""
    if failure.kind.exit_status != 1 or not failure.schedule:
        return None
    message = " ".join(failure.message.split()).encode("utf-8", "backslashreplace").decode()
    shows = f"{failure.kind}: {message}"
    return Kept(f"{failure.schedule}\n{shows}\n".encode(), _token.decode(failure.schedule), shows)


def _decoded(value: bytes) -> Kept:
    """Raises UsageError: damaged, or of another version."""
    token, _, shows = value.decode("utf-8", "backslashreplace").partition("\n")
    return Kept(value, _token.decode(token), " ".join(shows.split()))


def _readable(value: bytes) -> Kept | None:
    try:
        return _decoded(value)
    except UsageError:
        return None


def _comparable(shows: str) -> str:
    """Without addresses, which differ from one process to the next, and lines, which an edit moves."""
    return re.sub(r"0x[0-9a-fA-F]+|(?<=:)\d+", "", shows)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def fails(kind: Kind | None, expected: Kind | None) -> bool:
    """Is an ending of this kind a fault? `expected`: the program must hang, and be told as this."""
    return kind is not None and kind.exit_status == 1 and kind is not expected
