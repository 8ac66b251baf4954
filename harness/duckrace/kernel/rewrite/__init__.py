"""Rewriting the source of the modules under test when the world loads them.

At granularity ``sync`` one thing is added: every ``while`` loop reports its iterations
(:meth:`Machine.spin`), so that a loop without a schedule point cannot spin for ever unseen.  At ``gil`` and
``access``, accesses to shared memory become visible, too (``sharing``).  Line numbers, tracebacks and
``inspect.getsource`` stay as they are.

It knows Python's syntax tree; it must not know the machine or how modules are found.
"""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Callable
from typing import Final

from .sharing import Sharing

SPIN: Final = "__duckrace_spin__"  # ends in two underscores, or it would be mangled inside classes

Before = Callable[[ast.Module, bytes, str], None]


class _Loops(ast.NodeTransformer):
    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        call = ast.Expr(ast.Call(ast.Name(SPIN, ast.Load()), [], []))
        for part in ast.walk(call):
            if isinstance(part, (ast.expr, ast.stmt)):
                ast.copy_location(part, node.body[0])
        node.body.insert(0, call)
        return node


def rewrite(
    source: bytes, filename: str, before: Before | None = None, granularity: str = "sync", module: str = ""
) -> types.CodeType:
    """Compile a module's source for the world.  Raises SyntaxError as ``compile`` does.

    `before` changes the tree in place, as the program's author would have: a test framework's own pass.
    """
    with warnings.catch_warnings():
        # Of the style of a module (an unknown escape) Python warns when it first compiles it, not with every world.
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        if b"while" not in source and before is None and granularity == "sync":
            return compile(source, filename, "exec", dont_inherit=True)
        tree = ast.parse(source, filename)
        if before is not None:
            before(tree, source, filename)
        if granularity != "sync":
            tree = ast.fix_missing_locations(Sharing(tree, module, granularity == "gil").visit(tree))
        return compile(_Loops().visit(tree), filename, "exec", dont_inherit=True)
