"""The contract as tests of your own suite: a base class for pytest.

Three lines make every row of ``duckrace check`` a test of a channel::

    from duckrace.testing import ChannelContract


    class TestMyChannel(ChannelContract):
        channel = "mychannel.py::channel"

The fixture ``duckrace_check``, which the pytest plugin brings, does the same inside of one test. It knows pytest and
:func:`duckrace.check`; it must not know what a row does.
"""

from __future__ import annotations

from typing import ClassVar

import pytest

from ._data import CheckReport, Kind
from ._errors import UsageError
from .checks import ROWS, check

__all__ = ["ChannelContract", "checked"]


def checked(
    channel: object,
    *,
    profile: str = "default",
    seed: int = 0,
    deadline: float | None = None,
    rows: tuple[str, ...] | None = None,
) -> CheckReport:
    """`duckrace.check` whose report is the failure of the test; a channel that cannot be checked fails it, too.

    A test of rows of which the channel claims nothing is skipped, never passed.
    """
    try:
        report = check(channel, profile=profile, seed=seed, deadline=deadline, rows=rows)
    except UsageError as wrong:
        pytest.fail(str(wrong), pytrace=False)
    if not report.passed:
        if report.rows and all(row.verdict.kind is Kind.SKIPPED for row in report.rows):
            pytest.skip(f"{report.channel}: {report.rows[0].verdict.detail}")
        assert report.render is not None
        pytest.fail(f"{_sentence(report)}\n\n{report.render(report)}", pytrace=False)
    return report


def _sentence(report: CheckReport) -> str:
    """The line that pytest's short summary shows."""
    row = next(row for row in report.rows if row.verdict == report.verdict)
    said = row.failure.message if row.failure is not None else row.verdict.detail
    return f"{row.verdict.kind} in {row.name}: {said}"


class ChannelContract:
    """One test for each row of ``duckrace check``. Inherit from it, in a class that pytest collects (``Test...``)."""

    channel: ClassVar[object] = None
    """``"FILE_OR_MODULE::NAME"``, the name of an entry point, or a plug-in at the top level of its module."""

    profile: ClassVar[str] = "default"
    """How much is explored: ``"quick"``, ``"default"`` or ``"thorough"``."""

    seed: ClassVar[int] = 0
    """Chooses the samples."""

    @pytest.mark.parametrize("row", list(ROWS))
    def test_contract(self, row: str) -> None:
        """One row; the report is its failure."""
        if self.channel is None:
            pytest.fail(
                f'{type(self).__name__} says no channel: write `channel = "FILE_OR_MODULE::NAME"` into the class.',
                pytrace=False,
            )
        checked(self.channel, profile=self.profile, seed=self.seed, rows=(row,))
