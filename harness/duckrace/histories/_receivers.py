"""A channel with several receivers as one with one receiver: the models have one, and the search knows no other.

All receivers take from the same queue, so a receive may be made on any of them. What they differ in is when they go,
and only the last one's going is seen: it happens in one gap from the latest call of a drop to before the latest return
(`_closing`), since the other drops can have happened at their calls. So the clones are left out, and the drops are one.

Of receives that are suspended at the end, all ask for the same thing, and one of them stands for all. The model would
refuse the others: there, two that wait are two in one receiver (contract 87).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from duckrace_models import RECEIVER, Call, Ok

from ._history import History, Operation
from ._model import Cancelled


def one_receiver(history: History) -> History:
    """The history in which all use one receiver. Handles are not used after their drops, nor dropped twice."""
    receivers: set[Hashable] = {RECEIVER}
    drops: list[Operation] = []
    kept: list[Operation] = []
    waits = False
    for operation in history.operations:  # by call: a clone comes before what it makes is used
        what = operation.what
        if what.handle not in receivers:
            kept.append(operation)
        elif what.operation == "clone":
            if isinstance(operation.result, Ok):
                receivers.add(what.value)
        elif what.operation == "drop":
            if not isinstance(operation.result, Cancelled):
                drops.append(operation)
        elif not operation.suspended or not waits:
            waits = waits or operation.suspended
            kept.append(replace(operation, what=replace(what, handle=RECEIVER)))
    if len(drops) == len(receivers):
        process = f"the last drop of {len(drops)} receivers"
        rets = [drop.ret for drop in drops if drop.ret is not None]
        ret = max(rets) if len(rets) == len(drops) else None
        what = Call(caller=process, operation="drop", handle=RECEIVER)
        call = max(drop.call for drop in drops)
        kept.append(Operation(process, what, None if ret is None else Ok(), call, ret))
    return History(tuple(kept), history.end)
