"""Reports as plain text, without colours: for messages of exceptions, pipes and files."""

from __future__ import annotations

from duckrace._data import Certificate, CheckReport, Result, StressReport

from . import certificate_story, check_story, story, stress_story
from .layout import WIDTH, plain


def render(result: Result, *, width: int = WIDTH) -> str:
    """The whole report of an exploration or a replay; of a failure the last line replays it."""
    return plain(story.of_result(result, width))


def render_check(report: CheckReport, *, width: int = WIDTH) -> str:
    """The whole report of ``duckrace check``."""
    return plain(check_story.of_check(report, width))


def render_certificate(certificate: Certificate, *, width: int = WIDTH) -> str:
    """The whole report of ``duckrace verify``."""
    plan, rest = certificate_story.of_plan(certificate, width), certificate_story.of_certificate(certificate, width)
    return plain([*plan, *rest])


def render_stress(report: StressReport, *, width: int = WIDTH) -> str:
    """The whole report of ``duckrace stress``."""
    return plain(stress_story.of_stress(report, width))
