"""Why no order explains a history, in words and a drawing.

It knows what is to blame; it must not find that out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final

from duckrace._data import Kind

from ._blame import Blame
from ._draw import called, came_back, lanes, shown
from ._history import Operation
from ._model import Cancelled

MANY: Final = 6
"""So many results or states are named; of more it is said how many there are."""
RECENT: Final = 12
"""So many operations of an order, the last ones."""


def explained(fault: Blame, key: Hashable) -> str:
    """`key` is that of the partition, or None."""
    of = f" (the part {key!r} of it)" if key is not None else ""
    marked = [fault.culprit, *([fault.woken_by] if fault.woken_by is not None else [])]
    lines = [*(_waits(fault, of) if fault.kind is Kind.LOST_WAKEUP else _fits_nowhere(fault, of)), ""]
    if fault.states:
        which = "state is" if len(fault.states) == 1 else "possible states are"
        lines += [f"Before that everything is explained, and the {which} {_either(fault.states)}.", ""]
    lines.append(lanes(fault.drawn, marked=marked))
    drawn = {(operation.process, operation.call) for operation in fault.drawn}
    recent = [
        f"{called(operation.what)} …" if operation == fault.culprit else shown(operation)
        for operation in fault.order
        if (operation.process, operation.call) in drawn
    ]
    if recent and fault.certain:
        begins = ["…"] if len(recent) > RECENT else []
        rest = "What returned" if fault.kind is Kind.LOST_WAKEUP else "The rest"
        lines += ["", f"{rest} is explained by this order, for example: {', '.join(begins + recent[-RECENT:])}."]
    return "\n".join(lines)


def _fits_nowhere(fault: Blame, of: str) -> list[str]:
    named = _named(fault.culprit)
    if not fault.certain:
        return [f"The history{of} is not linearizable: no order was found to go beyond {named}, and all were tried."]
    lines = [f"The history{of} is not linearizable: {named} fits nowhere."]
    if isinstance(fault.culprit.result, Cancelled):
        lines.append("Others were told of its effect, and a call that is cancelled has none.")
    elif fault.allowed:
        only = "only" if fault.every else "for example"
        lines.append(f"The model allows it {only} {_either(map(came_back, fault.allowed))}.")
    elif not fault.every:
        lines.append("Results that the model has for it elsewhere do not fit either.")
    elif fault.known:
        lines.append("The model lets it wait: it should not have returned at all.")
    else:
        lines.append(f"In no state that was met has the model a result for {called(fault.culprit.what)}: is it known?")
    return lines


def _waits(fault: Blame, of: str) -> list[str]:
    named = _named(fault.culprit)
    if fault.effective:
        return [
            f"Lost wake-up: {named} for ever{of}, though it must have taken effect.",
            "What others were told is explained with its effect only; so it should have returned.",
        ]
    lines = [f"Lost wake-up: {named} for ever{of}, and need not."]
    if fault.woken_by is not None:
        lines.append(f"From the effect of {_named(fault.woken_by)} on it could have gone on, and nobody woke it.")
    else:
        lines.append("The model lets it go on, as it did when it was called.")
    return lines


def _named(operation: Operation) -> str:
    return f"{operation.process}: {shown(operation)}"


def _either(texts: Iterable[str]) -> str:
    every = list(texts)
    if len(every) > MANY:
        return f"{', '.join(every[:MANY])} or {len(every) - MANY} more"
    return " or ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
