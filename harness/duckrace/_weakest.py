"""At which granularity a failure can be had at least: the label of a finding.

What was found at `access` or `gil` is looked for again at each weaker granularity, with the same strategy and seed, in
a number of executions that depends on how soon it was found. A complete search that does not find it excludes it;
samples only say that they did not.

It knows results; it must not know how anything is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ._data import Failure, Kind, Result
from ._settings import GRANULARITIES
from ._words import many

LEAST: Final = 100  # executions at a weaker granularity
MOST: Final = 1_000
PER_EXECUTION: Final = 10  # for each that it took to find it

EXCLUDED: Final = "excluded"


def labelled(result: Result, again: Callable[[str, int], Result]) -> Result:
    """`result` with the weakest granularity of its first failure; `again` explores at a granularity, so many times."""
    failure = result.failure
    stronger = GRANULARITIES.index(result.granularity)
    if failure is None or stronger == 0 or failure.kind.exit_status != 1:
        return result
    executions = min(MOST, max(LEAST, PER_EXECUTION * failure.execution))
    weaker: list[tuple[str, str]] = []
    for granularity in GRANULARITIES[:stronger]:
        other = again(granularity, executions)
        if any(_same(failure, found) for found in other.failures):
            return _first(result, replace(failure, granularity=granularity, weaker=tuple(weaker)))
        weaker.append((granularity, EXCLUDED if other.exhaustive else many(other.executions, "execution")))
    return _first(result, replace(failure, granularity=result.granularity, weaker=tuple(weaker)))


def _same(one: Failure, other: Failure) -> bool:
    return _told(one) == _told(other)


def _told(failure: Failure) -> tuple[Kind, str, str]:
    """Kind and cause. What an exception says may differ in numbers: how many updates were lost depends on chance."""
    said, at, place = failure.message.rpartition(" in ")
    return failure.kind, re.sub(r"\d+", "0", said) if failure.kind is Kind.FAILED else said, at + place


def _first(result: Result, failure: Failure) -> Result:
    return replace(result, failures=(failure, *result.failures[1:]))
