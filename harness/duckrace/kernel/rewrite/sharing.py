"""The pass over the syntax tree that makes accesses to shared memory visible (granularities `access` and `gil`).

Inside functions, and nowhere else, loads and stores of attributes, items and shared variables become calls of the
helpers of ``shared``; calls and loops name what they use. Names of helpers and of our own variables end in two
underscores, or they would be mangled inside classes. Our variables are deleted where they have served, since what they
refer to must not live longer than in the program as it was written.

It knows Python's syntax tree; it must not know the machine, or what an access is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from .scopes import Scope, Scopes

Node = TypeVar("Node", bound=ast.AST)

_DISPLAYS: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_OPERATORS: Final[dict[type[ast.AST], str]] = {
    ast.Add: "add",
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.Div: "truediv",
    ast.Eq: "eq",
    ast.FloorDiv: "floordiv",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.LShift: "lshift",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.MatMult: "matmul",
    ast.Mod: "mod",
    ast.Mult: "mul",
    ast.NotEq: "ne",
    ast.Pow: "pow",
    ast.RShift: "rshift",
    ast.Sub: "sub",
}
_VIEWS: Final = ("items", "keys", "values")


def helper(name: str) -> str:
    """What a helper is called in rewritten code."""
    return f"__duckrace_{name}__"


class Sharing(ast.NodeTransformer):
    """Rewrites one module. `switches`: also put in the places where CPython's own threads switch."""

    def __init__(self, tree: ast.Module, module: str, switches: bool) -> None:
        self._scopes = Scopes(tree)
        self._module = module
        self._switches = switches
        self._scope: Scope | None = None  # the function that is rewritten
        self._class = ""  # the class whose names are mangled
        self._temporaries = 0

    # -- making nodes -----------------------------------------------------------------------------------------

    def _call(self, name: str, *args: ast.expr | str) -> ast.Call:
        values = [ast.Constant(arg) if isinstance(arg, str) else arg for arg in args]
        return ast.Call(ast.Name(helper(name), ast.Load()), values, [])

    def _do(self, name: str, *args: ast.expr | str) -> ast.Expr:
        return ast.Expr(self._call(name, *args))

    def _temporary(self) -> str:
        self._temporaries += 1
        return helper(f"t{self._temporaries}")

    def _place(self, owner: Scope | None) -> ast.expr:
        """What tells a shared variable from others of its name: the call that owns it, or the module."""
        return ast.Constant(self._module) if owner is None else ast.Name(helper(f"scope{owner.depth}"), ast.Load())

    def _mangled(self, name: str) -> str:
        private = name.startswith("__") and not name.endswith("__") and "." not in name
        return f"_{self._class.lstrip('_')}{name}" if private and self._class.strip("_") else name

    def visit(self, node: ast.AST) -> Any:
        result = super().visit(node)
        for new in _listed(result):
            _locate(new, node)
        return result

    # -- functions and classes ----------------------------------------------------------------------------------

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.decorator_list = self._each(node.decorator_list)
        node.bases = self._each(node.bases)
        node.keywords = self._each(node.keywords)
        outer = self._class, self._scope
        self._class, self._scope = node.name, None
        node.body = self._statements(node.body)
        self._class, self._scope = outer
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.decorator_list = self._each(node.decorator_list)
        self._defaults(node.args)
        outer, self._scope = self._scope, self._scopes.of[node]
        body = self._statements(node.body)
        begin: list[ast.stmt] = []
        if self._scope.shared:
            name = ast.Name(helper(f"scope{self._scope.depth}"), ast.Store())
            begin.append(ast.Assign([name], self._call("scope")))
        if self._switches:
            begin.append(self._do("switch"))
        documented = bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        at = 1 if documented else 0
        for new in begin:
            _locate(new, node.body[0])
        node.body = [*body[:at], *begin, *body[at:]]
        self._scope = outer
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        self._defaults(node.args)
        scope = self._scopes.of[node]
        scope.shared.clear()
        outer, self._scope = self._scope, scope
        node.body = self.visit(node.body)
        self._scope = outer
        return node

    def _defaults(self, args: ast.arguments) -> None:
        args.defaults = self._each(args.defaults)
        args.kw_defaults = [None if value is None else self.visit(value) for value in args.kw_defaults]

    def _each(self, nodes: Sequence[Node]) -> list[Node]:
        return [self.visit(node) for node in nodes]

    def _statements(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for node in body:
            new = self.visit(node)
            found.extend(new if isinstance(new, list) else [new])
        return found

    # -- loads --------------------------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.value = self.visit(node.value)
        if self._scope is None or not isinstance(node.ctx, ast.Load):
            return node
        return self._call("load", node.value, self._mangled(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value, node.slice = self.visit(node.value), self.visit(node.slice)
        if self._scope is None or not isinstance(node.ctx, ast.Load):
            return node
        return self._call("getitem", node.value, self._key(node.slice))

    def _key(self, key: ast.expr) -> ast.expr:
        """What stands between brackets, as an expression."""
        if isinstance(key, ast.Slice):
            bounds = [ast.Constant(None) if part is None else part for part in (key.lower, key.upper, key.step)]
            return self._call("slice", *bounds)
        if isinstance(key, ast.Tuple):
            return ast.Tuple([self._key(part) for part in key.elts], ast.Load())
        return key

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if self._scope is None or node not in self._scopes.shared or not isinstance(node.ctx, ast.Load):
            return node
        return self._read(node)

    def _read(self, name: ast.Name) -> ast.expr:
        """The event of a load of a shared variable, and then the load."""
        touch = self._call("read_variable", self._place(self._scopes.shared[name]), name.id)
        pair = ast.Tuple([touch, ast.Name(name.id, ast.Load())], ast.Load())
        return ast.Subscript(pair, ast.Constant(1), ast.Load())

    def _written(self, name: ast.Name, value: ast.expr) -> ast.expr:
        """`value`, and the event of its store in a shared variable."""
        return self._call("write_variable", value, self._place(self._scopes.shared[name]), name.id)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        left, right = node.left, node.right
        node.left, node.right = self.visit(left), self.visit(right)
        if self._scope is None or (isinstance(left, ast.Constant) and isinstance(right, ast.Constant)):
            return node
        constant = [part.value for part in (left, right) if isinstance(part, ast.Constant)]
        if constant and not isinstance(node.op, ast.Mult) and not isinstance(constant[0], (str, bytes)):
            return node  # ``n + 1``: no container has such an operator
        new = self._call("operated", node.left, _OPERATORS[type(node.op)], node.right)
        made = any(isinstance(part, _DISPLAYS) for part in (left, right))  # ``[0] * n`` is a new list
        return self._call("fresh" if made else "made", new)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        parts = (node.left, *node.comparators)
        plain = any(isinstance(part, ast.Constant) for part in parts)  # equal to no container, whatever is in it
        node.left, node.comparators = self.visit(node.left), self._each(node.comparators)
        if self._scope is None or len(node.ops) != 1 or isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            return node
        (right,), op = node.comparators, node.ops[0]
        if not isinstance(op, (ast.In, ast.NotIn)):
            return node if plain else self._call("operated", node.left, _OPERATORS[type(op)], right)
        found: ast.expr = self._call("contains", node.left, right)
        return ast.UnaryOp(ast.Not(), found) if isinstance(op, ast.NotIn) else found

    # -- values that are used as a whole ------------------------------------------------------------------------

    def _tested(self, node: ast.expr) -> ast.expr:
        """An expression whose truth is asked for."""
        if isinstance(node, ast.BoolOp):
            node.values = list(map(self._tested, node.values))
            return node
        new: ast.expr = self.visit(node)
        truth = isinstance(node, (ast.Compare, ast.Constant, ast.Lambda, ast.JoinedStr))
        if self._scope is None or truth or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            return new
        return self._call("truth", new)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        node.values = [*map(self._tested, node.values[:-1]), self.visit(node.values[-1])]
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        node.operand = self._tested(node.operand) if isinstance(node.op, ast.Not) else self.visit(node.operand)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        node.test = self._tested(node.test)
        node.body, node.orelse = self.visit(node.body), self.visit(node.orelse)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._tested(node.test)
        node.body, node.orelse = self._statements(node.body), self._statements(node.orelse)
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        node.test = self._tested(node.test)
        node.msg = None if node.msg is None else self.visit(node.msg)
        return node

    def visit_Starred(self, node: ast.Starred) -> ast.AST:
        node.value = self.visit(node.value)
        if self._scope is not None and isinstance(node.ctx, ast.Load):
            node.value = self._call("spread", node.value)
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        node.value = self.visit(node.value)
        node.format_spec = None if node.format_spec is None else self.visit(node.format_spec)
        if self._scope is not None and not isinstance(node.value, ast.Constant):
            node.value = self._call("printed", node.value)
        return node

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        node.value = self.visit(node.value)
        if self._scope is not None:
            node.value = self._call("delegated", node.value)
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = self.visit(node.subject)
        if self._scope is not None:
            patterns = [part for case in node.cases for part in ast.walk(case.pattern)]
            classes = [part for part in patterns if isinstance(part, ast.MatchClass)]
            names = {self._mangled(name): None for part in classes for name in part.kwd_attrs}
            if any(part.patterns for part in classes):
                names.setdefault("__match_args__")
            node.subject = self._call("matched", node.subject, *names)
        node.cases = self._each(node.cases)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        plain = isinstance(node.func, ast.Name) and node.func.id in (
            "super",
            "locals",
            "globals",
            "eval",
            "exec",
            "vars",
        )
        node.func = self.visit(node.func)
        node.args, node.keywords = self._each(node.args), self._each(node.keywords)
        if self._scope is None or plain:
            one = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
            if self._scope is not None and one and isinstance(node.func, ast.Name) and node.func.id == "vars":
                return self._call("namespace", node.func, node.args[0])
            return node
        for keyword in node.keywords:
            if keyword.arg is None:
                keyword.value = self._call("spread", keyword.value)
        node.func = self._call("called", node.func)
        return self._call("made", node)

    def _display(self, node: Any) -> Any:
        if hasattr(node, "generators"):
            self._comprehension(node)
        else:
            self.generic_visit(node)
        if self._scope is None or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return node
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            node.values = [self._call("spread", value) if key is None else value for key, value in pairs]
        return self._call("fresh", node)

    visit_List = visit_Dict = visit_Set = visit_ListComp = visit_SetComp = visit_DictComp = _display

    def _comprehension(self, node: Any) -> ast.AST:
        for part in node.generators:
            part.iter = self.visit(part.iter) if part.is_async else self._iterated(part.iter, part.target)
            part.ifs = [self._tested(condition) for condition in part.ifs]
        for name in ("elt", "key", "value"):
            if hasattr(node, name):
                setattr(node, name, self.visit(getattr(node, name)))
        return node  # type: ignore[no-any-return]

    visit_GeneratorExp = _comprehension

    def _iterated(self, node: ast.expr, target: ast.expr | None = None) -> ast.expr:
        """What a loop goes over, into `target`."""
        if self._scope is None:
            return self.visit(node)  # type: ignore[no-any-return]
        view = ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not (node.args or node.keywords):
            view = node.func.attr if node.func.attr in _VIEWS else ""
        if view:
            new = self._call("iterated", self.visit(node.func.value), view)  # type: ignore[attr-defined]
        else:
            new = self._call("iterated", self.visit(node))
        if self._switches:
            new = self._call("looped", new)
        return self._call("unpacking", new) if isinstance(target, (ast.Tuple, ast.List)) else new

    # -- statements -----------------------------------------------------------------------------------------------

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if self._scope is None or node.value is None:
            return node
        if isinstance(node.target, ast.Name) and node.target not in self._scopes.shared:
            node.value = self.visit(node.value)
            return node
        return self.visit_Assign(ast.Assign([node.target], node.value))

    def visit_Assign(self, node: ast.Assign) -> Any:
        node.value = self.visit(node.value)
        if self._scope is None:
            return node
        if len(node.targets) == 1 and (stored := self._store(node.targets[0], node.value)) is not None:
            return stored
        unpacks = any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets)
        if unpacks and not isinstance(node.value, (ast.Tuple, ast.Constant)):
            node.value = self._call("spread", node.value)
        if not any(map(self._complex, node.targets)):
            return node
        if len(node.targets) == 1:
            target, after = self._unpacked(node.targets[0])
            return [ast.Assign([target], node.value), *after]
        name = self._temporary()
        found: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], node.value)]
        for each in node.targets:
            value = ast.Name(name, ast.Load())
            stored = self._store(each, value)
            if stored is None:
                target, after = self._unpacked(each)
                found += [ast.Assign([target], value), *after]
            else:
                found.append(stored)
        return [*found, _forget(name)]

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        node.value = self.visit(node.value)
        if self._scope is not None and node.target in self._scopes.shared:
            node.value = self._call(
                "write_variable", node.value, self._place(self._scopes.shared[node.target]), node.target.id
            )
        return node

    def _store(self, target: ast.expr, value: ast.expr) -> ast.stmt | None:
        """The statement that stores `value` where an event belongs to it; None: none does, or it is several targets."""
        if isinstance(target, ast.Attribute):
            return self._do("store", value, self.visit(target.value), self._mangled(target.attr))
        if isinstance(target, ast.Subscript):
            return self._do("setitem", value, self.visit(target.value), self._key(self.visit(target.slice)))
        if isinstance(target, ast.Name) and target in self._scopes.shared:
            return ast.Assign([target], self._written(target, value))
        return None

    def _complex(self, target: ast.AST) -> bool:
        """Does an event belong to it, or to a part of it?"""
        return any(
            isinstance(part, (ast.Attribute, ast.Subscript))
            or (isinstance(part, ast.Name) and part in self._scopes.shared)
            for part in ast.walk(target)
        )

    def _unpacked(self, target: ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
        """A target without events, and the statements that store where they belong."""
        if not self._complex(target):
            return target, []
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = [self._unpacked(part) for part in target.elts]
            return type(target)([part for part, _ in parts], ast.Store()), [row for _, after in parts for row in after]
        if isinstance(target, ast.Starred):
            inner, after = self._unpacked(target.value)
            return ast.Starred(inner, ast.Store()), after
        name = self._temporary()
        stored = self._store(target, ast.Name(name, ast.Load()))
        assert stored is not None
        return ast.Name(name, ast.Store()), [stored, _forget(name)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        value = self.visit(node.value)
        if self._scope is None:
            node.value = value
            return node
        target, before, names = node.target, list[ast.stmt](), list[str]()

        def once(part: ast.expr) -> ast.expr:
            names.append(self._temporary())
            before.append(ast.Assign([ast.Name(names[-1], ast.Store())], part))
            return ast.Name(names[-1], ast.Load())

        loaded: ast.expr
        store: Callable[[ast.expr], ast.stmt]
        if isinstance(target, ast.Attribute):
            base, name = once(self.visit(target.value)), self._mangled(target.attr)
            loaded = self._call("load", base, name)
            store = lambda new: self._do("store", new, base, name)  # noqa: E731
        elif isinstance(target, ast.Subscript):
            base, key = once(self.visit(target.value)), once(self._key(self.visit(target.slice)))
            loaded = self._call("getitem", base, key)
            store = lambda new: self._do("setitem", new, base, key)  # noqa: E731
        elif target in self._scopes.shared:
            loaded = self._read(target)
            store = lambda new: ast.Assign([target], self._written(target, new))  # noqa: E731
        else:
            node.value = self._call("augmented", ast.Name(target.id, ast.Load()), value)
            return node
        once(loaded)
        result = names[-1]
        added = self._call("augmented", ast.Name(result, ast.Load()), value)
        before.append(ast.AugAssign(ast.Name(result, ast.Store()), node.op, added))
        return [*before, store(ast.Name(result, ast.Load())), *map(_forget, names)]

    def visit_Delete(self, node: ast.Delete) -> Any:
        if self._scope is None:
            return node
        found: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                found.append(self._do("delete", self.visit(target.value), self._mangled(target.attr)))
            elif isinstance(target, ast.Subscript):
                found.append(self._do("delitem", self.visit(target.value), self._key(self.visit(target.slice))))
            else:
                found.append(ast.Delete([target]))
        return found

    def _for(self, node: Any) -> ast.AST:
        if self._scope is None:
            self.generic_visit(node)
            return node  # type: ignore[no-any-return]
        node.iter = self._iterated(node.iter, node.target) if isinstance(node, ast.For) else self.visit(node.iter)
        node.target, after = self._unpacked(node.target)
        for new in after:
            _locate(new, node.target)
        node.body = [*after, *self._statements(node.body)]
        node.orelse = self._statements(node.orelse)
        return node  # type: ignore[no-any-return]

    visit_For = visit_AsyncFor = _for

    def _with(self, node: Any) -> ast.AST:
        before: list[ast.stmt] = []
        for part in node.items:
            part.context_expr = self.visit(part.context_expr)
            if self._scope is not None and part.optional_vars is not None:
                part.optional_vars, after = self._unpacked(part.optional_vars)
                before += after
        for new in before:
            _locate(new, node)
        node.body = [*before, *self._statements(node.body)]
        return node  # type: ignore[no-any-return]

    visit_With = visit_AsyncWith = _with

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = self._tested(node.test)
        node.body, node.orelse = self._statements(node.body), self._statements(node.orelse)
        if self._scope is None or not self._switches:
            return node
        edge = self._do("switch")
        _locate(edge, node.body[-1])
        _Edges().add(node.body, edge)
        return node

    # -- what stays as it is -----------------------------------------------------------------------------------

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        node.guard = None if node.guard is None else self._tested(node.guard)
        node.body = self._statements(node.body)
        return node

    def _as_it_is(self, node: ast.AST) -> ast.AST:
        return node

    visit_Global = visit_Nonlocal = visit_Import = visit_ImportFrom = visit_TypeAlias = _as_it_is


class _Edges(ast.NodeTransformer):
    """Puts a statement where a loop jumps back: at its end, and before each ``continue``."""

    def add(self, body: list[ast.stmt], edge: ast.stmt) -> None:
        self._edge = edge
        body[:] = [row for node in body for row in _listed(self.visit(node))]
        body.append(edge)

    def visit_Continue(self, node: ast.Continue) -> list[ast.stmt]:
        return [self._edge, node]

    def _stop(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _stop
    visit_For = visit_AsyncFor = visit_While = _stop  # a ``continue`` in there is theirs


def _listed(node: Any) -> list[ast.stmt]:
    return node if isinstance(node, list) else [node]


def _forget(name: str) -> ast.stmt:
    return ast.Delete([ast.Name(name, ast.Del())])


def _locate(new: ast.AST, old: ast.AST) -> None:
    if not hasattr(new, "lineno") and "lineno" in new._attributes:
        ast.copy_location(new, old)
