"""Channels under test: the four ways to name one, and one sentence for whatever is wrong with it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from duckrace import UsageError
from duckrace.plugins import reference
from duckrace.plugins._load import Subject, load

ROOT = Path(__file__).parents[3]
PLUGIN = """
from duckrace import channels
class Plugin:
    name = "mine"
    modules = ()
    capabilities = ("unbounded", "bounded")
    def channel(self):
        return channels.channel()
    def sync_channel(self, bound):
        return channels.sync_channel(bound)
mine = Plugin()
"""
BARE = """
class Bare:
    send = recv = try_recv = __iter__ = print
mine.channel = lambda: (Bare(), Bare())
mine.capabilities = ("unbounded", "clone")
"""

ASYNC = """
class Async:
    async def send(self, value): pass
mine.channel = lambda: (Async(), Async())
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    def file(more: str) -> str:
        path = tmp_path / "mine_channels.py"
        path.write_text(PLUGIN + more)
        return str(path)

    return file


@pytest.mark.parametrize("named", [None, "reference", reference])
def test_the_reference(named: object) -> None:
    subject = load(named)
    assert subject.name == "reference"
    assert subject.explained
    assert subject.capabilities == set(reference.capabilities)
    assert subject.modules == reference.modules
    assert subject.capacities == (None, 1, 2, 3, 0)


def test_by_file_and_name() -> None:
    subject = load(f"{ROOT / 'examples' / 'broken.py'}::sound")
    assert subject.name == "sound"
    assert not subject.explained
    assert subject.modules == ()
    assert subject.capacities == (None, 1, 2, 3)
    assert subject.claims("drop", "clone")
    assert not subject.claims("drop", "timeouts")


def test_by_module_and_name(write: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(write("")).parent)
    subject = load("mine_channels::mine")
    assert subject.modules == ("mine_channels",)
    assert "mine_channels" not in sys.modules  # it is loaded in a world, never by the host


def test_by_entry_point(write: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(write("")).parent
    info = folder / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[duckrace.channels]\nmy-channel = mine_channels:mine\n")
    monkeypatch.syspath_prepend(folder)
    assert load("my-channel").name == "mine"
    with pytest.raises(UsageError, match=r"did you mean 'my-channel'\?\): known by name are reference, .*, my-channel"):
        load("your-channel")


def test_by_object(write: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("")
    spec = importlib.util.spec_from_file_location("some_other_name", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "some_other_name", module)
    spec.loader.exec_module(module)
    subject: Subject = load(module.mine)
    assert subject.name == "mine"
    assert subject.reference.path == Path(path)
    with pytest.raises(UsageError, match="top level of no module"):
        load(module.Plugin())


def refused(channel: object) -> str:
    with pytest.raises(UsageError) as caught:
        load(channel)
    text = str(caught.value)
    assert "duckrace.checks.programs" not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("nothing", "There is no channel 'nothing': known by name are reference, model, queue,"),
        ("refrence", "There is no channel 'refrence' (did you mean 'reference'?): known"),
        ("nowhere.py::mine", "There is no file 'nowhere.py'"),
        ("no_such_module::mine", "There is no Python module 'no_such_module' on the path"),
        ("::", "FILE_OR_MODULE::NAME"),
    ],
)
def test_what_is_not_there(named: str, said: str) -> None:
    assert said in refused(named)


@pytest.mark.parametrize(
    ("more", "name", "said"),
    [
        ("", "yours", "defines no 'yours'"),
        ("1 / 0\n", "mine", "cannot be loaded: ZeroDivisionError: division by zero (line 12)"),
        ("def f(:\n", "mine", "cannot be loaded: SyntaxError"),
        ("import no_such_thing\n", "mine", "No module named 'no_such_thing' (line 12)"),
        ("", "Plugin", "it is a class; write an instance of it to its file, like `channel = Plugin()`"),
        ("number = 1\n", "number", "it has no attribute 'name'"),
        ("mine.capabilities = 'bounded'\n", "mine", "its 'capabilities' is a tuple of texts, not 'bounded'"),
        (
            "mine.capabilities = ('bounded', 'speed')\n",
            "mine",
            "claims 'speed', which is no capability: there are bounded,",
        ),
        ("mine.capabilities = ('drop',)\n", "mine", "there is no channel to make"),
        ("mine.channel = 1\n", "mine", "claims 'unbounded', but its 'channel' is not callable"),
        ("mine.channel = lambda: 1\n", "mine", "channel() returned int, not a pair (sender, receiver)"),
        ("mine.channel = lambda: 1 / 0\n", "mine", "channel() raised ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", "mine", "cannot be loaded: SystemExit: 3 (line 13)"),
        ("import sys\nmine.channel = sys.exit\n", "mine", "cannot be looked at: it raised SystemExit."),
        ("mine.modules = ('nowhere',)\n", "mine", "its 'modules' names 'nowhere', which cannot be imported: No module"),
        ("mine.modules = (3,)\n", "mine", "its 'modules' is a tuple of texts, not (3,)"),
        (
            "mine.channel = lambda: channels.channel()[::-1]\n",
            "mine",
            "channel() returned (receiver, sender), and has to return (sender, receiver)",
        ),
        ("async def make(): pass\nmine.channel = make\n", "mine", "its channel() is an `async def`"),
        (ASYNC, "mine", "the sender of channel() has an `async def send`: asyncio programs cannot be explored yet"),
        (
            "import asyncio\nmine.channel = lambda: asyncio.run(asyncio.sleep(0))\n",
            "mine",
            "asyncio programs cannot be",
        ),
        ("mine.channel = lambda: (1, 2)\n", "mine", "the sender of channel() has no send()"),
        (
            BARE,
            "mine",
            "the sender of channel() has no clone(), though 'clone' is claimed",
        ),
        (
            "import threading\nthreading.Thread(target=print).start()\n",
            "mine",
            "cannot be loaded: a module tries to start a thread while it is imported (line 13)",
        ),
        ("import threading\nmine.channel = threading.Barrier(2).wait\n", "mine", "it waits for ever"),
    ],
)
def test_what_has_another_shape(more: str, name: str, said: str, write: Callable[[str], str]) -> None:
    assert said in refused(f"{write(more)}::{name}")


def test_a_thread_that_a_factory_starts_is_no_mistake(write: Callable[[str], str]) -> None:
    pump = "import threading\nold = Plugin.channel\ndef channel(self):\n"
    pump += (
        "    threading.Thread(target=threading.Event().wait).start()\n    return old(self)\nPlugin.channel = channel\n"
    )
    assert load(f"{write(pump)}::mine").name == "mine"
