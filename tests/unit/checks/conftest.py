"""What the tests of the checks share: where the channels are, and how one row is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from duckrace._data import Row
from duckrace.checks import PROFILES, ROWS
from duckrace.checks._run import Run
from duckrace.plugins._load import load

ROOT = Path(__file__).parents[3]


@pytest.fixture
def mutant() -> Callable[[str], str]:
    """The reference of a channel of ``tests/mutants/channels.py``."""
    return lambda name: f"{ROOT / 'tests' / 'mutants' / 'channels.py'}::{name}"


@pytest.fixture
def broken() -> Callable[[str], str]:
    """The reference of a channel of ``examples/broken.py``."""
    return lambda name: f"{ROOT / 'examples' / 'broken.py'}::{name}"


@pytest.fixture
def row() -> Callable[..., Row]:
    """Runs one row on one channel."""

    def run(name: str, channel: object = None, profile: str = "quick", seed: int = 0) -> Row:
        return ROWS[name](Run(subject=load(channel), profile=PROFILES[profile], seed=seed, deadline=None, ends=None))

    return run


@pytest.fixture
def found(row: Callable[..., Row]) -> Callable[..., Row]:
    """Runs one row on a channel that is wrong. Which programs Hypothesis draws from a seed differs with its version and
    with what is installed: a second seed may find what the first one did not."""

    def run(name: str, channel: object, profile: str) -> Row:
        first = row(name, channel, profile)
        return row(name, channel, profile, seed=1) if first.verdict.passed else first

    return run
