"""The process that a command runs in: its hash seed, for the order of sets must not be chance, and how it is ended."""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

HASH_SEED: Final = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Whose process this is: only our own may be replaced by one with another hash seed."""

    ours: bool = False


def chosen_hash_seed() -> str:
    """That of the caller if it is a fixed one."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    return seed if seed.isdigit() else HASH_SEED


def fix_hash_seed(process: Process | None, seed: str, instead: dict[str, str] | None = None) -> None:
    """Begin again with PYTHONHASHSEED=`seed`, unless this process has it: the order of sets must not be chance.

    `instead` replaces arguments (standard input can be read only once).
    """
    if process is None or not process.ours or sys.flags.ignore_environment:
        return
    if os.environ.get("PYTHONHASHSEED") == seed:
        return
    _begin_again([sys.executable, *((instead or {}).get(part, part) for part in sys.orig_argv[1:])], seed)


def _begin_again(command: list[str], seed: str) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, {**os.environ, "PYTHONHASHSEED": seed})


@contextmanager
def terminated_as_interrupted(process: Process | None) -> Iterator[None]:
    """SIGTERM does what Ctrl-C does: what we have started (a JVM in its own session, its folder) is ended and removed.

    In a process of our own only, and if nobody has said what else it should do.
    """
    ours = process is not None and process.ours and threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    us = os.getpid()

    def end(number: int, frame: types.FrameType | None) -> None:
        if os.getpid() != us:  # a fork of ours has nothing to put in order
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
            return
        handler = signal.getsignal(signal.SIGINT)
        if not callable(handler):  # ignored, as in the background of a shell: that is said of Ctrl-C only
            raise KeyboardInterrupt
        handler(signal.SIGINT, frame)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
