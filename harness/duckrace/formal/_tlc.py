"""One run of TLC, and what it said.

TLC is run as a process in a folder of its own, with its own temporary files: it unpacks its standard modules there, and
two runs must not share them. It is asked for output that machines read (``-tool``): messages with a number each.

One worker: a search in breadth with several finds other counterexamples each time, and the state counts of a run that
fails would mean nothing.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from duckrace._errors import UsageError

from ._tools import JAVA_VARIABLE, Tools
from ._values import Value, parse_state

Status = Literal["accepted", "violated", "stopped", "broken"]

HEAP: Final = "1g"
KILLED_AFTER: Final = 600.0

# The numbers of messages (tlc2.output.EC, release 2.15).
_PASSED: Final = 2193
_STATS: Final = 2199
_DEPTH: Final = 2194
_PROGRESS: Final = 2200
_STATE: Final = 2217
_STUTTERS: Final = 2218
_BACK_TO: Final = 2122
_INVARIANT: Final = (2107, 2110)
_ACTION_PROPERTY: Final = (2108, 2112)
_TEMPORAL: Final = 2116

_MESSAGE: Final = re.compile(r"@!@!@STARTMSG (\d+):(\d) @!@!@\n(.*?)\n?@!@!@ENDMSG \1 @!@!@", re.DOTALL)
_CHATTER: Final = ("Parsing file", "Semantic processing")
_COUNTS: Final = re.compile(r"([\d,]+) states generated.*?, ([\d,]+) distinct states found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One state of a counterexample, and the step that led to it."""

    action: str
    """The name that TLC gives the step; empty for the first state."""
    state: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What TLC said. Only `accepted` is a pass; a run that was stopped or broke has said nothing."""

    status: Status
    violated: str = ""
    """The name of an invariant, or the words ``action property`` or ``temporal property``."""
    generated: int = 0
    distinct: int = 0
    """States: all that were computed, and the different ones."""
    depth: int = 0
    trace: tuple[Moment, ...] = ()
    loops_to: int | None = None
    """Liveness: the trace ends where it was at this moment (from 1), and goes round for ever."""
    seconds: float = 0.0
    message: str = ""
    """Broken: what TLC says about it."""
    printed: str = ""
    """What the spec printed, and all else that is no message."""


def run_tlc(
    tools: Tools,
    module: str,
    configuration: str,
    *,
    modules: Mapping[str, str],
    options: Iterable[str] = (),
    limit: float = KILLED_AFTER,
    progress: Callable[[int], None] = lambda distinct: None,
    stop: threading.Event | None = None,
    into: Path | None = None,
    short: bool = False,
) -> Answer:
    """Check `module` with this text of a .cfg; `modules` are the texts of all .tla files, by name.

    `limit` is in seconds; a run that takes longer, or during which `stop` is set, is ``stopped``. `progress` is told
    the number of distinct states now and then. `into` is a folder to run in, for who wants what TLC writes (-dump).
    `short`: it takes some seconds, in which Java's optimizing compiler would cost more than it gains.

    Raises UsageError if Java cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="duckrace-tlc-") as name:
        folder = Path(name) if into is None else into
        for title, text in modules.items():
            (folder / f"{title}.tla").write_text(text, encoding="utf-8")
        (folder / "run.cfg").write_text(configuration, encoding="utf-8")
        command = [
            str(tools.java),
            "-XX:+UseSerialGC",  # the runs are small, and several of them share the processors
            f"-Xmx{HEAP}",
            *(["-XX:TieredStopAtLevel=1"] if short else []),
            f"-Djava.io.tmpdir={folder}",
            "-cp",
            str(tools.jar),
            "tlc2.TLC",
            "-tool",
            "-nowarning",
            "-deadlock",  # not to report states without a successor: programs end; the specs say what must not
            *("-metadir", str(folder / "states")),
            *("-workers", "1"),
            *("-lncheck", "final"),
            *options,
            *("-config", "run.cfg"),
            f"{module}.tla",
        ]
        began = time.monotonic()
        output, in_time = _communicate(command, folder, limit, progress, stop)
        answer = read_answer(output, time.monotonic() - began)
    if not in_time:
        return Answer(
            status="stopped", generated=answer.generated, distinct=answer.distinct, seconds=time.monotonic() - began
        )
    return answer


def read_answer(output: str, seconds: float = 0.0) -> Answer:
    """What an output of TLC means."""
    said = [(int(number), int(kind), text) for number, kind, text in _MESSAGE.findall(output)]
    generated = distinct = depth = 0
    violated = ""
    trace: list[Moment] = []
    loops_to: int | None = None
    errors: list[str] = []
    for number, kind, text in said:
        counts = _COUNTS.search(text)
        if number == _STATS and counts:
            generated, distinct = (int(part.replace(",", "")) for part in counts.groups())
        elif number == _DEPTH:
            depth = int(re.findall(r"\d+", text)[-1])
        elif number in _INVARIANT:
            violated = text.split()[1]
        elif number in _ACTION_PROPERTY:
            violated = "action property"
        elif number == _TEMPORAL:
            violated = "temporal property"
        elif number == _STATE:
            trace.append(_moment(text))
        elif number == _STUTTERS:
            loops_to = len(trace)
        elif number == _BACK_TO:
            found = re.match(r"(\d+)", text)
            loops_to = int(found[1]) if found else None
        elif kind == 1:
            errors.append(text)
    passed = any(number == _PASSED for number, _, _ in said)
    status: Status = "violated" if violated else "accepted" if passed and not errors else "broken"
    if status == "broken" and not errors:
        errors = [output.strip()[-2000:] or "It printed nothing."]
    printed = _MESSAGE.sub("", output)
    if status == "broken":  # what is wrong with a module is printed, beside the message that something is
        errors += [row for row in printed.splitlines() if row.strip() and not row.startswith(_CHATTER)]
    return Answer(
        status=status,
        violated=violated,
        generated=generated,
        distinct=distinct,
        depth=depth,
        trace=tuple(trace),
        loops_to=loops_to,
        seconds=seconds,
        message="\n".join(errors) if status == "broken" else "",
        printed=printed,
    )


def _moment(text: str) -> Moment:
    head, _, state = text.partition("\n")
    action = re.match(r"\d+: <(\w+) line", head)
    return Moment(action=action[1] if action else "", state=parse_state(state))


def _communicate(
    command: list[str], folder: Path, limit: float, progress: Callable[[int], None], stop: threading.Event | None
) -> tuple[str, bool]:
    """Its whole output, and whether it ended by itself."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is ours; and nothing of it outlives us
        )
    except OSError as error:
        why = f"{command[0]} cannot be run: {error.strerror}. Name a Java that can in {JAVA_VARIABLE}."
        raise UsageError(why) from error
    lines: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for text in process.stdout:
            lines.append(text)
            counts = _COUNTS.search(text)
            if counts:
                progress(int(counts[2].replace(",", "")))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    ends = time.monotonic() + limit
    in_time = True
    try:
        while process.poll() is None:
            if time.monotonic() > ends or (stop is not None and stop.is_set()):
                in_time = False
                break
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            _kill(process)
        process.wait()
        reader.join()
        assert process.stdout is not None
        process.stdout.close()
    return "".join(lines), in_time


def _kill(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
