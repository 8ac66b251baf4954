"""A counterexample of TLC, on a channel: the same calls, until the same goes wrong, with a token that replays it.

Three ways, the nearest first. *Driven*: a call's thread goes when the counterexample says that it looks at the channel,
and everybody else who is in a call is held. *Driven on*: after that, the callers make what calls they have left, for
what is wrong inside may show only then. *Explored*: the same calls under one schedule after another, since what happens
in the midst of a call (a drop that finds the lock taken) is not to be had from outside.

Whatever the way, the model judges what was seen. It must be wrong in the way of the counterexample: a caller who is
asleep at its end and must not be; or, where the algorithm does what the spec does not, an answer, or a wait, that the
model does not allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any, Final, Literal

from duckrace._data import Failure
from duckrace._errors import UsageError
from duckrace._words import many
from duckrace.formal import Checked, Move, moves, sleepers
from duckrace.formal._graph import Menu
from duckrace.formal._menus import menu_of
from duckrace.kernel import machine
from duckrace.plugins._load import Subject, load

from ._configurations import NEEDS
from ._explorer import Explorer
from ._scripts import FAR, Guidance, Script
from ._steering import Driver, places
from ._suite import flavour
from .programs._allowed import judged
from .programs._calls import Step, step_of
from .programs.transitions import LONG

Way = Literal["driven", "driven on", "explored"]

ENDINGS: Final = 8  # choices of what the callers do after the counterexample
EXECUTIONS: Final = 2_000  # of each of these, explored
STANDS_STILL: Final = ("deadlock freedom", "liveness")
END: Final = (None, None, LONG, False)  # the line after which nobody can go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of it."""

    channel: str
    executions: int = 0
    failure: Failure | None = None
    way: Way = "driven"
    """In which it failed."""
    why: str = ""
    """It did not fail: a sentence."""


def replayed(one: Checked, channel: str) -> Replayed:
    """Drive `channel`, ``FILE_OR_MODULE::NAME``, along the counterexample of a run of the algorithm.

    A channel that cannot be had, or does not fail, is no error: the result says so.
    """
    path = moves(one.answer)
    if not path:
        return Replayed(channel=channel, why="This counterexample is none of the algorithm: it has no calls to make.")
    try:
        subject = load(channel)
    except UsageError as error:
        return Replayed(channel=channel, why=f"The channel {channel} cannot be had: {error}")
    menu = menu_of(one.run)
    missing = _not_claimed(subject, menu)
    if missing:
        return Replayed(channel=channel, why=f"The channel does not claim {', '.join(missing)}, which it takes.")
    return _Replaying(one, channel, subject, menu, path).go()


class _Replaying:
    """One counterexample and one channel."""

    def __init__(self, one: Checked, channel: str, subject: Subject, menu: Menu, path: Sequence[Move]) -> None:
        self._channel = channel
        self._subject = subject
        self._menu = menu
        self._path = path
        self._asleep = sleepers(one.answer) if one.run.link in STANDS_STILL else None
        self._executions = 0

    def go(self) -> Replayed:
        driver = Driver(self._subject)
        followed = list(self._followed())
        ways: list[tuple[Way, Script]] = [("driven", Script(lines=(*_lines(followed), END), guidance=_held(followed)))]
        ways.extend(("driven on", self._on(followed, ending)) for ending in self._endings())
        for way, script in ways:
            decisions = self._driven(driver, script)
            failure = None if decisions is None else driver.told(self._menu, script, decisions)
            if failure is not None and self._is_the_same(failure.message):
                return self._found(way, failure)
        for ending in self._endings():
            failure = self._explored(driver, ending)
            if failure is not None:
                return self._found("explored", failure)
        tried = f"{many(self._executions, 'execution')} of its calls"
        return Replayed(
            channel=self._channel,
            executions=self._executions,
            why=f"It could not be reproduced on {self._channel}: none of {tried} failed in this way.",
        )

    def _found(self, way: Way, failure: Failure) -> Replayed:
        message = failure.message.removeprefix("AssertionError: ").partition(" in MainThread at ")[0]
        return Replayed(
            channel=self._channel,
            executions=self._executions,
            failure=replace(failure, message=message, traceback="", explanation=""),
            way=way,
        )

    def _driven(self, driver: Driver, script: Script) -> list[int] | None:
        """The decisions of the execution, if it goes wrong in the same way."""
        with driver:
            seen, _ = driver.drive(self._menu, script)
            self._executions += 1
            if not isinstance(seen, tuple):
                if seen is None:
                    raise KeyboardInterrupt
                return None
            wrong = judged(self._menu.capacity, places(self._menu)[0], script.lines, seen)
            return list(machine.decisions) if wrong is not None and self._is_the_same(wrong.message) else None

    def _explored(self, driver: Driver, ending: Sequence[tuple[str, Step]]) -> Failure | None:
        """The calls under any schedule: nobody is held, and time passes at the end only."""
        begun = [(caller, step, 0.0, False) for caller, step, _, _ in _lines(self._followed()) if step is not None]
        lines = (*begun, *((caller, step, 0.0, False) for caller, step in ending), END)
        reference = driver.reference_of(self._menu, Script(lines=lines, guidance=()))
        for keep_going in (False, True):  # the first failure may be another one
            with Explorer(self._subject, 0) as explorer:
                result = explorer.explore(reference, executions=EXECUTIONS, keep_going=keep_going)
            self._executions += result.executions
            found = [failure for failure in result.failures if self._is_the_same(failure.message)]
            if found or not result.failures:
                return found[0] if found else None
        return None

    def _is_the_same(self, message: str) -> bool:
        """Is a failure that says this the one of the counterexample?"""
        if self._asleep is None:
            return ", and must " in message or "nobody can go on, and" in message
        if "nobody can go on, and" in message:
            return True
        # Who sleeps, in his last call: "r's rx.recv() blocks, and must come to Disconnected".
        last = {move.caller: move for move in self._path}
        begins = [f"{who}'s {last[who].handle}.{last[who].operation}(" for who in self._asleep]
        return " blocks" in message and any(begin in message for begin in begins)

    def _followed(self) -> Iterator[tuple[tuple[Any, ...], Guidance]]:
        """A line for each look at the channel, in the order of the counterexample; who is in a call is held."""
        now: dict[str, tuple[Step, bool]] = {}  # by caller: the call, and has it come to the channel?
        inside: set[str] = set()
        for number, move in enumerate(self._path):
            who = move.caller
            if move.kind == "calls":
                now[who] = self._step(number), False
            elif move.kind == "looks":
                step, came = now[who]
                seconds = LONG if move.response == "Timeout" else 0.0
                yield (who, None if came else step, seconds, False), Guidance(held=frozenset(inside - {who}))
                now[who] = step, True
                (inside.discard if move.response else inside.add)(who)
        for who, (step, came) in now.items():
            if not came:
                yield (who, step, 0.0, False), Guidance(held=frozenset(inside - {who}))

    def _step(self, number: int) -> Step:
        """The call that a move begins."""
        move = self._path[number]
        ends = (later.response for later in self._path[number + 1 :] if later.caller == move.caller and later.response)
        late = next(ends, "") == "Timeout"
        return step_of(move.operation, move.handle, move.value, LONG / 2 if late else FAR)

    def _on(self, followed: Sequence[tuple[tuple[Any, ...], Guidance]], ending: Sequence[tuple[str, Step]]) -> Script:
        """The counterexample, and then these calls, each when the one before has come to rest."""
        rest = [(caller, step, LONG, False) for caller, step in ending]
        none = Guidance(held=frozenset())
        return Script(
            lines=(*_lines(followed), END, *rest, END), guidance=(*_held(followed), *(none for _ in rest), none)
        )

    def _endings(self) -> Iterator[list[tuple[str, Step]]]:
        """What the callers have left to do: some of the choices."""
        made = {who: sum(m.kind == "calls" and m.caller == who for m in self._path) for who in self._menu.calls}
        left = [(who, turn) for who, turns in sorted(self._menu.calls.items()) for turn in turns[made[who] :]]
        order = [sorted(turn, key=repr) for _, turn in left]
        for choice in islice(product(*order), ENDINGS):
            yield [
                (who, step_of(call["operation"], call["handle"], call["value"], LONG / 2))
                for (who, _), call in zip(left, choice, strict=True)
            ]


def _lines(followed: Iterable[tuple[Any, Guidance]]) -> list[tuple[Any, ...]]:
    return [line for line, _ in followed]


def _held(followed: Sequence[tuple[Any, Guidance]]) -> tuple[Guidance, ...]:
    """Of each line; at the end nobody is held."""
    return (*(guidance for _, guidance in followed), Guidance(held=frozenset()))


def _not_claimed(subject: Subject, menu: Menu) -> list[str]:
    """What the program of the counterexample takes, and the channel does not claim."""
    operations = {call["operation"] for turns in menu.calls.values() for turn in turns for call in turn}
    needs = {NEEDS[operation] for operation in operations if operation in NEEDS} | {flavour(menu.capacity)}
    needs |= {"clone"} if len(menu.senders) > 1 else set()
    return sorted(need for need in needs if not subject.claims(need))
