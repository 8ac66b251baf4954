"""The user's model: a state machine of ten lines, and what it is asked.

::

    class Counter:
        def initial(self):
            return 0

        def step(self, state, name, arguments):
            if name == "increment":
                yield None, state + 1
            elif name == "get":
                yield state, state

`step` yields every way in which a call may go: what it returns, and the state after it. Several ways are
nondeterminism; no way at all means that the call has to *wait* in this state. That is why results are yielded and not
handed in: a call whose result nobody knows, a call that waits, and the sentence "there the model allows 3" need no
further method.

It knows the model's side only; it must not know histories or how they are searched.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

from duckrace._errors import UsageError

Ways: TypeAlias = tuple[tuple[Any, int], ...]
"""What a call may return, and the number of the state after it."""


class Model(Protocol):
    """What `linearizable` needs of a model. States are hashable and never changed: ``+=`` on a list is a mistake.

    Optional methods, and what each buys:

    ``matches(self, allowed, actual) -> bool``
        Whether a result is the one that `step` yielded; default ``==``. For results that cannot be listed: yield a
        description, and say here what fits it.
    ``partition(self, operation) -> key``
        Operations of different keys never influence each other: each key is searched by itself, which takes the sum of
        their times and not the product. `operation.what` has a ``name`` and ``arguments``.
    ``fifo(self, operation) -> ("in", value) | ("out", value) | None``
        The object is a queue and nothing else: values come out in the order in which they went in, each once, none is
        forgotten, and no call changes more than that. The search then knows from the order of the outs which in came
        first, where it would have to guess. A call that has not returned has the result None.
    ``names``, strings
        The calls that the model knows. Needed only where `linearizable` asks for it: it cannot see that the model knows
        a call that waits for ever.
    """

    def initial(self) -> Hashable:
        """The state before the first call."""
        ...

    def step(self, state: Any, name: str, arguments: tuple[Any, ...]) -> Iterable[tuple[Any, Hashable]]:
        """Every way in which the call may go in `state`: (result, state after it). None at all: it has to wait."""
        ...


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was called, of an object that a user's model describes."""

    name: str
    arguments: tuple[Any, ...] = ()
    """Positional ones. Of keywords that have no position, pairs ``(keyword, value)``."""

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Raised:
    """The result of a call that raised: compared by the name of the exception's type, ``Raised("Empty")``."""

    kind: str
    message: str = field(default="", compare=False)

    def __init__(self, error: str | type[BaseException] | BaseException) -> None:
        """`error`: the exception, its type or the name of its type."""
        message = str(error) if isinstance(error, BaseException) else ""
        if isinstance(error, BaseException):
            error = type(error)
        object.__setattr__(self, "kind", error if isinstance(error, str) else error.__name__)
        object.__setattr__(self, "message", message)

    def __str__(self) -> str:
        return f"raises {self.kind}"

    def __repr__(self) -> str:
        return f"Raised({self.kind!r})"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The result of a call that was ended from outside and had no effect (contract 88)."""

    def __str__(self) -> str:
        return "is cancelled"


class OutOfSteps(Exception):
    """`step` has yielded more ways than the budget has room for."""


HOW: Final = "yield (result, state after the call) for each way in which the call may go"


class Machine:
    """A model with its states numbered, and every answer of it remembered.

    `most` ways are taken from `step` in all, then OutOfSteps is raised: the ways of one call may have no end.

    Raises UsageError, one sentence, for what is no model, and for a hook that raises; its error is the cause.
    """

    def __init__(self, model: Any, most: int = 1_000_000) -> None:
        self.model = model
        self.left = most
        self.name = type(model).__name__
        if isinstance(model, type):
            raise UsageError(f"{model.__name__} is a class; give a model, {model.__name__}().")
        for method in ("initial", "step"):
            if not callable(getattr(model, method, None)):
                raise UsageError(
                    f"{self.name} is no model: it has no method {method}(). A model has initial() and "
                    "step(state, name, arguments); docs/models.md shows one."
                )
        try:
            inspect.signature(model.step).bind(0, "name", ())
        except TypeError:
            raise UsageError(f"{self.name}.step does not take (state, name, arguments).") from None
        except ValueError:  # of C, and does not say what it takes
            pass
        self._step: Callable[[Any, str, tuple[Any, ...]], Any] = model.step
        self.partition: Callable[[Any], Hashable] | None = getattr(model, "partition", None)
        self.fifo: Callable[[Any], Any] | None = getattr(model, "fifo", None)
        self.describes: Callable[[Any, Any], Any] | None = getattr(model, "matches", None)
        self.states: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._ways: dict[tuple[int, Hashable], Ways] = {}
        self._initial = model.initial

    def initial(self) -> int:
        if not self.states:  # asked once: not-a-number is another one each time
            self._number(self._initial(), "initial()")
        return 0

    def ways(self, state: int, what: Invocation) -> Ways:
        """What a call may do in a state. Remembered for arguments that are hashable."""
        key = (state, (what.name, what.arguments, tuple(map(type, what.arguments))))
        try:
            known = self._ways.get(key)
        except TypeError:  # arguments that are not hashable
            return tuple(self._ask(state, what))
        if known is None:
            known = self._ways[key] = tuple(self._ask(state, what))
        return known

    def matches(self, allowed: Any, actual: Any) -> bool:
        """``is`` or ``==``, as ``in`` does it, if the model does not say otherwise: not-a-number is what it is."""
        try:
            if self.describes is None:
                return allowed is actual or bool(allowed == actual)
            return bool(self.describes(allowed, actual))
        except Exception as error:
            compares = "==" if self.describes is None else f"{self.name}.matches"
            raise UsageError(f"{compares} raised {error!r} for {allowed!r} and {actual!r}.") from error

    def move(self, operation: Any) -> tuple[str, Hashable] | None:
        """What `fifo` says of an operation."""
        assert self.fifo is not None
        move = self._hook("fifo", self.fifo, operation)
        if move is not None:
            if not isinstance(move, tuple) or len(move) != 2 or move[0] not in ("in", "out"):
                raise UsageError(f'{self.name}.fifo gave {move!r}: return ("in", value), ("out", value) or None.')
            self._hashable("fifo", move[1])
        return move  # type: ignore[no-any-return]

    def key(self, operation: Any) -> Hashable:
        """What `partition` says of an operation."""
        assert self.partition is not None
        key: Hashable = self._hook("partition", self.partition, operation)
        self._hashable("partition", key)
        return key

    def _hook(self, name: str, hook: Callable[[Any], Any], operation: Any) -> Any:
        try:
            return hook(operation)
        except Exception as error:
            raise UsageError(f"{self.name}.{name} raised {error!r} for {operation.what}.") from error

    def _hashable(self, name: str, value: Any) -> None:
        try:
            hash(value)
        except TypeError:
            raise UsageError(f"{self.name}.{name} gave {value!r}, which is not hashable.") from None

    def _ask(self, state: int, what: Invocation) -> Iterator[tuple[Any, int]]:
        for way in self._answers(self.states[state], what):
            if not isinstance(way, tuple) or len(way) != 2:
                raise UsageError(f"{self.name}.step gave {way!r} for {what}: {HOW}.")
            self.left -= 1
            if self.left < 0:
                raise OutOfSteps
            yield way[0], self._number(way[1], f"step for {what}")

    def _answers(self, state: Any, what: Invocation) -> Iterator[Any]:
        """What `step` yields, as it is."""
        try:
            answer = self._step(state, what.name, what.arguments)
            if answer is None and not inspect.isgeneratorfunction(self._step):
                raise UsageError(f"{self.name}.step returned None for {what}: {HOW}, and nothing if it has to wait.")
            if not isinstance(answer, Iterable):
                raise UsageError(f"{self.name}.step returned {answer!r} for {what}: {HOW}.")
            yield from answer
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(f"{self.name}.step raised {error!r} for {what} in the state {state!r}.") from error

    def _number(self, state: Any, where: str) -> int:
        try:
            number = self._numbers.setdefault(state, len(self.states))
        except TypeError:
            raise UsageError(
                f"The state {state!r} of {self.name}, from {where}, is not hashable: use numbers, strings, tuples and "
                "frozensets, and make a new state instead of changing one."
            ) from None
        if number == len(self.states):
            self.states.append(state)
        return number
