"""What a world loads, and that nothing of it is seen outside."""

import queue
import sys
import threading
import time
from textwrap import dedent

import pytest

import duckrace
from duckrace import Kind, UsageError, explore


@pytest.fixture
def write(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / (name.replace("__in__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return tmp_path

    return write


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    def state():
        return dict(sys.modules), list(sys.path), list(sys.meta_path), list(sys.path_hooks)

    before = state()
    streams = sys.stdout, sys.stderr, sys.unraisablehook, threading.excepthook
    yield
    modules, *rest = state()
    assert rest == list(before[1:])
    changed = {name for name in before[0].keys() & modules.keys() if before[0][name] is not modules[name]}
    assert not changed
    assert not before[0].keys() - modules.keys()
    added = modules.keys() - before[0].keys()  # the host's own, imported on the way
    assert not [name for name in added if "duckrace_world" in name or name.startswith(("scenario", "package"))]
    assert (sys.stdout, sys.stderr, sys.unraisablehook, threading.excepthook) == streams
    assert not type(threading.Lock()).__module__.startswith("duckrace")
    assert time.monotonic() != time.monotonic() or time.time() > 1.7e9
    assert threading.Thread.__hash__ is object.__hash__


START = "thread = threading.Thread(target=int); thread.start(); thread.join()"


def test_the_world_has_copies_and_the_host_keeps_its_modules(write):
    folder = write(
        scenario_a=f"""
        import sys, threading, queue, time, concurrent.futures
        def scenario():
            {START}
            assert sys.modules["threading"] is threading
            return threading.Lock().__class__.__module__, time.time(), id(queue) < 10_000
        """
    )
    result = explore(f"{folder}/scenario_a.py::scenario", executions=5)
    assert set(result.outcomes) == {("duckrace.kernel.locks", 1_700_001_000.0, True)}
    assert sys.modules["threading"] is threading
    assert sys.modules["queue"] is queue
    assert sys.modules["time"] is time


def test_packages_relative_and_lazy_imports(write):
    folder = write(
        package_p__in____init__="from . import one\nfrom .one import VALUE\nimport threading\n",
        package_p__in__one="import threading\nVALUE = 1\nLOCK = threading.Lock()\n",
        package_p__in__two="import threading\nfrom .one import LOCK\n",
        package_p__in__sub__in____init__="from ..one import LOCK\nfrom . import deep\n",
        package_p__in__sub__in__deep="from ..two import LOCK\n",
        scenario_b=f"""
        import importlib, threading
        import package_p
        def scenario():
            {START}
            def late():
                import package_p.sub.deep
                from package_p import two
                three = importlib.import_module(".two", "package_p")
                assert three is two
                assert package_p.sub.deep.LOCK is two.LOCK is package_p.one.LOCK
                with two.LOCK:
                    pass
            threads = [threading.Thread(target=late) for _ in range(2)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            return package_p.VALUE
        """,
    )
    result = explore(f"{folder}/scenario_b.py::scenario", executions=30)
    assert result.outcomes == {1: 30}
    assert result.executions == 30


def test_a_lazy_import_on_a_rare_path_is_counted_once(write):
    folder = write(
        scenario_c="""
        import threading
        def scenario():
            order = []
            threads = [threading.Thread(target=order.append, args=(n,)) for n in "abc"]
            [t.start() for t in threads]
            [t.join() for t in threads]
            if order == ["c", "b", "a"]:
                import scenario_c_rare
                return scenario_c_rare.RAN
            return 0
        """,
        scenario_c_rare="import threading\nRAN = 1\nLOCK = threading.Lock()\n",
    )
    result = explore(f"{folder}/scenario_c.py::scenario", executions=300)
    assert result.executions == 300 == sum(result.outcomes.values())
    assert set(result.outcomes) == {0, 1}


def test_a_failure_behind_a_lazy_import_is_found_and_replays(write):
    folder = write(
        scenario_d="""
        import threading
        def scenario():
            order = []
            threads = [threading.Thread(target=order.append, args=(n,)) for n in "abc"]
            [t.start() for t in threads]
            [t.join() for t in threads]
            if order == ["c", "b", "a"]:
                import scenario_d_rare
                scenario_d_rare.fail()
        """,
        scenario_d_rare="import threading\ndef fail():\n    with threading.Lock():\n        raise ValueError('rare')\n",
    )
    result = explore(f"{folder}/scenario_d.py::scenario", executions=300)
    assert result.verdict.kind is Kind.FAILED, result.failure
    assert "ValueError: rare" in duckrace.replay(result.failure.schedule).failure.message


def test_host_modules_imported_on_the_way_get_the_host(write):
    for name in ("wave", "chunk", "mailbox", "nntplib", "queue_host_probe"):
        sys.modules.pop(name, None)
    folder = write(
        scenario_e=f"""
        import threading
        def scenario():
            import mailbox
            {START}
            return mailbox.time.time() > 1_700_100_000
        """
    )
    result = explore(f"{folder}/scenario_e.py::scenario", executions=5)
    assert set(result.outcomes) == {True}
    import mailbox

    assert mailbox.time is time


@pytest.mark.parametrize("name", ["queue", "threading", "time", "json", "string", "scenario_f-x"])
def test_a_scenario_named_like_a_module(name, write):
    folder = write(
        **{name: f"import threading, json, queue, string\ndef scenario():\n    {START}\n    queue.Queue()\n"}
    )
    assert explore(f"{folder}/{name}.py::scenario", executions=5).passed


def test_modules_limits_what_is_loaded_anew(write):
    folder = write(
        package_in="import threading\nLOCK = threading.Lock()\n",
        package_out="import threading\nLOCK = threading.Lock()\n",
        scenario_g=f"""
        import threading, package_in, package_out
        def scenario():
            {START}
            return type(package_in.LOCK).__module__, type(package_out.LOCK).__module__
        """,
    )
    sys.path.insert(0, str(folder))
    try:
        everything = explore(f"{folder}/scenario_g.py::scenario", executions=3)
        limited = explore(f"{folder}/scenario_g.py::scenario", executions=3, modules=["package_in"])
    finally:
        sys.path.remove(str(folder))
        del sys.modules["package_out"]  # the host's own, as it should be
    assert set(everything.outcomes) == {("duckrace.kernel.locks", "duckrace.kernel.locks")}
    assert set(limited.outcomes) == {("duckrace.kernel.locks", "_thread")}


def test_extension_packages_are_shared(write):
    import msgspec

    folder = write(
        scenario_h=f"""
        import threading, greenlet, msgspec, _struct
        def scenario():
            {START}
            return id(msgspec) > 0 and msgspec.json.encode([1]).decode()
        """
    )
    assert set(explore(f"{folder}/scenario_h.py::scenario", executions=3).outcomes) == {"[1]"}
    assert sys.modules["msgspec"] is msgspec


def test_the_scenario_may_change_the_path(write):
    folder = write(
        sub__in__scenario_helper="import threading\nVALUE = 7\n",
        scenario_i=f"""
        import os, sys, threading
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "sub"))
        import scenario_helper
        sys.path.append("nowhere")
        def scenario():
            {START}
            sys.path.append("elsewhere")
            return scenario_helper.VALUE, sys.path.count("elsewhere"), sys.path.count("nowhere")
        """,
    )
    assert set(explore(f"{folder}/scenario_i.py::scenario", executions=5).outcomes) == {(7, 1, 1)}


BROKEN = {
    "syntax": ("def scenario(:\n", "SyntaxError"),
    "error": ("import threading\n1 / 0\n", "ZeroDivisionError: division by zero (line 2)"),
    "import": ("import scenario_nowhere\n", "No module named 'scenario_nowhere'"),
    "exit": ("import sys\nsys.exit(1)\n", "SystemExit: 1"),
    "thread": ("import threading\nthreading.Thread(target=int).start()\n", "tries to start a thread"),
    "wait": ("import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()\n", "tries to wait for a lock"),
    "wait on an event": ("import threading\nthreading.Event().wait()\n", "tries to wait"),
    "fork": ("import os\nos.fork()\n", "os.fork"),
    "swallowed": ("import os\ntry:\n    os.fork()\nexcept Exception:\n    pass\n", "os.fork"),
    "path": ("import sys\nsys.path.insert(0, 'x')\nsys.path.pop()\nraise ValueError('late')\n", "late"),
    "nothing": ("import threading\n", "defines no 'scenario'"),
    "no function": ("scenario = 1\n", "not a function"),
    "arguments": ("def scenario(x): pass\n", "takes arguments (x)"),
    "coroutine": ("async def scenario(): pass\n", "asyncio"),
    "deep": ("import scenario_deep\n", "ZeroDivisionError"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_scenario_that_does_not_load(what, write):
    text, said = BROKEN[what]
    folder = write(scenario_broken=text, scenario_deep="import threading, queue\n1 / 0\n")
    with pytest.raises(UsageError) as caught:
        explore(f"{folder}/scenario_broken.py::scenario")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert explore(f"{write(scenario_fine=f'import threading{chr(10)}def f(): {START}')}/scenario_fine.py::f").passed


def test_no_thread_is_wrong_use(write):
    folder = write(scenario_j="import threading\ndef scenario():\n    with threading.Lock(): pass\n")
    with pytest.raises(UsageError, match="starts no thread"):
        explore(f"{folder}/scenario_j.py::scenario")


@pytest.mark.parametrize("where", ["main", "thread"])
def test_an_exploration_inside_an_exploration_is_refused(where, write):
    folder = write(
        scenario_k=f"""
        import threading, duckrace
        def nested():
            duckrace.explore(__file__ + "::fine")
        def main():
            {START}
            nested()
        def thread():
            t = threading.Thread(target=nested); t.start(); t.join()
        def fine():
            {START}
        """
    )
    result = explore(f"{folder}/scenario_k.py::{where}")
    assert result.verdict.kind is Kind.FAILED
    assert "one process explores one scenario at a time" in result.failure.message
    assert explore(f"{folder}/scenario_k.py::fine", executions=3).passed


def test_dataclasses_and_enums_of_the_world_work(write):
    folder = write(
        scenario_l=f"""
        from __future__ import annotations
        import dataclasses, enum, threading, typing
        class Colour(enum.Enum):
            RED = 1
        @dataclasses.dataclass(frozen=True, order=True, slots=True)
        class Point:
            x: int
            y: list = dataclasses.field(default_factory=list)
        class Pair(typing.NamedTuple):
            a: int
        def scenario():
            {START}
            assert Point(1) == Point(1) and hash(Pair(1)) and Colour(1) is Colour.RED
            return repr(Point(1)), repr(Colour.RED), dataclasses.asdict(Point(1))["x"]
        """
    )
    outcomes = explore(f"{folder}/scenario_l.py::scenario", executions=3).outcomes
    assert set(outcomes) == {("Point(x=1, y=[])", "<Colour.RED: 1>", 1)}


def test_output_is_captured_and_shown_for_the_failing_execution_only(write, capsys):
    folder = write(
        scenario_m=f"""
        import sys, threading
        def scenario():
            {START}
            print("to stdout")
            print("to stderr", file=sys.stderr)
            raise ValueError
        """
    )
    result = explore(f"{folder}/scenario_m.py::scenario")
    assert result.failure.output == "to stdout\nto stderr\n"
    assert capsys.readouterr() == ("", "")


def test_a_module_may_hold_objects_that_refuse_to_be_looked_at(write):
    """As the lazy modules of six do, which import what is behind them, and fail, for any attribute."""
    folder = write(
        scenario_lazy="""
        import threading

        class Lazy:
            def __getattr__(self, name):
                raise ModuleNotFoundError("nothing is behind it")

        lazy = Lazy()

        def scenario():
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()
        """
    )
    for granularity in ("sync", "access"):
        assert explore(f"{folder}/scenario_lazy.py::scenario", granularity=granularity, executions=2).passed
