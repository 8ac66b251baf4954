"""Every bad input gets one clear sentence on stderr, status 2, and no traceback."""

import base64
import inspect
import re
import sys
import zlib
from pathlib import Path

import msgspec
import pytest

import duckrace as library
from duckrace import _token, checks


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("scenarios.py", "is not FILE_OR_MODULE::NAME"),
        ("scenarios.py::", "is not FILE_OR_MODULE::NAME"),
        ("missing.py::scenario", "There is no file 'missing.py'"),
        ("missing_module::scenario", "There is no Python module 'missing_module'"),
        ("scenarios.py::missing", "scenarios.py defines no 'missing'. It defines "),
        ("imports_nothing_real.py::scenario", "No module named 'a_module_that_does_not_exist' (line 1)"),
        ("leaves_at_import.py::scenario", "SystemExit: 4 (line 3)"),
        ("scenarios.py::number", "is int, not a function"),
        ("scenarios.py::takes_arguments", "takes arguments (one, two)"),
        ("scenarios.py::starts_nothing", "starts no thread"),
        ("scenarios.py::leaves", "calls sys.exit"),
        ("scenarios.py::coroutine", "asyncio programs cannot be explored yet"),
        ("scenarios.py::outer.<locals>.inner", "defines no 'outer.<locals>.inner'"),
        ("scenarios.py::<lambda>", "defines no '<lambda>'"),
    ],
)
def test_scenario_that_cannot_be_explored(duckrace, reference: str, said: str) -> None:
    done = duckrace("explore", reference)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


def test_file_that_is_not_python(duckrace, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def scenario(:\n")
    done = duckrace("explore", "broken.py::scenario", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "SyntaxError" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["asyncio_scenario.py::imported_above", "asyncio_scenario_inside.py::imported_inside"])
def test_asyncio_loop_is_refused(duckrace, name: str) -> None:
    done = duckrace("explore", name)
    assert "asyncio programs cannot be explored yet" in done.stdout + done.stderr
    assert done.returncode in (2, 3)
    assert done.stderr.count("\n") <= 1


@pytest.mark.parametrize("function", [lambda: None, pytest.param(len, id="builtin")])
def test_function_that_no_file_defines_by_name(function) -> None:
    with pytest.raises(library.UsageError, match=r"is a lambda|is a function without arguments"):
        library.explore(function)


def test_local_function() -> None:
    def local() -> None:
        pass

    with pytest.raises(library.UsageError, match="Define it at the top level of a module"):
        library.explore(local)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--strategy", "psychic"], "strategy is one of"),
        (["--granularity", "quark"], "granularity is one of"),
        (["--timeouts", "never"], "timeouts is one of"),
        (["--gc", "always"], "gc is one of"),
        (["--gc", "scheduled", "--strategy", "dpor"], "dpor cannot order collections"),
        (["--executions", "0"], "executions is a whole number from 1 on"),
        (["--executions", "many"], "is not a valid integer"),
        (["--seed", "-1"], "seed is a whole number from 0 on"),
        (["--max-steps", "0"], "max_steps is a number of steps from 1 on"),
        (["--thread-exceptions", "hide"], "'hide' is not one of"),
        (["--deadline", "0"], "0.0 is not in the range"),
        (["--frobnicate"], "No such option"),
        (["--deadline", "nan"], "deadline is a number of seconds above 0, not nan."),
        (["--deadline", "inf"], "deadline is a number of seconds above 0, not inf."),
        (["--watchdog", "nan"], "watchdog is a number of seconds from 0 on, not nan."),
        (["--watchdog", "inf"], "watchdog is a number of seconds from 0 on, not inf."),
        (["--seed"], "Option '--seed' requires an argument. See `duckrace explore --help`."),
        (["--keep-going=3"], "does not take a value. See `duckrace explore --help`."),
        (
            ["-m", "a_package_that_is_nowhere"],
            "modules names 'a_package_that_is_nowhere', and there is no such package",
        ),
        (["-m", "pitest"], "no such package on the path (did you mean 'pytest'?)"),
        (["-m", "duckrace.cly"], "modules names 'duckrace.cly'"),
        (["-m", ""], "modules names ''"),
    ],
)
def test_option_that_makes_no_sense(duckrace, arguments: list[str], said: str) -> None:
    done = duckrace("explore", "scenarios.py::fine", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("package", ["duckrace", "duckrace.checks", "pytest", "scenarios"])
def test_package_that_can_be_found(duckrace, package: str) -> None:
    done = duckrace("explore", "scenarios.py::fine", "-m", package, "--executions", "2")
    assert (done.returncode, done.stderr) == (0, "")


def test_package_that_only_the_scenario_finds(duckrace, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "treasure.py").write_text("")
    fine = (Path(__file__).parent / "programs" / "scenarios.py").read_text()
    finds = "import sys\nsys.path.insert(0, 'hidden')\nimport treasure\n"
    (tmp_path / "plain.py").write_text(fine)
    (tmp_path / "finds.py").write_text(finds + fine)
    found = [
        duckrace("explore", f"{n}.py::fine", "-m", "treasure", cwd=tmp_path).returncode for n in ("plain", "finds")
    ]
    assert found == [2, 0]


NAN, INFINITE = float("nan"), float("inf")
WRONG = {
    "strategy": [None, 3, ["dfs"]],
    "executions": ["many", 0, True, 2.0, NAN],
    "preemptions": ["few", -1, False, 1.5],
    "seed": [None, "x", -1, True, 0.0],
    "granularity": [None, 1, {}],
    "timeouts": [None, ["idle"]],
    "gc": [None, True],
    "max_steps": [None, "x", 0, True, 1e3],
    "modules": [5, "queue", [1], [None], b"x"],
    "thread_exceptions": [None, []],
    "keep_going": ["no", 1, None],
    "minimize": ["no", 0, None],
    "deadline": ["x", NAN, INFINITE, 0, -1, True, 1e300, [1]],
    "watchdog": ["x", NAN, INFINITE, None, -1, True, 1e300],
    "corpus": [5, ""],
    "progress": [5, "bar"],
    "force": ["no", 1, None],
    "profile": [None, 3, ["quick"]],
    "rows": [5, "contract", [1]],
    "threads": [None, "x", 0, True],
    "operations": [None, "x", 0, True],
    "calls": ["x", 0, True],
    "announce": [5],
    "channel_under_test": [5],
    "token": [5, None, b"dr1_"],
    "scenario": [5, None],
}
PUBLIC = (library.explore, library.enumerate_outcomes, library.replay, checks.check, checks.verify)


def wrong_calls():
    for function in PUBLIC:
        for name in inspect.signature(function).parameters:
            if (function, name) != (library.replay, "scenario"):
                yield from (pytest.param(function, name, value) for value in WRONG[name])


@pytest.mark.parametrize(("function", "name", "value"), list(wrong_calls()))
def test_setting_of_another_type(function, name: str, value: object) -> None:
    """Whatever a setting is, a wrong one is one sentence that names it, and nothing is run."""
    scenario = str(Path(__file__).parent / "programs" / "scenarios.py") + "::fine"
    settings = {"strategy": "dfs"} if (function, name) == (library.explore, "preemptions") else {}
    if function in (library.explore, library.enumerate_outcomes):
        settings["scenario"] = scenario
    elif function is library.replay:
        settings["token"] = token()
    with pytest.raises(library.UsageError) as told:
        function(**settings | {name: value})
    said = str(told.value)
    assert name in said or repr(value) in said
    assert "\n" not in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--channel", "missing.py::channel"],
        ["--channel", "scenarios.py::missing"],
        ["--channel", "scenarios.py::number"],
        ["--channel", "no_such_entry_point"],
        ["--profile", "heroic"],
        ["--seed", "-1"],
    ],
)
def test_check_that_makes_no_sense(duckrace, arguments: list[str]) -> None:
    done = duckrace("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["explore"], ["replay"], ["frobnicate"], ["list", "more"]])
def test_command_that_makes_no_sense(duckrace, arguments: list[str]) -> None:
    done = duckrace(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: [^\n]*[.?)] See `duckrace[a-z ]* --help`\.\n", done.stderr)


# -- tokens -----------------------------------------------------------------------------------------------------------


def token(**changes: object) -> str:
    """A token of a scenario of these tests, changed."""
    source = _token.Token(
        scenario="scenarios.py::circle",
        source="0" * 16,
        python=f"{sys.version_info[0]}.{sys.version_info[1]}",
        granularity="sync",
        hash_seed="0",
        timeouts="idle",
        thread_exceptions="fail",
        max_steps=20_000,
        modules=None,
        decisions=_token.pack_decisions([0, 1, 0]),
    )
    return _token.encode(msgspec.structs.replace(source, **changes))


def garbage() -> str:
    body = zlib.compress(msgspec.msgpack.encode(["not", "a", "token"]))
    return "dr1_" + base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "This is not a duckrace token"),
        ("", "This is not a duckrace token"),
        (token()[:-7], "This token is damaged"),
        (token()[:30] + "A" + token()[31:] if token()[30] != "A" else token()[:30] + "B" + token()[31:], "is damaged"),
        (token() + "é", "This token is damaged"),
        (garbage(), "This token is damaged"),
        ("dr2_" + token()[4:], "This token is of format 2; this duckrace reads format 1"),
        (token(python="3.10"), "This token was made by Python 3.10"),
        (token(), "scenarios.py::circle has changed since this token was made"),
        (token(scenario="elsewhere.py::circle"), "There is no file 'elsewhere.py'"),
        (token(granularity="quark"), "has changed"),
    ],
    ids=["word", "empty", "cut", "typo", "letter", "garbage", "format", "python", "source", "file", "settings"],
)
def test_token_that_cannot_be_replayed(duckrace, text: str, said: str) -> None:
    done = duckrace("replay", "-", stdin=text)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


def test_token_of_a_changed_program_is_replayed_by_force(duckrace, tmp_path: Path) -> None:
    program = tmp_path / "scenarios.py"
    program.write_bytes((Path(__file__).parent / "programs" / "scenarios.py").read_bytes())
    line = duckrace("explore", "scenarios.py::circle", cwd=tmp_path).stdout.splitlines()[-1]
    program.write_text(program.read_text() + "\n# changed\n")
    assert duckrace("replay", line.split()[-1], cwd=tmp_path).returncode == 2
    done = duckrace("replay", line.split()[-1], "--force", cwd=tmp_path)
    assert done.returncode == 1
    assert "Note: scenarios.py::circle has changed since this token was made." in done.stdout
