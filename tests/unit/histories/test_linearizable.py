"""What `linearizable` says: verdicts, words, limits, and one sentence for what cannot be used."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

import pytest

import duckrace
from duckrace import Kind, UsageError, Verdict
from duckrace.histories import Cancelled, Event, History, Invocation, Operation, Raised, history, judge
from duckrace_models import (
    RECEIVER,
    Bounded,
    Call,
    ConcurrentReceive,
    Disconnected,
    Empty,
    Full,
    Ok,
    Rendezvous,
    Unbounded,
)


class Register:
    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name == "read":
            yield state, state
        elif name == "write":
            yield None, arguments[0]


class Semaphore:
    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name == "up":
            yield None, state + 1
        elif name == "down" and state:
            yield None, state - 1
        elif name == "try_down":
            yield (None, state - 1) if state else (Raised("Busy"), state)


class Blind:
    """A queue that does not say so."""

    def initial(self) -> tuple[int, ...]:
        return ()

    def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
        if name == "put":
            yield None, (*state, *arguments)
        elif state:
            yield state[0], state[1:]
        elif name == "try_take":
            yield None, state


class Queue(Blind):
    def fifo(self, operation: Operation) -> tuple[str, int] | None:
        if operation.what.name == "put":
            return "in", operation.what.arguments[0]
        return None if operation.result is None else ("out", operation.result)


class Keyed:
    """Registers by name."""

    partition_calls = 0

    def initial(self) -> frozenset[tuple[str, int]]:
        return frozenset()

    def step(self, state: frozenset[tuple[str, int]], name: str, arguments: tuple[Any, ...]) -> Iterator[Any]:
        held = dict(state)
        if name == "read":
            yield held.get(arguments[0]), state
        else:
            yield None, frozenset((held | {arguments[0]: arguments[1]}).items())

    def partition(self, operation: Operation) -> str:
        type(self).partition_calls += 1
        return str(operation.what.arguments[0])


# -- verdicts and words ----------------------------------------------------------------------------------------------


def test_an_order_that_explains_it() -> None:
    one = history("""
        A: write(1)
        B: read() -> 1
        C: read() -> 0
        A ->
    """)
    found = duckrace.linearizable(one, Register())
    assert not found.ok
    one = history("""
        C: read()
        A: write(1)
        B: read() -> 1
        C -> 0
        A ->
    """)
    found = duckrace.linearizable(one, Register())
    assert found.ok
    assert found
    assert found.verdict == Verdict(kind=Kind.PASSED)
    assert found.explanation == ""
    assert [operation.process for operation in found.witness] == ["C", "A", "B"]
    found.raise_for_failure()


def test_what_fits_nowhere_and_what_the_model_allows() -> None:
    found = duckrace.linearizable(
        history("""
            A: write(1)
            B: read() -> 1
            B: read() -> 0
            A ->
        """),
        Register(),
    )
    assert not found
    assert str(found.verdict) == "FAILED(not linearizable)"
    assert found.culprit is not None
    assert (found.culprit.process, found.culprit.call) == ("B", 3)
    assert found.allowed == (1,)
    assert (
        found.explanation
        == """\
The history is not linearizable: B: read() → 0 fits nowhere.
The model allows it only 1.

A  |write(1) …-----------------
B    |read() → 1| >read() → 0<

The rest is explained by this order, for example: write(1), read() → 1."""
    )
    with pytest.raises(duckrace.CheckFailed, match="fits nowhere"):
        found.raise_for_failure()


def test_a_long_history_is_shown_from_where_all_was_quiet() -> None:
    text = "\n".join(f"A: write({n}) ->\nB: read() -> {n}" for n in range(20))
    found = duckrace.linearizable(history(text + "\nA: write(7)\nB: read() -> 3\nA ->"), Register())
    assert "Before that everything is explained, and the state is 19." in found.explanation
    assert "The model allows it only 7 or 19." in found.explanation
    assert found.explanation.count("write") == 1
    assert len(found.witness) > 20


def test_a_call_that_should_have_waited() -> None:
    found = duckrace.linearizable(history("A: down() ->"), Semaphore())
    assert "The model lets it wait: it should not have returned at all." in found.explanation or (
        "has the model a result for down()" in found.explanation
    )
    found = duckrace.linearizable(history("A: up() ->\nA: down() ->\nB: down() ->"), Semaphore())
    assert "The model lets it wait: it should not have returned at all." in found.explanation
    found = duckrace.linearizable(history("A: upp() ->"), Semaphore())
    assert "In no state that was met has the model a result for upp(): is it known?" in found.explanation


def test_a_call_that_waits_for_ever_and_who_should_have_woken_it() -> None:
    found = duckrace.linearizable(
        history("""
            A: down()
            B: down()
            C: up() ->
            B ->
            C: up() ->
            C: try_down() raises Busy
            A waits
        """),
        Semaphore(),
    )
    assert found.verdict.kind is Kind.LOST_WAKEUP  # A has taken the second one, or else C could not be told Busy
    assert "though it must have taken effect" in found.explanation
    found = duckrace.linearizable(
        history("""
            A: down()
            B: down()
            C: up() ->
            B ->
            D: up() ->
            A waits
        """),
        Semaphore(),
    )
    assert found.verdict == Verdict(kind=Kind.LOST_WAKEUP)
    assert found.culprit is not None
    assert found.culprit.process == "A"
    assert found.woken_by is not None
    assert found.woken_by.process == "D"
    assert found.explanation.startswith(
        "Lost wake-up: A: down() waits for ever, and need not.\n"
        "From the effect of D: up() on it could have gone on, and nobody woke it.\n"
    )


def test_a_call_that_is_right_to_wait() -> None:
    assert duckrace.linearizable(history("A: down()\nC: up() ->\nB: down() ->\nA waits"), Semaphore())


@pytest.mark.parametrize("model", [Register(), Semaphore()])
def test_a_call_that_waits_and_that_the_model_does_not_know(model: Any) -> None:
    name = type(model).__name__
    with pytest.raises(UsageError, match=rf"inc\(\) waits for ever, and {name} does not know it.*list 'inc' in {name}"):
        duckrace.linearizable(history("A: inc()\nA waits"), model)
    with pytest.raises(UsageError, match="does not know it"):
        duckrace.linearizable(history("B: write(1) ->\nC: up()\nA: inc(1)\nA waits"), Both())


class Both:
    """Without end, and it says what it knows in a table."""

    table: ClassVar = {"up": 1, "write": 2}

    def initial(self) -> int:
        return 0

    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        if name in self.table:
            yield None, state + self.table[name]


class Closed(Both):
    def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
        yield from ()


class Listed(Closed):
    names = ("shut",)


def test_a_call_that_is_known_and_always_waits() -> None:
    """Nobody ever puts: so nobody sees that the model has a way for it. What its code names or takes is known."""
    for model, text in (
        (Semaphore(), "A: down()"),
        (Queue(), "A: take()"),  # the last branch takes every name
        (Closed(), "A: up()"),
        (Listed(), "A: shut()"),
    ):
        assert duckrace.linearizable(history(f"{text}\nA waits"), model)
    with pytest.raises(UsageError, match="does not know it"):
        duckrace.linearizable(history("A: up()\nA waits"), Listed())
    Listed.names = "shut"  # type: ignore[assignment]
    with pytest.raises(UsageError, match=r"Listed.names is 'shut'"):
        duckrace.linearizable(history("A: up()\nA waits"), Listed())


def test_a_call_that_never_had_to_wait() -> None:
    found = duckrace.linearizable(history("C: up() ->\nA: down()\nA waits"), Semaphore())
    assert found.verdict.kind is Kind.LOST_WAKEUP
    assert found.woken_by is None
    assert "as it did when it was called" in found.explanation


def test_a_call_that_waits_and_has_taken_effect() -> None:
    found = duckrace.linearizable(history("A: up()\nB: down() ->\nA waits"), Semaphore())
    assert found.verdict.kind is Kind.LOST_WAKEUP
    assert "though it must have taken effect" in found.explanation


def test_all_that_wait_must_be_right_to_wait_at_once() -> None:
    """C may have taken effect or not: either A or B would have to go on, so one of them is wrong to wait."""

    class Switch:
        def initial(self) -> bool:
            return False

        def step(self, on: bool, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, bool]]:
            if name == "toggle":
                yield None, not on
            elif (name == "wait_on") == on:
                yield None, on

    assert duckrace.linearizable(history("A: wait_on()\nC: toggle()\nA waits"), Switch())
    assert duckrace.linearizable(history("B: wait_off()\nC: toggle()\nB waits"), Switch())
    found = duckrace.linearizable(history("A: wait_on()\nB: wait_off()\nC: toggle()\nA waits\nB waits"), Switch())
    assert found.verdict.kind is Kind.LOST_WAKEUP


def test_calls_of_unknown_end_may_have_taken_effect_or_not() -> None:
    for seen in (0, 1):
        assert duckrace.linearizable(history(f"A: write(1)\nB: read() -> {seen}"), Register())
    assert not duckrace.linearizable(history("A: write(1)\nB: read() -> 1\nB: read() -> 0"), Register())
    assert not duckrace.linearizable(history("A: read() -> 1\nB: write(1)"), Register())


def test_a_cancelled_call_had_no_effect() -> None:
    assert duckrace.linearizable(history("A: write(1)\nA is cancelled\nB: read() -> 0"), Register())
    found = duckrace.linearizable(history("A: write(1)\nB: read() -> 1\nA is cancelled"), Register())
    assert "A: write(1) is cancelled fits nowhere" in found.explanation
    assert "Others were told of its effect, and a call that is cancelled has none." in found.explanation


def test_exceptions_are_results() -> None:
    assert duckrace.linearizable(history("A: try_down() raises Busy"), Semaphore())
    found = duckrace.linearizable(history("A: up() ->\nA: try_down() raises Busy"), Semaphore())
    assert "try_down() raises Busy fits nowhere" in found.explanation
    assert Raised(ValueError("three")) == Raised("ValueError") == Raised(ValueError)


def test_results_that_cannot_be_listed() -> None:
    class Identities:
        """Numbers that are given out once; which, is nobody's business."""

        def initial(self) -> int:
            return 0

        def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
            yield f"above {state}", state + 10

        def matches(self, allowed: str, actual: int) -> bool:
            return actual > int(allowed.split()[1])

    assert duckrace.linearizable(history("A: new() -> 3\nA: new() -> 11"), Identities())
    found = duckrace.linearizable(history("A: new() -> 3\nA: new() -> 4"), Identities())
    assert "A: new() → 4 fits nowhere" in found.explanation


def test_keys_are_searched_by_themselves() -> None:
    rng = random.Random(1)
    events = []
    for number in range(60):
        key = f"k{number % 12}"
        events.append(f"P{number}: write('{key}', {rng.randrange(3)})")
    events += [f"P{number} ->" for number in range(60)]
    Keyed.partition_calls = 0
    found = duckrace.linearizable(history("\n".join(events)), Keyed())
    assert found.ok
    assert Keyed.partition_calls == 60
    assert len(found.witness) == 60
    assert found.steps == 60
    found = duckrace.linearizable(history("\n".join([*events, "Z: read('k3') -> 9"])), Keyed())
    assert found.explanation.startswith("The history (the part 'k3' of it) is not linearizable: Z: read('k3') → 9")


def test_the_witness_of_all_keys_keeps_real_time() -> None:
    one = history("A: write('a', 1) ->\nB: write('b', 2) ->\nA: read('a') -> 1\nB: read('b') -> 2")
    found = duckrace.linearizable(one, Keyed())
    assert found.witness == one.operations


# -- lookahead -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_lookahead_prunes_and_changes_no_verdict(seed: int) -> None:
    rng = random.Random(seed)
    right = wrong = 0
    for _ in range(60):
        events: list[Event] = []
        queue: list[int] = []
        inside: dict[int, list[Any]] = {}
        made = value = 0
        while made < 14 or inside:
            process = rng.randrange(3)
            if process not in inside:
                if made < 14:
                    made += 1
                    what = Invocation("try_take")
                    if rng.random() < 0.5:
                        value += 1
                        what = Invocation("put", (value,))
                    inside[process] = [what, False, None]
                    events.append(Event("call", process, what))
            elif not inside[process][1]:
                call = inside[process]
                call[1] = True
                if call[0].name == "put":
                    queue.append(call[0].arguments[0])
                else:
                    call[2] = queue.pop(0) if queue else None
            else:
                events.append(Event("return", process, inside.pop(process)[2]))
        taken = [n for n, event in enumerate(events) if event.kind == "return" and event.payload is not None]
        if len(taken) > 1 and rng.random() < 0.6:
            one, other = rng.sample(taken, 2)
            events[one], events[other] = (
                events[one]._replace(payload=events[other].payload),
                events[other]._replace(payload=events[one].payload),
            )
        done = History.of(events)
        blind, ahead = duckrace.linearizable(done, Blind()), duckrace.linearizable(done, Queue())
        assert blind.verdict == ahead.verdict
        assert blind.culprit == ahead.culprit
        right, wrong = right + ahead.ok, wrong + (not ahead.ok)
    assert right > 10
    assert wrong > 10


def test_lookahead_finds_what_the_search_alone_does_not() -> None:
    puts = [f"P{n}: put({n})" for n in range(12)]
    returns = [f"P{n} ->" for n in range(12)]
    takes = [f"A: take() -> {n}" for n in reversed(range(12))]
    one = history("\n".join([*puts, *returns, *takes]))
    assert duckrace.linearizable(one, Queue(), max_steps=100).ok
    assert duckrace.linearizable(one, Blind(), max_steps=10_000).verdict.kind is Kind.BUDGET


def test_values_without_an_order_are_shown_alone() -> None:
    middle = "\n".join(f"C: put({n}) ->" for n in range(10, 30))
    one = history(f"A: put(1) ->\nB: put(2) ->\n{middle}\nA: take() -> 2\nB: take() -> 1")
    found = duckrace.linearizable(one, Queue())
    assert found.culprit is not None
    assert found.culprit.result == 2
    assert found.allowed == (1,)
    assert "put(1)" in found.explanation
    assert "put(10)" not in found.explanation


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [{"max_steps": 50}, {"max_entries": 20}])
def test_an_exhausted_budget_is_no_answer(limit: dict[str, int]) -> None:
    puts = [f"P{n}: put({n})" for n in range(9)]
    returns = [f"P{n} ->" for n in range(9)]
    takes = [f"A: take() -> {n}" for n in reversed(range(9))]
    found = duckrace.linearizable(history("\n".join([*puts, *returns, *takes])), Blind(), **limit)
    assert found.verdict.kind is Kind.BUDGET
    assert not found.ok
    assert "not known" in found.explanation
    with pytest.raises(UsageError, match="is not known"):
        bool(found)
    with pytest.raises(duckrace.CheckFailed, match="not known"):
        found.raise_for_failure()


def test_a_fault_in_one_key_is_a_fault_though_another_one_is_undecided() -> None:
    hard = [f"P{n}: write('hard', {n})" for n in range(12)] + [f"P{n} ->" for n in range(12)]
    hard += ["A: read('hard') -> 99"]
    easy = ["A: write('easy', 1) ->", "A: read('easy') -> 2"]
    found = duckrace.linearizable(history("\n".join([*easy, *hard])), Keyed(), max_steps=300)
    assert found.verdict.kind is Kind.FAILED
    found = duckrace.linearizable(history("\n".join(hard)), Keyed(), max_steps=300)
    assert found.verdict.kind is Kind.BUDGET


# -- channels --------------------------------------------------------------------------------------------------------


def made(process: int, operation: str, handle: str, value: object = None) -> Event:
    return Event("call", process, Call(caller=process, operation=operation, handle=handle, value=value))  # type: ignore[arg-type]


def back(process: int, response: object) -> Event:
    return Event("return", process, response)


def both(process: int, operation: str, handle: str, response: object, value: object = None) -> list[Event]:
    return [made(process, operation, handle, value), back(process, response)]


def test_a_receive_that_nobody_woke() -> None:
    events = [made(1, "recv", RECEIVER), *both(2, "send", "tx", Ok(), 5)]
    found = duckrace.linearizable(History.of(events, suspended=[1]), Unbounded())
    assert found.verdict.kind is Kind.LOST_WAKEUP
    assert found.woken_by is not None
    assert found.woken_by.what.operation == "send"
    assert duckrace.linearizable(History.of(events), Unbounded())
    assert duckrace.linearizable(History.of(events[:1], suspended=[1]), Unbounded())


def test_the_last_drop_should_have_woken_it() -> None:
    events = [made(1, "recv", RECEIVER), *both(2, "drop", "a", Ok()), *both(2, "drop", "b", Ok())]
    found = duckrace.linearizable(History.of(events, suspended=[1]), Unbounded())
    assert found.woken_by is not None
    assert found.woken_by.what.handle == "b"


def test_a_sender_that_is_never_used_keeps_the_channel_open() -> None:
    events = [made(1, "recv", RECEIVER), *both(2, "drop", "a", Ok())]
    one = History.of(events, suspended=[1])
    assert not duckrace.linearizable(one, Unbounded())
    assert duckrace.linearizable(one, Unbounded(), senders=["a", "b"])
    with pytest.raises(UsageError, match="Only the models of channels have senders"):
        duckrace.linearizable(ONE, Register(), senders=["a"])
    cloned = History.of(both(1, "clone", "a", Ok("b"), "b"))
    with pytest.raises(UsageError, match="is made by a clone"):
        duckrace.linearizable(cloned, Unbounded(), senders=["b"])


def test_a_message_that_is_lost_to_disconnection() -> None:
    events = [
        *both(1, "send", "tx", Ok(), 5),
        *both(1, "drop", "tx", Ok()),
        *both(2, "try_recv", RECEIVER, Disconnected()),
    ]
    found = duckrace.linearizable(History.of(events), Unbounded())
    assert found.allowed == (Ok(5),)
    assert "The model allows it only Ok(5)." in found.explanation


def test_full_and_empty_at_once() -> None:
    events = [*both(1, "try_send", "tx", Full(1), 1), *both(2, "try_recv", RECEIVER, Empty())]
    assert not duckrace.linearizable(History.of(events), Bounded(capacity=1))
    assert duckrace.linearizable(History.of(events), Rendezvous())


def test_a_rendezvous_needs_somebody_who_waits() -> None:
    meet = [made(1, "recv", RECEIVER), *both(2, "send", "tx", Ok(), 5), back(1, Ok(5))]
    assert duckrace.linearizable(History.of(meet), Rendezvous())
    alone = both(2, "send", "tx", Ok(), 5)
    assert not duckrace.linearizable(History.of(alone), Rendezvous())
    both_wait = [made(1, "recv", RECEIVER), made(2, "send", "tx", 5)]
    found = duckrace.linearizable(History.of(both_wait, suspended=[1, 2]), Rendezvous())
    assert found.verdict.kind is Kind.LOST_WAKEUP


def test_a_receive_is_refused_while_another_one_returns() -> None:
    """1 has its message and has not returned; 2 is refused; and that it returns at last does not undo it (87)."""
    events = [
        *both(3, "send", "tx", Ok(), 5),
        made(1, "recv", RECEIVER),
        made(2, "recv", RECEIVER),
        back(1, Ok(5)),
        back(2, ConcurrentReceive()),
    ]
    assert duckrace.linearizable(History.of(events), Unbounded())
    late = [*events[:3], back(1, Ok(5)), *both(2, "recv", RECEIVER, ConcurrentReceive())]
    assert not duckrace.linearizable(History.of(late), Unbounded())


def test_an_interrupted_send_has_no_ghost() -> None:
    events = [made(1, "send", "tx", 5), back(1, Cancelled())]
    assert duckrace.linearizable(History.of([*events, *both(2, "try_recv", RECEIVER, Empty())]), Bounded(capacity=1))
    ghost = History.of([*events, *both(2, "try_recv", RECEIVER, Ok(5))])
    assert not duckrace.linearizable(ghost, Bounded(capacity=1))


# -- what cannot be used ---------------------------------------------------------------------------------------------


class Wrong:
    def __init__(self, answer: Any, state: Any = 0) -> None:
        self.answer = answer
        self.state = state

    def initial(self) -> Any:
        return self.state

    def step(self, state: Any, name: str, arguments: tuple[Any, ...]) -> Any:
        return self.answer


ONE = History.of([("call", "A", Invocation("go")), ("return", "A", None)])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (Register, "Register is a class; give a model, Register()."),
        (object(), "object is no model: it has no method initial()"),
        (Wrong(None), r"Wrong.step returned None for go\(\): yield \(result, state after the call\)"),
        (Wrong(3), r"Wrong.step returned 3 for go\(\)"),
        (Wrong([3]), r"Wrong.step gave 3 for go\(\)"),
        (Wrong((None, 1)), r"Wrong.step gave None for go\(\)"),
        (Wrong([], state=[]), r"The state \[\] of Wrong, from initial\(\), is not hashable: use numbers"),
        (Wrong([(None, [1])]), r"The state \[1\] of Wrong, from step for go\(\), is not hashable"),
        (Unbounded(), "A channel's model explains calls of a channel"),
    ],
)
def test_what_is_no_model(model: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        duckrace.linearizable(ONE, model)


def test_what_is_no_history() -> None:
    with pytest.raises(UsageError, match="takes a History"):
        duckrace.linearizable([], Register())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="max_steps is a whole number"):
        duckrace.linearizable(ONE, Register(), max_steps=0)
    strange = replace(ONE, operations=(replace(ONE.operations[0], what="go"),))
    with pytest.raises(UsageError, match="explains Invocation"):
        duckrace.linearizable(strange, Register())
    with pytest.raises(UsageError, match="Unbounded has no try_send"):
        duckrace.linearizable(History.of(both(1, "try_send", "tx", Ok(), 1)), Unbounded())
    with pytest.raises(UsageError, match="which is no response"):
        duckrace.linearizable(History.of(both(1, "send", "tx", None, 1)), Unbounded())
    clones = [*both(1, "clone", "tx", Ok("b"), "b"), *both(1, "clone", "tx", Ok("b"), "b")]
    with pytest.raises(UsageError, match="No program has this history"):
        duckrace.linearizable(History.of(clones), Unbounded())


def test_what_is_no_log() -> None:
    for events, sentence in (
        ([1], "event 0 is 1; it must be"),
        ([("call", "A")], r"event 0 is \('call', 'A'\); it must be"),
        ([("call", [], 1)], r"the process \[\] is not hashable"),
    ):
        with pytest.raises(UsageError, match=sentence):
            History.of(events)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"the process \[\] is not hashable"):
        History((Operation([], "go", None, 0, None),), 1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"history\(\) takes a text, and not b'A: x\(\)'"):
        history(b"A: x()")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"judge\(\) takes a History, and not 'x'"):
        judge("x")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"the message \[1\] is not hashable"):
        judge(History.of(both(1, "send", "tx", Ok(), [1])))


def test_hooks_that_raise() -> None:
    """In one sentence, with the model, the call and the state; the error itself is the cause."""

    class Raises(Register):
        def __init__(self, hook: str) -> None:
            def fail(*_: Any) -> Any:
                raise LookupError("here")

            setattr(self, hook, fail)

    class Generates(Register):
        def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
            yield state, state
            raise LookupError("here")

    seen = history("A: read() -> 0")
    for model, sentence in (
        (Raises("step"), r"Raises.step raised LookupError\('here'\) for read\(\) in the state 0"),
        (Generates(), r"Generates.step raised LookupError\('here'\) for read\(\) in the state 0"),
        (Raises("matches"), r"Raises.matches raised LookupError\('here'\) for 0 and 0"),
        (Raises("partition"), r"Raises.partition raised LookupError\('here'\) for read\(\)"),
        (Raises("fifo"), r"Raises.fifo raised LookupError\('here'\) for read\(\)"),
    ):
        with pytest.raises(UsageError, match=sentence) as caught:
            duckrace.linearizable(seen, model)
        assert isinstance(caught.value.__cause__, LookupError)

    class Short(Register):
        def step(self, state: int) -> Any:  # type: ignore[override]
            yield state, state

    with pytest.raises(UsageError, match=r"Short.step does not take \(state, name, arguments\)"):
        duckrace.linearizable(seen, Short())  # type: ignore[arg-type]


@pytest.mark.parametrize("move", [3, ("between", 1), ("in",)])
def test_what_fifo_says(move: Any) -> None:
    class Odd(Register):
        def fifo(self, operation: Operation) -> Any:
            return move

    with pytest.raises(UsageError, match=r'Odd.fifo gave .*: return \("in", value\), \("out", value\) or None'):
        duckrace.linearizable(ONE, Odd())
    move = ("in", [1])
    with pytest.raises(UsageError, match=r"Odd.fifo gave \[1\], which is not hashable"):
        duckrace.linearizable(ONE, Odd())


def test_a_step_without_end_is_counted() -> None:
    class Endless(Register):
        def step(self, state: int, name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, int]]:
            for number in count():
                yield number, state

    found = duckrace.linearizable(history("A: read() -> 5"), Endless(), max_steps=1_000)
    assert found.verdict == Verdict(kind=Kind.BUDGET, detail="step yielded more than 1,000 ways")


def test_not_a_number_is_what_it_is() -> None:
    class Nan(Register):
        def initial(self) -> Any:
            return float("nan")

    read = ("call", "A", Invocation("read"))
    for result in (1.0, float("nan")):  # another one, and neither `is` nor `==` it
        found = duckrace.linearizable(History.of([read, ("return", "A", result)]), Nan())
        assert "The model allows it only nan." in found.explanation
    start = float("nan")
    model = Nan()
    model.initial = lambda: start  # type: ignore[method-assign]
    assert duckrace.linearizable(History.of([read, ("return", "A", start)]), model)


def test_partitions_are_hashable() -> None:
    class Odd(Register):
        def partition(self, operation: Operation) -> list[int]:
            return []

    with pytest.raises(UsageError, match=r"Odd.partition gave \[\], which is not hashable"):
        duckrace.linearizable(ONE, Odd())


def test_arguments_and_results_need_not_be_hashable() -> None:
    class Lists:
        def initial(self) -> tuple[int, ...]:
            return ()

        def step(self, state: tuple[int, ...], name: str, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
            if name == "set":
                yield None, tuple(arguments[0])
            else:
                yield list(state), state

    assert duckrace.linearizable(history("A: set([1, 2]) ->\nA: get() -> [1, 2]"), Lists())
    assert not duckrace.linearizable(history("A: set([1, 2]) ->\nA: get() -> [2]"), Lists())


# -- written by hand -------------------------------------------------------------------------------------------------


def test_the_notation() -> None:
    one = history("""
        A: write(1, key='a#b')   # a comment
        B: pop() raises IndexError

        C: take()
        D: go()
        A -> (1, None)
        D is cancelled
        C waits
    """)
    assert [operation.what for operation in one.operations] == [
        Invocation("write", (1, ("key", "a#b"))),
        Invocation("pop"),
        Invocation("take"),
        Invocation("go"),
    ]
    assert [operation.result for operation in one.operations] == [(1, None), Raised("IndexError"), None, Cancelled()]
    assert [operation.suspended for operation in one.operations] == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A", "Line 1 of the history, 'A', is neither"),
        ("\nA: go", "Line 2 of the history, 'A: go', is neither"),
        ("A: go(x)", r"'go\(x\)' is no call with literals"),
        ("A: go() -> x", "'x' is no literal"),
        ("A: go() raises", "names no exception"),
        ("A -> 1", "returns at 0, and is in no call"),
        ("A: go()\nA: go()", "is in a call, and makes another one"),
        ("A waits", "said to be suspended, and is in no call"),
    ],
)
def test_what_cannot_be_read(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        history(text)
