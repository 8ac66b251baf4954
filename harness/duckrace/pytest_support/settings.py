"""Which setting comes from where.  One place, one order::

    command line  >  mark  >  environment  >  ini file  >  default of duckrace.explore

The command line is for this one run, so it beats everything; a mark was written for its test, so it beats
what was set for a machine or a project.  Of several marks the one nearest to the test wins, keyword by keyword.
"""

from __future__ import annotations

import inspect
import os
from typing import Any, Final

import pytest

from _duckrace_pytest import KNOBS, MARKER, Knob
from duckrace._corpus import DIRECTORY, Corpus, opened
from duckrace._errors import UsageError
from duckrace._explore import explore

KEYWORDS: Final = frozenset(inspect.signature(explore).parameters) - {"scenario", "progress"}
WORDS: Final = {int: "a whole number", float: "a number", bool: "'true' or 'false'"}
YES: Final = ("1", "true", "yes", "on")
NO: Final = ("0", "false", "no", "off")


def settings_of(item: pytest.Item) -> dict[str, Any]:
    """The keywords for :func:`duckrace.explore`; what nobody set is left out.  Raises UsageError."""
    found: dict[str, Any] = {}
    for knob in KNOBS:
        found |= _from_ini(item.config, knob) | _from_environment(knob)
    found |= _from_marks(item)
    for knob in KNOBS:
        value = item.config.getoption(knob.key)
        if value is not None:
            found[knob.name] = value
    found["corpus"] = _corpus(item.config, found.get("corpus", DIRECTORY))
    return found


def _corpus(config: pytest.Config, where: Any) -> Corpus | None:
    """The corpus that `where` names, as seen from the root directory: names of tests begin there, too."""
    if config.getoption("duckrace_no_corpus") or os.environ.get("DUCKRACE_NO_CORPUS", "").lower() in YES:
        return None
    if not isinstance(where, str) or not where:
        return opened(where)
    return Corpus(config.rootpath / where, name=where)


def _from_marks(item: pytest.Item) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers(MARKER))):  # the nearest one last
        if mark.args:
            raise UsageError(
                f"pytest.mark.{MARKER} takes keywords only, not {', '.join(map(repr, mark.args))}: "
                f"for example pytest.mark.{MARKER}(executions=200)."
            )
        unknown = sorted(set(mark.kwargs) - KEYWORDS)
        if unknown:
            raise UsageError(
                f"pytest.mark.{MARKER} has no keyword {', '.join(map(repr, unknown))}: there are "
                f"{', '.join(sorted(KEYWORDS))}."
            )
        found |= mark.kwargs
    return found


def _from_environment(knob: Knob) -> dict[str, Any]:
    text = os.environ.get(knob.variable, "")
    return {knob.name: _read(knob, text, f"{knob.variable}={text}")} if text else {}


def _from_ini(config: pytest.Config, knob: Knob) -> dict[str, Any]:
    value = config.getini(knob.key)
    if value is None or value in ("", []):
        return {}
    if isinstance(value, str):
        value = _read(knob, value, f"the ini file says {knob.key} = {value}")
    return {knob.name: value}


def _read(knob: Knob, text: str, source: str) -> object:
    """The value that `text` means.  Raises UsageError, which names `source`."""
    if knob.kind is list:
        return text.split()
    if knob.kind is bool and text.lower() in YES + NO:
        return text.lower() in YES
    try:
        if knob.kind is not bool:
            return knob.kind(text)
    except ValueError:
        pass
    raise UsageError(f"{knob.name} is {WORDS[knob.kind]}, but {source}.")
