"""What the future of a FIFO says about its past: which value went in first, read off the order in which they came out.

If the call that took v out had returned before the call that took w out was made, v was before w in the queue; so the
call that put v in took effect before the one that put w in. If v came out and w never did, v was before w likewise,
provided that nobody may have taken w out unseen: then that rule is left out. Both are exact: no linearization is lost.

The search uses it as an order of effects beside real time. Without it, two values whose ins overlap are put in some
order, and that it was the wrong one shows only when they come out, with everything in between searched in vain.

It knows values that go in and come out; it must not know models or states.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, NamedTuple, TypeAlias

from ._history import Operation

Move: TypeAlias = tuple[Literal["in", "out"], Hashable]


class Conflict(NamedTuple):
    """Two values of which each would have to be before the other. Numbers of operations."""

    put_first: int
    """It had returned before the other one was called."""
    put_second: int
    taken_second: int
    """And yet this one had returned before the first value was taken, if it ever was."""
    taken_first: int | None


def order(
    operations: Sequence[Operation], moves: Mapping[int, Move], *, unseen: bool
) -> tuple[dict[int, tuple[int, ...]], Conflict | None]:
    """For an operation, those that have to take effect before it though they overlap with it, by number; and if there
    are two values that have no order at all, two of them.

    `moves` are those that put a value in or took one out. `unseen`: some call may have taken a value out although it
    did not return with it. Values that are not distinct have no order.
    """
    ins: dict[Hashable, list[int]] = {}
    outs: dict[Hashable, list[int]] = {}
    for number, (way, value) in moves.items():
        (ins if way == "in" else outs).setdefault(value, []).append(number)
    single = {value: numbers[0] for value, numbers in ins.items() if len(numbers) == 1}
    # (return of the take, take, put), in the order of these returns; sooner or later each put precedes all that follow
    taken = sorted(
        (ret, outs[value][0], put)
        for value, put in single.items()
        if len(outs.get(value, ())) == 1 and (ret := operations[outs[value][0]].ret) is not None
    )
    before: dict[int, tuple[int, ...]] = {}
    first = 0  # the puts of all that stand before it in `taken` precede the puts that are still to come
    for value, number in sorted(single.items(), key=lambda item: operations[item[1]].call):
        put, out = operations[number], outs.get(value, [])
        if len(out) > 1 or (not out and (unseen or put.ret is None)):  # of a value that need not be there
            continue
        deadline = operations[out[0]].call if out else None
        while first < len(taken) and operations[taken[first][2]].precedes(put):
            first += 1
        found = []
        for ret, take, other in islice(taken, first, None):
            if deadline is not None and ret >= deadline:
                break
            if put.precedes(operations[other]):
                return before, Conflict(number, other, take, out[0] if out else None)
            if other != number and not operations[other].precedes(put):
                found.append(other)
        if found:
            before[number] = tuple(found)
    return before, None


def due(operations: Sequence[Operation], moves: Mapping[int, Move]) -> dict[int, int]:
    """For an operation that puts a value in, where the value has come out: a good order to try."""
    out = {value: operations[number].ret or 0 for number, (way, value) in moves.items() if way == "out"}
    never = max(out.values(), default=0) + 1
    return {number: out.get(value, never) for number, (way, value) in moves.items() if way == "in"}


def emptied(operations: Sequence[Operation], moves: Mapping[int, Move]) -> set[int]:
    """The positions of returns after which no call is open and all values that went in have come out again.

    Only one state is possible there, if that is all that the state consists of.
    """
    events: list[tuple[int, int, int]] = []
    for number, operation in enumerate(operations):
        balance = {"in": 1, "out": -1}[moves[number][0]] if number in moves else 0
        events.append((operation.call, 1, balance if operation.ret is None else 0))
        if operation.ret is not None:
            events.append((operation.ret, -1, balance))
    found: set[int] = set()
    inside = held = 0
    for position, change, balance in sorted(events):
        inside += change
        held += balance
        if not inside and not held:
            found.add(position)
    return found


def moves_by(operations: Sequence[Operation], fifo: Callable[[Operation], Any]) -> tuple[dict[int, Move], bool]:
    """What the hook `fifo` of a model says of each operation, and whether one may have taken a value out unseen."""
    found: dict[int, Move] = {}
    unseen = False
    for number, operation in enumerate(operations):
        move = fifo(operation)
        if operation.ret is None and (move is None or move[0] != "in"):
            unseen = True
        elif move is not None:
            found[number] = move
    return found, unseen
