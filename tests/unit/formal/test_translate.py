"""Counterexamples in words."""

from __future__ import annotations

from duckrace.formal import Answer, Moment, translate
from duckrace.formal._values import parse_state

IDLE = '[call |-> [operation |-> "none", handle |-> "", value |-> ""], phase |-> "idle", response |-> NONE]'
NONE = '[kind |-> "none", value |-> ""]'


def channel(phase: str, response: str = NONE, buffer: str = "<<>>") -> Moment:
    call = '[operation |-> "send", handle |-> "ta", value |-> "a1"]'
    pending = f'[call |-> {call}, phase |-> "{phase}", response |-> {response}]'
    idle = IDLE.replace("NONE", NONE)
    text = f"/\\ buffer = {buffer}\n/\\ pending = [a |-> {idle if phase == 'idle' else pending}, r |-> {idle}]"
    return Moment(action="", state=parse_state(text))


def words(*trace: Moment) -> list[tuple[int, str, str]]:
    answer = Answer(status="violated", trace=trace)
    return [(sentence.step, sentence.caller, sentence.words) for sentence in translate(answer)]


def test_from_outside() -> None:
    ok = '[kind |-> "Ok", value |-> ""]'
    full = '[kind |-> "Full", value |-> "a1"]'
    assert words(channel("idle"), channel("called"), channel("decided", ok, '<<"a1">>'), channel("idle")) == [
        (2, "a", 'calls ta.send("a1")'),
        (3, "a", "send takes effect: Ok()"),
        (3, "", 'the buffer holds "a1"'),
        (4, "a", "send returns: Ok()"),
        (4, "", "the buffer holds nothing"),
    ]
    assert words(channel("called"), channel("waiting"), channel("decided", full)) == [
        (2, "a", "send waits"),
        (3, "a", 'send takes effect: Full("a1")'),
    ]
    assert words(channel("idle"), channel("called"))[-1] == (2, "a", 'is still in ta.send("a1")')


def test_no_trace() -> None:
    assert words() == []
