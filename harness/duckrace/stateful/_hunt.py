"""A hunt: Hypothesis draws programs with their schedules, runs them, and makes what fails as small as it gets.

A test case is a program and one schedule of it, and nothing but a test case can fail. Drawing a program takes longer
than running it, so each is run under a few more schedules that a sampler chooses. When one of these fails, its test
case is worked out (`Drawing.choices`) and put where Hypothesis looks first: into the example database. Then the test
is run again: Hypothesis finds it there, sees it fail, and shrinks it, as it does with every failure of an earlier day.

It knows Hypothesis' tests and settings; it must not know what programs do.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol

from hypothesis import Phase, given, settings
from hypothesis.database import ExampleDatabase, InMemoryExampleDatabase, choices_to_bytes
from hypothesis.strategies import data

from duckrace import search
from duckrace.search import Strategy

from ._drawing import Drawing
from ._values import Case, Program

STRATEGIES: Final = ("random", "pos", "pct")  # by turns
SECONDARY: Final = b".secondary"
"""What Hypothesis adds to the key of failures that are not as small as can be yet: from these it shrinks."""


class Found(KeyboardInterrupt):
    """A sample failed: Hypothesis lets it through."""


class Subject(Protocol):
    """What programs are run on."""

    def draw(self, drawing: Drawing) -> Program:
        """A program, from a test case."""
        ...

    def check(self, case: Case) -> None:
        """Run it. Raises what Hypothesis takes for a failure."""
        ...

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> tuple[Case, object] | None:
        """Run it under schedules of `strategy`; the first one that fails and can be written down."""
        ...


class Hunt:
    """One test of Hypothesis. :meth:`run` raises what it found."""

    def __init__(self, subject: Subject, *, samples: int) -> None:
        """`samples`: schedules of each program besides the one that is drawn with it."""
        self.subject = subject
        self.samples = samples
        self.found: tuple[list[Any], Case] | None = None  # by a sample: its choices
        self._failed = False

    def test(self, options: settings, prepare: Callable[[Any], object]) -> Any:
        """The test function; `prepare` may set what Hypothesis keeps on one: a seed, a blob, a key."""

        @options
        @given(data())
        def duckrace_case(data: Any) -> None:
            self._one(data.conjecture_data)

        duckrace_case._hypothesis_internal_print_given_args = False
        prepare(duckrace_case)
        return duckrace_case

    def run(self, options: settings, prepare: Callable[[Any], object]) -> None:
        """Find a failure, and raise what the smallest one raises."""
        self.found = None
        self._failed = False
        test = self.test(options, prepare)
        try:
            test()
        except Found:
            pass
        else:
            return
        assert self.found is not None
        choices, case = self.found
        database: ExampleDatabase = options.database or InMemoryExampleDatabase()
        if Phase.reuse not in options.phases:
            database = InMemoryExampleDatabase()
        database.save(key_of(test) + SECONDARY, choices_to_bytes(choices))
        self._failed = True  # no samples any more
        phases = tuple(dict.fromkeys((Phase.reuse, *(p for p in options.phases if p is not Phase.generate))))
        self.test(settings(options, database=database, phases=phases), prepare)()
        self.subject.check(case)  # it was not to be found in the database: then it is told as it was found

    def _one(self, data: Any) -> None:
        drawing = Drawing(data)
        program = self.subject.draw(drawing)
        case = Case(program=program, switches=drawing.switches)
        try:
            self.subject.check(case)
        except Exception:
            self._failed = True
            raise
        if self._failed or not self.samples or not program.threads:
            return
        seed = zlib.crc32(repr(drawing.choices(case.switches)).encode())
        strategy = search.Portfolio([search.make(name, seed) for name in STRATEGIES])
        sampled = self.subject.sampled(program, strategy, self.samples)
        if sampled is not None:
            choices = drawing.choices(sampled[0].switches)
            if choices is not None:
                self.found = choices, sampled[0]
                raise Found


def key_of(test: Any) -> bytes:
    """Under which key Hypothesis keeps the failures of a test."""
    key = getattr(test, "_hypothesis_internal_database_key", None)
    assert isinstance(key, bytes), "every hunt has a key of its own"
    return key
