"""A hunt: Hypothesis draws programs with their schedules, runs them, and makes what fails as small as it gets.

A test case is a program and one schedule of it, and nothing but a test case can fail. Drawing a program takes longer
than running it, so each is run under a few more schedules that a sampler chooses. When one of these fails, its test
case is worked out (`Drawing.choices`) and put where Hypothesis looks first: into an example database. Then the test
is run again: Hypothesis finds it there, sees it fail, and shrinks it, as it does with every failure of an earlier day.
A test case that is better than what it came to is handed to it in the same way.

It knows Hypothesis' tests and settings; it must not know what programs do.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.database import InMemoryExampleDatabase, choices_to_bytes
from hypothesis.strategies import data

from duckrace import search
from duckrace._errors import InternalError
from duckrace.search import Strategy

from ._drawing import Drawing
from ._fewer import fewer_steps, fewer_switches
from ._trial import Trial
from ._values import Case, Program

STRATEGIES: Final = ("random", "pos", "pct")  # by turns
SECONDARY: Final = b".secondary"
"""What Hypothesis adds to the key of failures that are not as small as can be yet: from these it shrinks."""
HEALTHY: Final = (
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
    HealthCheck.too_slow,
)
"""What Hypothesis shall not complain of: programs are large, and run many times."""
ROUNDS: Final = 8  # of handing it something better


class Found(KeyboardInterrupt):
    """A sample failed: Hypothesis lets it through."""


class Subject(Protocol):
    """What programs are run on."""

    @property
    def trial(self) -> Trial: ...

    def draw(self, drawing: Drawing) -> Program:
        """A program, from a test case."""
        ...

    def check(self, case: Case) -> None:
        """Run it. Raises what Hypothesis takes for a failure."""
        ...

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> Case | None:
        """Run it under schedules of `strategy`: the first case that fails and can be written down."""
        ...

    def in_time(self) -> bool:
        """May more be tried?"""
        ...


class Hunt:
    """One test of Hypothesis. :meth:`run` raises what it found."""

    def __init__(self, subject: Subject, *, samples: int) -> None:
        """`samples`: schedules of each program besides the one that is drawn with it."""
        self.subject = subject
        self.samples = samples
        self._found: tuple[list[Any], Case] | None = None  # by a sample: its choices
        self._failed: tuple[Drawing, Case] | None = None  # the last test case that failed

    @property
    def failed(self) -> Case | None:
        """The smallest case that failed."""
        return self._failed[1] if self._failed is not None else None

    def test(self, options: settings, prepare: Callable[[Any], object]) -> Any:
        """The test function; `prepare` sets what Hypothesis keeps on one: a key, and perhaps a seed or a blob."""

        @options
        @given(data())
        def duckrace_case(data: Any) -> None:
            self._one(data.conjecture_data)

        vars(duckrace_case)["_hypothesis_internal_print_given_args"] = False
        prepare(duckrace_case)
        return duckrace_case

    def run(self, options: settings, prepare: Callable[[Any], object]) -> None:
        """Find a failure, and raise what the smallest one raises."""
        # Which lines only failing executions run says nothing here: they differ in the order of lines.
        options = settings(options, phases=[phase for phase in options.phases if phase is not Phase.explain])
        self._found = self._failed = None
        test = self.test(options, prepare)
        failure: BaseException
        try:
            test()
            return
        except Found:
            failure = self._of_a_sample(options, prepare)
        except Exception as error:
            failure = error
        if Phase.shrink in options.phases and not getattr(test, "_hypothesis_internal_use_reproduce_failure", None):
            for _ in range(ROUNDS):
                better = self._better(options, prepare)
                if better is None:
                    break
                failure = better
        raise failure

    def _of_a_sample(self, options: settings, prepare: Callable[[Any], object]) -> BaseException:
        """What the case raises that a sample has found, once it is small."""
        assert self._found is not None
        choices, case = self._found
        return self._again(choices, options, prepare) or self._as_found(case)

    def _again(self, choices: list[Any], options: settings, prepare: Callable[[Any], object]) -> BaseException | None:
        """Run the test from these choices; what the smallest failure raises, None if they do not fail.

        The database is one of its own: in the user's there may be a failure already, of which Hypothesis would make
        nothing smaller. What comes out is kept there as well.
        """
        database = InMemoryExampleDatabase()
        phases = [Phase.reuse, *(p for p in options.phases if p not in (Phase.generate, Phase.reuse))]
        test = self.test(settings(options, database=database, phases=phases), prepare)
        database.save(key_of(test) + SECONDARY, choices_to_bytes(choices))
        self._failed = None
        self.samples = 0
        try:
            test()
        except Exception as error:
            if options.database is not None:
                for value in database.fetch(key_of(test)):
                    options.database.save(key_of(test), value)
            return error
        return None

    def _as_found(self, case: Case) -> BaseException:
        """The choices do not fail by themselves: it is told as the sample found it."""
        self._failed = None
        try:
            self.subject.check(case)
        except Exception as error:
            return error
        raise InternalError("a sample that failed does not fail under the schedule that was written down")

    def _better(self, options: settings, prepare: Callable[[Any], object]) -> BaseException | None:
        """What a smaller case than the last one raises, if there is one."""
        failed = self._failed
        if failed is None:
            return None
        for choices in self._smaller(*failed):
            failure = self._again(choices, options, prepare)
            if failure is not None and self._failed is not None and size(self._failed[1]) < size(failed[1]):
                return failure
        self._failed = failed
        return None

    def _smaller(self, drawing: Drawing, case: Case) -> Iterator[list[Any]]:
        """Choices of cases that fail and are smaller."""
        subject = self.subject
        for step, switches in fewer_steps(subject.trial, case, subject.in_time):
            choices = drawing.choices(switches, without=step)
            if choices is not None:
                yield choices
        fewer = fewer_switches(subject.trial, case) if subject.in_time() else None
        if fewer is not None:
            choices = drawing.choices(fewer.switches)
            if choices is not None:
                yield choices

    def _one(self, data: Any) -> None:
        drawing = Drawing(data)
        program = self.subject.draw(drawing)
        case = Case(program=program, switches=drawing.switches)
        try:
            self.subject.check(case)
        except Exception:
            self._failed = drawing, case
            raise
        if self._failed is not None or not self.samples or not program.threads:
            return
        seed = zlib.crc32(repr(drawing.choices(case.switches)).encode())
        patient = program.timeouts == "free"
        strategy = search.Portfolio([search.make(name, seed, patient=patient) for name in STRATEGIES])
        sampled = self.subject.sampled(program, strategy, self.samples)
        choices = drawing.choices(sampled.switches) if sampled is not None else None
        if sampled is not None and choices is not None:
            self._found = choices, sampled
            raise Found


def size(case: Case) -> tuple[int, int, int]:
    """Steps, switches, threads: what is smaller is better."""
    return case.program.operations, case.count, len(case.program.threads)


def key_of(test: Any) -> bytes:
    """Under which key Hypothesis keeps the failures of a test."""
    key = getattr(test, "_hypothesis_internal_database_key", None)
    assert isinstance(key, bytes), "every hunt has a key of its own"
    return key
