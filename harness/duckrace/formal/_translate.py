"""A counterexample of TLC as channel operations in words: who calls what, what is said, who waits.

States become words by comparing each with the one before, caller by caller. `Channel` says what is seen from outside
(`pending`), `ChannelMutex` also what happens inside (`thread`, `core`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from ._graph import Difference
from ._tlc import Answer, Moment

Fields = Mapping[str, Any]

_SENDS: Final = ("send", "try_send", "send_timeout")
_INSIDE: Final = {
    ("called", "locked"): "takes the lock",
    ("called", "defer"): "finds the lock taken: the drop will be deferred",
    ("look", "settle"): "sees that something was deferred",
    ("look", "sleep"): "falls asleep",
    ("unlock", "look"): "releases the lock",
    ("unlock", "sleep"): "releases the lock and falls asleep, without a look at what was deferred",
    ("unlock", "leave"): "releases the lock, without a look at what was deferred",
    ("settle", "settling"): "takes the lock to apply what was deferred",
    ("settle", "sleep"): "finds the lock taken: its holder will apply what was deferred; falls asleep",
    ("settle", "leave"): "finds the lock taken: its holder will apply what was deferred",
    ("settling", "settled"): "applies what was deferred",
    ("settled", "look"): "releases the lock",
    ("sleep", "called"): "wakes up",
}
_UNSEEN: Final = {("look", "leave")}  # nothing that anybody would want to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Something that a caller does."""

    step: int
    """The state of the trace that it leads to, from 1."""
    caller: str
    words: str


def translate(answer: Answer) -> tuple[Sentence, ...]:
    """The trace of `answer` in words; the last ones say who is still in a call."""
    found: list[Sentence] = []
    for step, (before, after) in enumerate(_pairs(answer.trace), start=2):
        tell = _inside if "thread" in after.state else _outside
        found += [Sentence(step=step, caller=who, words=words) for who, words in tell(before.state, after.state)]
    if answer.trace:
        last = answer.trace[-1].state
        found += [Sentence(step=len(answer.trace), caller=who, words=words) for who, words in _left(last)]
    return tuple(found)


def translate_difference(difference: Difference) -> tuple[Sentence, ...]:
    """The way to a step that only one of spec and model has, in words; the step itself is the last."""
    moments = tuple(Moment(action=action, state=state) for action, state in difference.path)
    found = [
        Sentence(step=step, caller=who, words=words)
        for step, (before, after) in enumerate(_pairs(moments), start=2)
        for who, words in _outside(before.state, after.state)
    ]
    return tuple(found)


def translate_step(before: Fields, after: Fields) -> tuple[Sentence, ...]:
    """One step of Channel in words, from one of its states to the next."""
    return tuple(Sentence(step=2, caller=who, words=words) for who, words in _outside(before, after))


def translate_state(state: Fields) -> tuple[Sentence, ...]:
    """A state of Channel in words: what is in the channel, and who is in which call."""
    senders = ", ".join(sorted(state["senders"])) or "nobody"
    receiver = "the receiver lives" if state["receiver"] else "the receiver is gone"
    found = [("", f"the buffer holds {messages(state['buffer'])}"), ("", f"senders: {senders}; {receiver}")]
    if state["queue"]:
        found.append(("", f"sends wait in the order {', '.join(state['queue'])}"))
    for who, pending in sorted(state["pending"].items()):
        if pending["phase"] == "decided":
            found.append((who, f"{pending['call']['operation']} took effect: {response(pending)}"))
        elif pending["phase"] != "idle":
            found.append((who, f"is in {call(pending['call'])} ({pending['phase']})"))
    return tuple(Sentence(step=1, caller=who, words=words) for who, words in found)


def _pairs(trace: Sequence[Moment]) -> list[tuple[Moment, Moment]]:
    return list(pairwise(trace))


def _outside(before: Fields, after: Fields) -> list[tuple[str, str]]:
    """What a step of Channel is, seen from outside."""
    found: list[tuple[str, str]] = []
    for who in _callers(after["pending"]):
        old, new = before["pending"][who], after["pending"][who]
        if old == new:
            continue
        if new["phase"] == "called":
            found.append((who, f"calls {call(new['call'])}"))
        elif new["phase"] == "decided":
            found.append((who, f"{new['call']['operation']} takes effect: {response(new)}"))
        elif new["phase"] == "idle":
            found.append((who, f"{old['call']['operation']} returns: {response(old)}"))
        elif new["phase"] == "inside":
            found.append((who, f"{new['call']['operation']} occupies the receiver"))
        else:
            found.append((who, f"{new['call']['operation']} waits"))
    if before["buffer"] != after["buffer"]:
        found.append(("", f"the buffer holds {messages(after['buffer'])}"))
    return found


def _inside(before: Fields, after: Fields) -> list[tuple[str, str]]:
    """What a step of ChannelMutex is: the thread that moved, and what became of the core."""
    found: list[tuple[str, str]] = []
    for who in _callers(after["thread"]):
        old, new = before["thread"][who], after["thread"][who]
        way = (old["pc"], new["pc"])
        if old == new or way in _UNSEEN:
            continue
        operation = new["call"]["operation"]
        if way[0] == "idle":
            found.append((who, f"calls {call(new['call'])}"))
        elif way[1] == "idle":
            found.append((who, f"{old['call']['operation']} returns: {response(old)}"))
        elif way == ("locked", "unlock"):
            found.append((who, _body(before, after, who)))
        elif way[0] == "defer":
            found.append((who, "writes the drop down, for whoever has the lock"))
        elif way == ("sleep", "called") and new["late"]:
            found.append((who, f"the time of {operation} is over"))
        else:
            found.append((who, _INSIDE.get(way, f"goes from {way[0]} to {way[1]}")))
    if not found and before["core"] != after["core"]:
        found += [
            (who, "is woken for no reason")
            for who in _callers(after["thread"])
            if after["core"]["gate"][who] and not before["core"]["gate"][who]
        ]
    return found


def _body(before: Fields, after: Fields, who: str) -> str:
    """What a call did while it had the lock."""
    thread, core = after["thread"][who], after["core"]
    if thread["response"]["kind"] == "none":
        words = [f"{thread['call']['operation']} has to wait: it joins the line"]
    else:
        words = [f"{thread['call']['operation']} is decided: {response(thread)}"]
    if before["core"]["buffer"] != core["buffer"]:
        words.append(f"the buffer holds {messages(core['buffer'])}")
    woken = [other for other in _callers(after["thread"]) if core["gate"][other] and not before["core"]["gate"][other]]
    if woken:
        words.append(f"wakes {' and '.join(woken)}")
    return "; ".join(words)


def _left(state: Fields) -> list[tuple[str, str]]:
    """Who is in a call at the end."""
    if "thread" in state:
        return [
            (who, f"sleeps in {call(thread['call'])}")
            for who, thread in sorted(state["thread"].items())
            if thread["pc"] == "sleep" and not state["core"]["gate"][who]
        ]
    return [
        (who, f"is still in {call(pending['call'])}")
        for who, pending in sorted(state["pending"].items())
        if pending["phase"] not in ("idle", "decided")
    ]


def call(fields: Fields) -> str:
    """``ta.send("a1")``: a call as a Python program would write it."""
    operation, handle, value = fields["operation"], fields["handle"], fields["value"]
    if operation == "clone":
        return f"{value} = {handle}.clone()"
    return f"{handle}.{operation}({_quoted(value) if operation in _SENDS else ''})"


def response(fields: Fields) -> str:
    """``Ok("a1")``: what a call was answered, as the model would write it."""
    kind, value = fields["response"]["kind"], fields["response"]["value"]
    return f"{kind}({_quoted(value) if value else ''})"


def messages(buffer: Sequence[str]) -> str:
    return " ".join(map(_quoted, buffer)) or "nothing"


def _quoted(value: str) -> str:
    return f'"{value}"'


def _callers(of: Mapping[str, Any]) -> list[str]:
    return sorted(of)
