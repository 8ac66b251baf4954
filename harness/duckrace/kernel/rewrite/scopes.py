"""Which names are shared: variables of closures, and globals that some function assigns.

A small model of Python's scoping on the syntax tree (Language Reference 4.2.2), since the tree may be one that another
pass has changed already. A variable that is bound once and for all (by ``def``, ``class``, ``import``, or as a
parameter that nobody assigns) is not worth an event, and neither are those of comprehensions.

It knows Python's syntax tree; it must not know what is done with the names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True, eq=False)
class Scope:
    """The names of one function, or of the module."""

    parent: Scope | None  # the function around it, classes left out; None: of the module
    depth: int
    module: bool = False
    bound: set[str] = field(default_factory=set)  # its own variables
    assigned: set[str] = field(default_factory=set)  # those of them, or of outer ones, that a statement assigns
    nonlocal_: set[str] = field(default_factory=set)
    global_: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)  # its own variables that inner functions use too

    def owner(self, name: str) -> Scope | None:
        """The function whose variable `name` is here; None: it is global, or built in."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.global_ or scope.module:
                return None
            if name in scope.bound and name not in scope.nonlocal_:
                return scope
            scope = scope.parent
        return None


class Scopes(ast.NodeVisitor):
    """All functions of a module, and what each shared name is: `shared` maps a Name to the function that owns it, or to
    None where it is a global."""

    def __init__(self, tree: ast.Module) -> None:
        self.of: dict[ast.AST, Scope] = {}  # functions
        self.shared: dict[ast.Name, Scope | None] = {}
        self._scope = Scope(None, 0, module=True)
        self._names: list[tuple[ast.Name, Scope]] = []
        self._in_class = False
        self._hidden: tuple[frozenset[str], ...] = ()  # variables of the comprehensions around
        self.visit(tree)
        self._resolve()

    def _resolve(self) -> None:
        scopes = list(self.of.values())
        rebound = {name for scope in scopes for name in scope.global_ & scope.assigned}
        changing: set[tuple[Scope, str]] = set()
        for scope in scopes:
            for name in scope.assigned - scope.global_:
                if (owner := scope.owner(name)) is not None:
                    changing.add((owner, name))
        for node, scope in self._names:
            owner = scope.owner(node.id)
            if owner is not None and owner is not scope and (owner, node.id) in changing:
                owner.shared.add(node.id)
        for node, scope in self._names:
            owner = scope.owner(node.id)
            if owner is not None and node.id in owner.shared:
                self.shared[node] = owner
            elif owner is None and node.id in rebound and not scope.module:
                self.shared[node] = None

    # -- functions and classes ------------------------------------------------------------------------------

    def _function(self, node: Function, body: Iterable[ast.AST]) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        outer = self._scope, self._in_class
        around = self._scope if not self._scope.module else None
        self._scope = self.of[node] = Scope(around, self._scope.depth + 1)
        self._in_class = False
        args = node.args
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
            if arg is not None:
                self._scope.bound.add(arg.arg)
        for child in body:
            self.visit(child)
        self._scope, self._in_class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._define(node.name)
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._function(node, node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._define(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        outer, self._in_class = self._in_class, True
        for child in node.body:
            self.visit(child)
        self._in_class = outer

    # -- names ------------------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        if self._in_class or any(node.id in names for names in self._hidden):
            return
        self._names.append((node, self._scope))
        if not isinstance(node.ctx, ast.Load):
            self._define(node.id)
            self._scope.assigned.add(node.id)

    def _define(self, name: str) -> None:
        if not self._in_class:
            self._scope.bound.add(name)

    def visit_Global(self, node: ast.Global) -> None:
        if not self._in_class:
            self._scope.global_.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        if not self._in_class:
            self._scope.nonlocal_.update(node.names)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._define(node.name)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        self._define((node.asname or node.name).partition(".")[0])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._define(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._define(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._define(node.rest)
        self.generic_visit(node)

    # -- comprehensions -------------------------------------------------------------------------------------

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        first = node.generators[0]
        self.visit(first.iter)  # by the function itself
        own = frozenset(
            name.id
            for part in node.generators
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        )
        before, self._hidden = self._hidden, (*self._hidden, own)
        for part in node.generators:
            if part is not first:
                self.visit(part.iter)
            for condition in part.ifs:
                self.visit(condition)
        for result in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(result)
        self._hidden = before

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension
