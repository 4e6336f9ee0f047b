"""Mutants of Python: a module with one thing in it made wrong."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import CodeType
from typing import Any

Place = tuple[ast.AST, str, int | None]

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
FUNCTIONS = {
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "Ge": "Gt",
    "Gt": "Ge",
    "sorted": "list",
    "set": "list",
}
METHODS = {"filter": "exclude", "exclude": "filter", "first": "last", "rpartition": "partition"}


@dataclass(frozen=True)
class PythonMutant:
    """A module as it would be with `before` in the line made `after`."""

    path: str
    line: int
    before: str
    after: str
    code: CodeType


def mutants_of(path: Path, *, name: str, namespace: Mapping[str, Any]) -> Iterator[PythonMutant]:
    """All mutants of a module, in the order of its lines; `namespace` is the module's own, for its enumerations."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node, (parent, field, index) in list(_places(tree)):
        for mutated in _mutations(node, namespace):
            ast.copy_location(mutated, node)
            ast.fix_missing_locations(mutated)
            before, after = (ast.unparse(one).partition("\n")[0].strip() for one in (node, mutated))
            _put(parent, field, index, mutated)
            code = compile(tree, str(path), "exec", dont_inherit=True)
            _put(parent, field, index, node)
            yield PythonMutant(name, _line_of(node), before, after, code)


def _line_of(node: ast.AST) -> int:
    return next(one.lineno for one in ast.walk(node) if isinstance(one, ast.expr | ast.stmt))


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, Place]]:
    """Every node that may be mutated, and where it hangs. Annotations, decorators and docstrings may not."""
    for field, value in ast.iter_fields(parent):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST) and not _is_text(node):
                yield node, (parent, field, index if isinstance(value, list) else None)
                yield from _places(node)


def _is_text(node: ast.AST) -> bool:
    """A docstring, or what is said to people: its words are no behaviour."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.keyword) and node.arg in {"description", "strict", "examples"}


def _mutations(node: ast.AST, namespace: Mapping[str, Any]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp(left, operator, right) if type(operator) in ARITHMETIC:
            yield ast.BinOp(left, ARITHMETIC[type(operator)](), right)
        case ast.AugAssign(target, operator, value) if type(operator) in ARITHMETIC:
            yield ast.AugAssign(target, ARITHMETIC[type(operator)](), value)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            yield from values
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield operand
        case ast.Constant():
            yield from map(ast.Constant, _other_values(node.value))
        case ast.Call() | ast.Attribute() | ast.Name():
            yield from _renamed(node, namespace)
        case _:
            yield from _turned(node)


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)


def _other_values(value: object) -> Iterator[Any]:
    """Numbers are one off, also as text; what is ordered downwards is ordered upwards. Other text stays."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
            yield value - 1
        case str() if value.replace(".", "", 1).isdecimal():
            number, dot, decimals = value.partition(".")
            yield f"{int(number) + 1}{dot}{decimals}"
        case str() if value[:1] == "-" and value[1:].isidentifier():
            yield value[1:]


def _renamed(node: ast.Call | ast.Attribute | ast.Name, namespace: Mapping[str, Any]) -> Iterator[ast.AST]:
    match node:
        case ast.Call(ast.Name(name) as function, args, keywords) if name in FUNCTIONS and args:
            yield ast.Call(ast.copy_location(ast.Name(FUNCTIONS[name], ast.Load()), function), args, keywords)
        case ast.Call(ast.Attribute(value, name) as function, args, keywords) if name in METHODS:
            other = ast.copy_location(ast.Attribute(value, METHODS[name], ast.Load()), function)
            yield ast.Call(other, args, keywords)
        case ast.Attribute(ast.Name(name) as owner, member, ast.Load()):
            kind = namespace.get(name)
            if isinstance(kind, type) and issubclass(kind, Enum) and member in kind.__members__:
                members = list(kind.__members__)
                other_member = members[(members.index(member) + 1) % len(members)]
                yield ast.Attribute(owner, other_member, ast.Load())


def _turned(node: ast.AST) -> Iterator[ast.AST]:
    """Branches that are the wrong way round, and steps that are left out."""
    match node:
        case ast.If(test, body, others) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield ast.If(ast.UnaryOp(ast.Not(), test), body, others)
        case ast.IfExp(test, body, other):
            yield ast.IfExp(test, other, body)
        case ast.comprehension(target, source, [_, *_], is_async):
            yield ast.comprehension(target, source, [], is_async)
        case ast.Expr(ast.Call()) | ast.Raise():
            yield ast.Pass()
        case ast.Expr(ast.Yield() | ast.YieldFrom()):
            yield ast.Pass()
