"""Which tests can be explored, and where a world finds them.

A test is loaded anew in the world, by its file and its name there.  What runs a test in another way than by
calling a function (unittest, asyncio, Hypothesis) is refused in a sentence, before its fixtures are made.

It knows pytest's items; it must not know how anything is explored.
"""

from __future__ import annotations

import inspect
import os
import shlex
import sys
import unittest
from pathlib import Path

import pytest

from duckrace._errors import UsageError

XUNIT = ("setup_class", "teardown_class", "setup_method", "teardown_method")


def checked(item: pytest.Item) -> pytest.Function:
    """`item` if it can be explored.  Raises UsageError."""
    if not isinstance(item, pytest.Function):
        raise UsageError(f"it is a {type(item).__name__}; only test functions can be explored.")
    function, cls = item.obj, item.cls
    if cls is not None and issubclass(cls, unittest.TestCase):
        raise UsageError("it is a method of a unittest.TestCase, which runs itself: write it as a function.")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError("it is async, and asyncio programs cannot be explored yet.")
    if getattr(function, "is_hypothesis_test", False):
        raise UsageError(
            "it is a test of Hypothesis, which would run all of its examples in every execution: take @given off, "
            "and use pytest.mark.parametrize."
        )
    for name in XUNIT if cls is not None else ():
        if hasattr(cls, name):
            raise UsageError(
                f"its class has {name}, which pytest runs outside of the simulated world, on another instance: "
                "build what the test needs inside of it."
            )
    return item


def check_instance(item: pytest.Function) -> None:
    """Raise UsageError if a fixture left something on the instance, which the world's instance will not have."""
    names = sorted(vars(item.instance)) if item.cls is not None else []
    if names:
        raise UsageError(
            f"a fixture sets {', '.join('self.' + name for name in names)}, but every execution makes its own instance "
            "of the class in the simulated world: hand it over as a fixture's value, or build it inside of the test."
        )


def names_of(item: pytest.Function) -> tuple[str, ...]:
    """How to get from the test's module to the function: the names of its classes, then its own."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return (*classes, item.originalname)


def module_of(item: pytest.Function) -> str:
    """The name under which pytest imported the test's file; the world uses it, too."""
    return str(getattr(item.module, "__name__", item.path.stem))


def root_of(path: Path, module: str) -> Path:
    """The folder from which `path` is imported as `module`."""
    parts = module.split(".")
    if path.with_suffix("").parts[-len(parts) :] == tuple(parts):
        return path.parents[len(parts) - 1]
    return path.parent


def command_of(item: pytest.Function) -> str:
    """What to paste before a token to replay it from where pytest was called."""
    config = item.config
    worker = getattr(config, "workerinput", {})
    program = Path(str(worker.get("mainargv", sys.argv)[0]))
    pytest_itself = "python -m pytest" if program.name == "__main__.py" else "pytest"
    _, separator, name = item.nodeid.partition("::")
    text = os.path.relpath(item.path, config.invocation_params.dir) + separator + name
    shown = f'"{text}"' if not set(text) & set('"$`\\!') and text.isprintable() else shlex.quote(text)
    seed = os.environ.get("PYTHONHASHSEED", "")
    fixed = f"PYTHONHASHSEED={seed} " if seed.isdigit() else ""
    return f"{fixed}{pytest_itself} {shown} --duckrace-replay="
