"""What the future of a FIFO says about its past: which value went in first, read off the order in which they came out.

If the call that took v out had returned before the call that took w out was made, v was before w in the queue; so the
call that put v in took effect before the one that put w in. If v came out and w never did, v was before w likewise,
provided that nobody may have taken w out unseen: then that rule is left out. Both are exact: no linearization is lost.

The search uses it as an order of effects beside real time. Without it, two values whose ins overlap are put in some
order, and that it was the wrong one shows only when they come out, with everything in between searched in vain.

It knows values that go in and come out; it must not know models or states.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ._history import Operation

Move: TypeAlias = tuple[Literal["in", "out"], Hashable]


def order(operations: Sequence[Operation], moves: Mapping[int, Move], *, unseen: bool) -> dict[int, tuple[int, ...]]:
    """For an operation, those that have to take effect before it though they overlap with it, by number.

    `moves` are those that put a value in or took one out. `unseen`: some call may have taken a value out although it
    did not return with it. Values that are not distinct have no order.
    """
    ins: dict[Hashable, list[int]] = {}
    outs: dict[Hashable, list[int]] = {}
    for number, (way, value) in moves.items():
        (ins if way == "in" else outs).setdefault(value, []).append(number)
    received = sorted(
        (
            (operations[outs[value][0]], number[0])
            for value, number in ins.items()
            if len(number) == 1 and len(outs.get(value, ())) == 1 and operations[outs[value][0]].ret is not None
        ),
        key=lambda pair: _return(pair[0]),
    )
    before: dict[int, tuple[int, ...]] = {}
    for value, numbers in ins.items():
        if len(numbers) != 1:
            continue
        number, out = numbers[0], outs.get(value, [])
        if not out:
            if unseen or operations[number].ret is None:  # a value that need not even be there
                continue
            deadline = None
        elif len(out) == 1:
            deadline = operations[out[0]].call
        else:
            continue
        put = operations[number]
        found = []
        for taking, other in received:
            if deadline is not None and _return(taking) >= deadline:
                break
            if other != number and not operations[other].precedes(put):
                found.append(other)
        if found:
            before[number] = tuple(found)
    return before


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


def _return(operation: Operation) -> int:
    assert operation.ret is not None
    return operation.ret


def moves_by(operations: Sequence[Operation], fifo: Any) -> tuple[dict[int, Move], bool]:
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
