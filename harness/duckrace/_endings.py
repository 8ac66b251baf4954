"""What an execution that just stopped says, while its threads are still parked; and its value as plain data.

It knows sessions, frames and hangs; it must not know how often anything is run.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any, Final

from ._data import Kind, ThreadState
from ._errors import UsageError
from ._session import Session
from ._words import many
from .hangs import Diagnosis, diagnose
from .hangs.waits import states
from .kernel import Stop, Unwind, frames, machine
from .kernel.simthread import SimThread
from .plugins import providers
from .search import Diverged

PLAIN: Final = (type(None), bool, int, float, complex, str, bytes)
NONDETERMINISM: Final = (
    "The program depends on something besides its schedule: real time, real randomness, the order of a set of objects, "
    "a file or a cache that an earlier execution changed. "
    "Nothing that was found before can be relied on until this is gone."
)
_UNCONTROLLED: Final = (
    "What waits for real cannot be interleaved. Replace it in the scenario by something built on threading, "
    "or leave its module out with modules=(...)."
)


def ending(session: Session) -> Diagnosis | None:
    """What the execution that just stopped says, while its threads are still parked."""
    why = machine.over
    if why in ("end", "interrupt"):
        return None
    scenario = str(session.reference.path)
    if why == "hang":
        modules = [session.world.modules[name] for name in session.world.sources]
        return diagnose(machine, scenario, modules, providers(session.world.modules))
    everyone = states(machine.threads, scenario, {})
    if why == "limit":
        livelock = session.watch.diagnosis(everyone) if session.watch is not None else None
        return livelock or Diagnosis(
            kind=Kind.BUDGET,
            message=f"an execution made {many(session.max_steps, 'step')} without an end",
            explanation=_limit_text(everyone),
            threads=everyone,
        )
    error, thread = machine.error, machine.error_thread
    if isinstance(error, Diverged):
        return Diagnosis(kind=Kind.NONDETERMINISM, message=str(error), explanation=NONDETERMINISM, threads=everyone)
    if why == "stop":
        return Diagnosis(kind=Kind.UNCONTROLLED, message=str(error), explanation=_UNCONTROLLED, threads=everyone)
    assert error is not None
    if isinstance(error, SystemExit) and (thread is None or not thread.path):
        raise UsageError(f"{session.reference.text} calls sys.exit: a scenario returns, or raises what it means.")
    return _exception(error, thread, everyone)


def _exception(error: BaseException, thread: SimThread | None, everyone: tuple[ThreadState, ...]) -> Diagnosis:
    """An exception that nobody caught, in one sentence and with its traceback."""
    first = frames.without_addresses(str(error)).strip().partition("\n")[0]  # a sentence, the same every time
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    who = thread.name if thread is not None else "MainThread"
    told = traceback.TracebackException(type(error), error, error.__traceback__)
    _without_ours(told)
    text = "".join(told.format())
    inner = [f for f, _ in traceback.walk_tb(error.__traceback__) if not frames.is_ours(f)]
    own = [f for f in inner if not frames.is_library(f)] or inner
    lines = [line for f, line in traceback.walk_tb(error.__traceback__) if own and f is own[-1]]
    where = f" at {frames.shown_path(own[-1].f_code.co_filename)}:{lines[-1]}" if own else ""
    return Diagnosis(kind=Kind.FAILED, message=f"{said} in {who}{where}", explanation=text.rstrip(), threads=everyone)


def _limit_text(everyone: Sequence[ThreadState]) -> str:
    running = [f"{state.name} at {state.where}" for state in everyone if state.state == "runnable" and state.where]
    return (
        "It may go on for ever (a loop that waits for something that cannot happen), or it needs more steps: "
        f"raise max_steps (--max-steps). Still going: {', '.join(running) or 'nobody'}."
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, PLAIN) or (type(value) in (tuple, frozenset) and all(map(_is_plain, value)))


def plain(value: object) -> object:
    """`value` as an outcome key: plain data as it is, everything else by its repr."""
    if _is_plain(value):
        return value
    with machine.quiet():
        try:
            return frames.without_addresses(repr(value))
        except (Exception, Stop, Unwind) as error:
            return f"<{type(value).__name__}: repr failed with {type(error).__name__}>"


def _without_ours(told: traceback.TracebackException | None) -> None:
    """Only frames of the program, also in what an exception came from."""
    if told is None:
        return
    told.stack[:] = [frame for frame in told.stack if not frame.filename.startswith(frames.HERE)]
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        _without_ours(other)
