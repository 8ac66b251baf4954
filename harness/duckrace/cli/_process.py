"""The process that a command runs in, and its hash seed: the order of sets must not be chance."""

from __future__ import annotations

import os
import sys
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
