"""Whether a model knows a call that it lets wait for ever. One that it does not know would wait, too: a typing error in
the model would justify every hang.

`step` yields nothing in both cases, so what it yields in the states of a history does not tell: a ``get`` is right to
wait where nobody ever puts. A model knows a call

* that it names: in its list `names` if it has one, else in its code, or in a table that its code looks into;
* or for which it has a way in some state: the first ones that its own calls lead to, those of the history and those
  that its code names. That is for a model whose last ``else`` takes what is left.

It knows code and states; it must not know histories.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import CodeType
from typing import Any, Final

from duckrace._errors import UsageError

from ._model import Invocation, Machine, OutOfSteps

STATES: Final = 200
"""So many states are looked at. Where they do not do, the model has to say it: no limit is a pass."""
CALLS: Final = 40
"""So many different calls are made in each."""


def must_know(machine: Machine, waiting: Collection[Invocation], called: Iterable[Invocation]) -> None:
    """Raise UsageError for a call that waits at the end and that the model does not know. `called` are all calls."""
    model = machine.model
    declared = getattr(model, "names", None)
    if declared is not None:
        if isinstance(declared, str) or not isinstance(declared, Collection):
            raise UsageError(f"{machine.name}.names is {declared!r}: list the names of the calls that the model knows.")
        names = set(declared)
    else:  # which takes a while, and most histories are without
        names = {word for word in _words(model) if word.isidentifier()} if waiting else set()
    for what in waiting:
        if what.name not in names and (declared is not None or not _has_a_way(model, what, called, names)):
            raise UsageError(
                f"{what} waits for ever, and {machine.name} does not know it: step has no way for it in any state "
                f"that was tried, and does not name it. If it is right to wait, list {what.name!r} in "
                f"{machine.name}.names, with the other calls that the model knows."
            )


def _has_a_way(model: Any, what: Invocation, called: Iterable[Invocation], names: Collection[str]) -> bool:
    machine = Machine(model, most=STATES * CALLS)  # of its own: these states were not met
    calls = list(called)
    arguments: list[tuple[Any, ...]] = [(), (0,)]
    arguments += [one.arguments for one in calls if one.arguments not in arguments][:4]
    calls += [Invocation(name, some) for name in sorted(names) for some in arguments]
    calls = [one for number, one in enumerate(calls) if one not in calls[:number]][:CALLS]
    state = machine.initial()
    while state < min(len(machine.states), STATES):
        try:
            if machine.ways(state, what):
                return True
            for one in calls:
                try:
                    machine.ways(state, one)
                except UsageError:  # made up, with arguments that the call does not have
                    continue
        except OutOfSteps:
            return False
        state += 1
    return False


def _words(model: Any) -> Iterator[str]:
    """Every string that the methods of the model have in them, or in what they look into; and its methods' names."""
    for kind in type(model).__mro__[:-1]:
        for name, value in vars(kind).items():
            if not name.startswith("__"):
                yield name
                yield from _strings(value)
            function = inspect.unwrap(getattr(value, "__func__", value)) if callable(value) else value
            code = getattr(function, "__code__", None)
            if code is not None:
                yield from _constants(code, function.__globals__)
                for cell in function.__closure__ or ():
                    yield from _strings(_content(cell))
    for value in getattr(model, "__dict__", {}).values():
        yield from _strings(value)


def _constants(code: CodeType, around: Mapping[str, Any]) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _constants(constant, around)
        else:
            yield from _strings(constant)
    for name in code.co_names:
        yield from _strings(around.get(name))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (key for key in list(value) if isinstance(key, str))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from (one for one in list(value) if isinstance(one, str))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # empty
        return None
