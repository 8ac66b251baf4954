"""Row ``transitions``: which walks are chosen, how a channel is made to follow them, and how it is judged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from duckrace import Kind, replay
from duckrace._data import Row
from duckrace.checks import PROFILES, _covering, transitions
from duckrace.checks._configurations import configurations
from duckrace.checks._run import Run
from duckrace.checks._scripts import script
from duckrace.checks._steering import Driver
from duckrace.checks._walks import Walk, Walks
from duckrace.checks.programs._allowed import Event, judged
from duckrace.formal._graph import Menu
from duckrace.formal._menus import graph_runs, menu_of, value_of
from duckrace.formal._transitions import Transitions
from duckrace.formal._transitions import transitions as graph_of
from duckrace.formal._values import Record
from duckrace.plugins._load import load

pytestmark = pytest.mark.unmeasured


def graph(name: str) -> Transitions:
    return graph_of(menu_of(graph_runs()[name]))


def walks_like(on: Transitions, walk: Walk) -> Iterator[list[int]]:
    """Every walk with the calls and the hidden steps of this one, in their order, found without any cleverness."""
    order = [(s.caller, s.action, s.decided) for s in map(on.steps.__getitem__, walk) if s.hidden]
    calls = {(s.caller, on.made[s.source][s.caller]): s.call for s in map(on.steps.__getitem__, walk) if s.call}

    def follow(state: int, done: int, path: list[int]) -> Iterator[list[int]]:
        if done == len(order):
            yield path
        for number in on.leaving[state]:
            step = on.steps[number]
            if step.hidden:
                if done < len(order) and (step.caller, step.action, step.decided) == order[done]:
                    yield from follow(step.target, done + 1, [*path, number])
            elif step.call is None or calls.get((step.caller, on.made[state][step.caller])) == step.call:
                yield from follow(step.target, done, [*path, number])

    return follow(0, 0, [])


@pytest.mark.parametrize("name", ["stream-1", "stream-rendezvous"])
def test_a_walk_covers_all_walks_that_are_the_same_to_the_channel(name: str) -> None:
    walks = Walks(graph(name))
    for target in range(0, len(walks.graph.steps), 17):
        walk = walks.through(target, ())
        assert target in walk
        assert walks.covered(walk) == {number for path in walks_like(walks.graph, walk) for number in path}


@pytest.mark.parametrize("name", ["leaving-kinds-1", "misuse-rendezvous"])
def test_there_is_a_walk_through_every_transition(name: str) -> None:
    walks = Walks(graph(name))
    steps = walks.graph.steps
    wanted = set(range(len(steps)))
    chosen = 0
    while wanted:
        target = min(wanted)
        walk = walks.through(target, wanted)
        assert steps[walk[0]].source == 0
        assert all(steps[one].target == steps[two].source for one, two in pairwise(walk))
        assert not walks.graph.leaving[steps[walk[-1]].target]
        covered = walks.covered(walk)
        assert target in covered
        wanted -= covered
        chosen += 1
    assert chosen < len(steps) / 10


def test_the_reference_has_every_transition(row: Callable[..., Row]) -> None:
    found = row("transitions")
    assert found.verdict.passed
    assert found.verdict.detail == "every transition"
    assert found.covered.startswith("632 of 632 transitions, 5 configurations, ")
    again = row("transitions")
    assert (again.covered, again.executions) == (found.covered, found.executions)


@pytest.mark.parametrize("name", ["queue", "simplequeue"])
def test_a_queue_has_every_transition_of_what_it_claims(name: str, row: Callable[..., Row]) -> None:
    found = row("transitions", name, profile="default")
    assert found.verdict.passed, found
    assert "drop (not claimed)" in found.skipped
    assert "guarded (not claimed)" in found.skipped


def test_what_is_not_claimed_is_in_no_configuration(broken: Callable[[str], str]) -> None:
    found = configurations(load(broken("sound")), 6_000)
    assert found
    assert not any("rendezvous" in name for name in found)
    for menu in found.values():
        calls = [(who, call) for who, turns in menu.calls.items() for turn in turns for call in turn]
        assert not [call for _, call in calls if "timeout" in call["operation"]]
        assert len({who for who, call in calls if call["handle"] == "rx"}) <= 1, "two callers use the receiver"


@pytest.mark.parametrize("name", ["lost_message", "early_close", "newest_first"])
def test_a_broken_channel_is_rejected_by_this_row_alone(
    name: str, row: Callable[..., Row], broken: Callable[[str], str]
) -> None:
    found = row("transitions", broken(name), profile="default")
    assert found.verdict.kind is Kind.FAILED
    assert found.failure is not None
    again = replay(found.failure.schedule)
    assert again.failure is not None
    assert found.failure.message in again.failure.message


def test_the_path_is_told_in_words_and_as_short_as_can_be(
    row: Callable[..., Row], broken: Callable[[str], str]
) -> None:
    found = row("transitions", broken("lost_wakeup"))
    assert found.failure is not None
    assert found.failure.message == "r's rx.recv() blocks, and must come to Disconnected"
    assert found.program.splitlines()[1:] == [" 1  r  rx.recv()", " 2  a  ta.drop():  a → Ok", " 3  time passes"]
    assert [statement.number for statement in found.statements] == [31, 47]


def test_what_is_not_reached_is_no_pass(row: Callable[..., Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_covering, "VARIANTS", 0)
    found = row("transitions")
    assert found.verdict.kind is Kind.BUDGET
    assert found.verdict.detail == "632 transitions not reached"
    first, second, *_, last = found.program.splitlines()
    assert first == "not reached:"
    assert second == "stream-rendezvous: start of a's send with [] in the buffer"
    assert last == "and 629 more"


def test_what_is_optional_is_counted_apart(mutant: Callable[[str], str]) -> None:
    """Two receives at once: a second one must be refused if the first one sleeps, and may be if it does not."""
    calls = value_of("Crowd")
    two = Record({"a": calls["a"][:1], "r": (calls["r"][0],), "s": calls["s"]})
    on = graph_of(Menu(capacity=1, senders=value_of("OneTx"), calls=two))
    required = on.required()
    run = Run(subject=load(mutant("right")), profile=PROFILES["quick"], seed=0, deadline=None, ends=None)
    driver = Driver(run.subject)
    covering = _covering.Covering("transitions", run, driver, {"two": on}, total=len(required))
    with driver:
        covering.go()
    assert covering.verdict.passed
    assert covering.covered == len(required) < len(on.steps)
    assert covering.taken < len(on.steps) - len(required)


def test_a_deadline_is_no_pass() -> None:
    now = time.perf_counter()
    run = Run(subject=load(None), profile=PROFILES["quick"], seed=0, deadline=0.5, ends=now)
    found = transitions.check(run)
    assert found.verdict.kind is Kind.BUDGET
    assert "0 of 632 transitions" in found.verdict.detail


def test_who_must_wait_is_begun_before_he_need_not() -> None:
    on = graph("stream-1")
    walks = Walks(on)
    target = next(n for n, s in enumerate(on.steps) if s.hidden and on.made[s.source] == {"a": 2, "r": 1})
    walk = walks.through(target, ())
    early, late = (script(on, walk, eager=eager, depth=0) for eager in (True, False))
    assert early is not None
    assert late is not None
    assert [line[:2] for line in early.lines[:3]] == [
        ("a", ("send", "ta", "a1")),
        ("a", ("send", "ta", "a2")),
        ("r", ("recv",)),
    ]
    assert [line[0] for line in late.lines[:3]] == ["a", "r", "a"]


SEND = ("a", ("send", "ta", 1), 1.0, False)
AGAIN = ("b", ("send", "ta", 2), 1.0, False)
TIMED = ("a", ("send_timeout", "ta", 1, 0.5), 1.0, False)
LATER = ("a", ("send_timeout", "ta", 1, 9.0), 1.0, False)
RECEIVE = ("r", ("recv",), 1.0, False)


def begins(caller: str, line: int) -> Event:
    return "begins", caller, line, float(line)


def ends(caller: str, line: int, word: str) -> Event:
    return "ends", caller, word, line + 0.5


def over(line: int) -> Event:
    return "line", "", line, line + 1.0


WAKES = [begins("r", 0), over(0), begins("a", 1), ends("a", 1, "Ok")]  # if the channel does as it should
FULL = [begins("a", 0), ends("a", 0, "Ok"), over(0), begins("b", 1), ends("b", 1, "Ok")]
LATE = "blocks, though its time is up, and must come to Timeout(1)"


@pytest.mark.parametrize(
    ("capacity", "lines", "events", "message"),
    [
        (1, [SEND], [begins("a", 0), ends("a", 0, "Ok"), over(0)], None),
        (1, [SEND], [begins("a", 0), over(0)], "a's ta.send(1) blocks, and must come to Ok"),
        (0, [SEND], [begins("a", 0), over(0)], None),
        (0, [SEND], [begins("a", 0), ends("a", 0, "Ok")], "a's ta.send(1) came to Ok, and must block"),
        (2, [SEND, AGAIN], FULL, None),
        (1, [SEND, AGAIN], FULL, "b's ta.send(2) came to Ok, and must block"),
        (None, [RECEIVE, SEND], [*WAKES, ends("r", 1, "Ok(1)"), over(1)], None),
        (None, [RECEIVE, SEND], [*WAKES, ends("r", 1, "Ok(2)")], "r's rx.recv() came to Ok(2), and must come to Ok(1)"),
        (None, [RECEIVE, SEND], [*WAKES, over(1)], "r's rx.recv() blocks, and must come to Ok(1)"),
        (0, [TIMED], [begins("a", 0), ends("a", 0, "Timeout(1)"), over(0)], None),
        (0, [TIMED], [begins("a", 0), over(0)], f"a's ta.send_timeout(1, 0.5) {LATE}"),
        (0, [LATER], [begins("a", 0), over(0)], None),
        (
            0,
            [LATER],
            [begins("a", 0), ends("a", 0, "Timeout(1)")],
            "a's ta.send_timeout(1, 9.0) came to Timeout(1), and must block",
        ),
    ],
)
def test_what_was_seen_is_judged(
    capacity: int | None, lines: list[tuple[object, ...]], events: list[Event], message: str | None
) -> None:
    wrong = judged(capacity, ["ta"], lines, events)
    assert (wrong.message if wrong is not None else None) == message
