"""A world: the modules under test and what they stand on, loaded anew on the simulated machine.

While a world is active ``sys.modules`` holds its copies; outside, nothing is patched.  In it are the
simulated ``_thread``, ``time`` and ``_queue``, the interpreter's own source of ``threading``,
``queue``, ``concurrent.futures`` and the like, the scenario's file, and every pure-Python module
outside the standard library that is imported there (or only the packages that were named).
C extensions and all other modules are the host's own.

It knows Python's import system; it must not know what runs in the world or who asked for it.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from pathlib import Path
from typing import Any, Final

from . import shared
from .clock import time_module
from .determinism import Chance, atexit_shadow, datetime_shadow, os_shadow
from .machine import machine
from .rewrite import SPIN, Before, rewrite
from .rewrite.sharing import helper
from .simplequeue import queue_module
from .snapshot import Snapshot
from .threads import QuietAtTheEnd, hash_in_order, silence_plumbing, thread_module

# Executed anew from the interpreter's source, because they wait, count threads or draw random numbers.
LIBRARY: Final = frozenset(
    [
        "_threading_local",
        "concurrent",
        "concurrent.futures",
        "concurrent.futures._base",
        "concurrent.futures.thread",
        "dataclasses",
        "functools",
        "queue",
        "random",
        "reprlib",
        "sched",
        "secrets",
        "socketserver",
        "threading",
        "uuid",
    ]
)
STANDARD: Final = str(Path(types.__file__).parent)
# Those of them that hold state between calls.
STATEFUL: Final = frozenset(("concurrent.futures.thread", "random", "threading", "uuid"))
# Simulated modules that make locks or tell the time: what was taken from the host's is another thing.
SHADOWED: Final = frozenset(("_queue", "_thread", "time"))
# Tools around a test, and packages whose C parts allow one copy per process.
HOST: Final = frozenset(
    [
        "_duckrace_pytest",
        "_hypothesis_ftz_detector",
        "_hypothesis_pytestplugin",
        "_pytest",
        "attr",
        "attrs",
        "click",
        "coverage",
        "cython",
        "duckrace",
        "duckrace_models",
        "duckrace_specs",
        "greenlet",
        "hypothesis",
        "iniconfig",
        "msgspec",
        "numpy",
        "packaging",
        "pandas",
        "pip",
        "pluggy",
        "py",
        "pygments",
        "pytest",
        "rich",
        "scipy",
        "setuptools",
        "sortedcontainers",
        "torch",
        "xdist",
        "execnet",
        "pytest_timeout",
        "typing_extensions",
    ]
)
# Parts of duckrace that are code under test.
TESTED: Final = (
    "duckrace.channels",
    "duckrace.checks.programs",
    "duckrace.plugins.adapters",
    "duckrace.stateful.programs",
)
# Those of them that only record what others do: their own accesses are no steps.
RECORDING: Final = "duckrace.stateful.programs."


class World:
    """Loaded once per exploration; :meth:`restore` undoes what an execution left behind."""

    def __init__(
        self,
        packages: Sequence[str] | None = None,
        search: Sequence[str] = (),
        before: Before | None = None,
        granularity: str = "sync",
    ) -> None:
        """`packages`: the only ones to load anew (None = every pure-Python one); `search`: folders
        put in front of ``sys.path``; `before`: a pass over the source of modules, before our own."""
        self.granularity = granularity
        self.packages = None if packages is None else tuple(packages)
        self.search = [str(folder) for folder in search]
        self.before = before
        self.chance = Chance()
        self.modules: dict[str, types.ModuleType] = {
            "_thread": thread_module(),
            "time": time_module(),
            "_queue": queue_module(),
            "os": os_shadow(self.chance),
            "atexit": atexit_shadow(),
            "datetime": datetime_shadow(),
        }
        self.sources: dict[str, str] = {}  # files under test, by module name
        shared.begin(granularity, self.sources)
        self.order: list[str] = []  # modules executed, in order
        self.builtins = dict(vars(builtins))
        self.builtins["id"] = self.chance.id
        self.builtins[SPIN] = machine.spin
        if granularity != "sync":
            self.builtins |= {helper(name): function for name, function in shared.HELPERS.items()}
        self.borrowed: Callable[[], None] = _nothing  # called when a host module was imported for the world
        self._verdicts: dict[str, bool] = {}
        self._hidden: dict[str, types.ModuleType] = {}
        self._finder = _Finder(self)
        self._active = 0
        self.path: list[str] = []  # its `sys.path`, which the program may change
        self._frozen_path: list[str] = []
        self._snapshot: Snapshot | None = None
        for name in {name.partition(".")[0] for name in TESTED}:
            self._shadow(name)

    # -- active or not -------------------------------------------------------------------------

    def activate(self) -> None:
        """Let imports and ``sys.modules`` show this world."""
        self._active += 1
        if self._active > 1:
            return
        for name in [name for name in sys.modules if name in self.modules or self.includes(name)]:
            self._hidden[name] = sys.modules.pop(name)
        sys.modules.update(self.modules)
        sys.meta_path.insert(0, self._finder)
        self._host_path = sys.path[:]
        sys.path[:] = self.path or [*self.search, *sys.path]

    def deactivate(self) -> None:
        """The host's modules again, exactly as they were."""
        self._active -= 1
        if self._active:
            return
        sys.meta_path.remove(self._finder)
        self.path, sys.path[:] = sys.path[:], self._host_path
        for name in [name for name in sys.modules if name in self.modules or self.includes(name)]:
            self.modules[name] = sys.modules.pop(name)
        sys.modules.update(self._hidden)
        self._hidden.clear()

    @contextmanager
    def active(self) -> Iterator[None]:
        self.activate()
        try:
            yield
        finally:
            self.deactivate()

    @contextmanager
    def host(self) -> Iterator[None]:
        """The host's modules for a while, for code that is not the world's."""
        depth, self._active = self._active, 1 if self._active else 0
        if not depth:
            yield
            return
        self.deactivate()
        try:
            yield
        finally:
            self.activate()
            self._active = depth

    def includes(self, name: str) -> bool:
        """Does a module of this name belong to the world?"""
        verdict = self._verdicts.get(name)
        if verdict is None:
            verdict = self._verdicts[name] = under_test(name, self.packages)
        return verdict

    # -- loading ---------------------------------------------------------------------------------

    def import_module(self, name: str) -> types.ModuleType:
        """Import by name inside the world.  Raises what the module raises."""
        with self.active(), machine.quiet():
            return importlib.import_module(name)

    def load_file(self, path: Path, name: str) -> types.ModuleType:
        """Load one file inside the world as module `name`."""
        with self.active(), machine.quiet():
            if not self.includes(name):
                self._verdicts[name] = True
                if name in sys.modules:  # the host's: it was not hidden with the others, and must come back
                    self._hidden[name] = sys.modules.pop(name)
            spec = importlib.util.spec_from_file_location(name, path, loader=_Source(self, name, str(path)))
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = self.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[name], self.modules[name]
                raise
            return module

    def execute(self, module: types.ModuleType, code: types.CodeType) -> None:
        vars(module)["__builtins__"] = self.builtins
        self.modules[module.__name__] = module
        self.order.append(module.__name__)
        with machine.quiet():
            exec(code, vars(module))
        if module.__name__ == "threading":
            silence_plumbing(module)
        elif module.__name__ == "random":
            self.chance.random_module(module)
        elif module.__name__ == "concurrent.futures._base":
            hash_in_order(module.Future)
            vars(module)["LOGGER"] = QuietAtTheEnd(vars(module)["LOGGER"])
        elif module.__name__ == "uuid":
            vars(module).update(_generate_time_safe=None, _node=1 << 40)  # no clock and no address of the host

    def _shadow(self, name: str) -> None:
        """A stand-in for a host package, so that world submodules do not become its attributes."""
        real = importlib.import_module(name)
        shadow = types.ModuleType(name, real.__doc__)
        vars(shadow).update(vars(real))
        for child in [n for n, v in vars(real).items() if isinstance(v, types.ModuleType)]:
            if self.includes(f"{name}.{child}"):
                delattr(shadow, child)
        self.modules[name] = shadow

    def adopt(self, name: str) -> None:
        """Make sure that a host parent package of a world module is a shadow."""
        parent = name.rpartition(".")[0]
        if parent and parent not in self.modules and not self.includes(parent) and parent in sys.modules:
            self._shadow(parent)
            self._hidden.setdefault(parent, sys.modules[parent])
            sys.modules[parent] = self.modules[parent]

    # -- between executions ------------------------------------------------------------------------

    def freeze(self) -> None:
        """Remember the state of all modules: what :meth:`restore` goes back to."""
        library = [m for n, m in self.modules.items() if n in STATEFUL]
        tested = [m for n, m in self.modules.items() if n not in LIBRARY and n in self.sources]
        self._snapshot = Snapshot(tested, library, LIBRARY)
        if self.granularity != "sync":
            shared.locations.fix(self._snapshot.objects)
        self._frozen_path = self.path[:]

    def restore(self) -> None:
        if self._snapshot is not None:
            self._snapshot.restore()
            if self._active and sys.path != self._frozen_path:
                sys.path[:] = self._frozen_path
        self.chance.reset()

    def shutdown_hooks(self) -> list[Any]:
        """What ``threading`` would call before it joins the threads that are left, last one first."""
        threading: Any = self.modules.get("threading")
        return list(reversed(threading._threading_atexits)) if threading else []


def under_test(name: str, packages: Sequence[str] | None) -> bool:
    """Would a world of these `packages` have its own copy of the module `name`?"""
    top = name.partition(".")[0]
    if name in LIBRARY or any(name == part or name.startswith(part + ".") for part in TESTED):
        return True
    if top in sys.stdlib_module_names or top in HOST or name == "__main__" or top.startswith("__editable__"):
        return False
    if packages is None:
        return True
    return any(name == package or name.startswith(package + ".") for package in packages)


def _nothing() -> None:
    pass


class _Finder(MetaPathFinder):
    """First on ``sys.meta_path`` while the world is active: decides for every module whose copy it is."""

    def __init__(self, world: World) -> None:
        self.world = world

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if self.world.includes(name):
            spec = self._real_spec(name, path, target)
            if spec is None:
                return None
            if _is_source(spec):
                self.world.adopt(name)
                assert spec.origin is not None
                spec.loader = _Source(self.world, name, spec.origin)
                return spec
            if spec.loader is None or spec.origin is None:  # a namespace package: the world gets its own
                return spec
        with self.world.host(), machine.quiet():
            try:
                module = importlib.import_module(name)
            except ModuleNotFoundError as error:
                if error.name == name:
                    return None
                raise
        self.world.borrowed()
        # Were it found there now, the import system would take its own spec and execute it a second time.
        sys.modules.pop(name, None)
        return importlib.machinery.ModuleSpec(name, _Borrowed(module), origin=getattr(module, "__file__", None))

    def _real_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        if name in LIBRARY and path is None:  # whatever lies in the scenario's folder
            return importlib.machinery.PathFinder.find_spec(name, [STANDARD])
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)) is not None:
                return spec
        return None


def _is_source(spec: importlib.machinery.ModuleSpec) -> bool:
    """Is it a file of Python source?  Not only Python's own loader finds those: pytest's does, too."""
    if isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        return True
    return spec.origin is not None and spec.origin.endswith(".py") and Path(spec.origin).is_file()


class _Source(Loader):
    """Executes a source file as a module of the world; the interpreter's own files are not rewritten."""

    def __init__(self, world: World, name: str, path: str) -> None:
        self.world = world
        self.name = name
        self.path = path

    def get_filename(self, name: str | None = None) -> str:
        return self.path

    def get_source(self, name: str | None = None) -> str:
        return importlib.util.decode_source(Path(self.path).read_bytes())

    def is_package(self, name: str | None = None) -> bool:
        return Path(self.path).name == "__init__.py"

    def get_code(self, name: str | None = None) -> types.CodeType:
        if self.name in LIBRARY:
            code = importlib.machinery.SourceFileLoader(self.name, self.path).get_code(self.name)
            assert code is not None
            return code
        source, world = Path(self.path).read_bytes(), self.world
        granularity = "sync" if self.name.startswith(RECORDING) else world.granularity
        return rewrite(source, self.path, world.before, granularity, self.name)

    def exec_module(self, module: types.ModuleType) -> None:
        if self.name not in LIBRARY:
            self.world.sources[self.name] = self.path
        self.world.execute(module, self.get_code())


class _Borrowed(Loader):
    """Hands out a module of the host, unchanged."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self.spec
