"""Channels held against the contract: by the base class, by the fixture."""

from duckrace.testing import ChannelContract

BROKEN = "BROKEN_FILE"


class TestSound(ChannelContract):
    channel = f"{BROKEN}::sound"
    profile = "quick"


class TestNewestFirst(ChannelContract):
    channel = f"{BROKEN}::newest_first"
    profile = "quick"


class TestNone(ChannelContract):
    pass


def test_fixture(duckrace_check) -> None:
    report = duckrace_check(f"{BROKEN}::sound", profile="quick", rows=("delivery",))
    assert [row.name for row in report.rows] == ["delivery"]


def test_unknown(duckrace_check) -> None:
    duckrace_check("nowhere")
