"""Expressions given as text: parsed by Python's own grammar, checked, and never run as code.

A text becomes a tree (`ast.parse`), the tree may hold numbers, names, arithmetic and calls of
the ops of the table, and nothing else; then it is evaluated on Values, so that it leaves a
graph. Everything else is refused with a message that says what to write.

>>> f = Expression("(2 - y)**2")
>>> f.names
('y',)
>>> y = Value(0.5, "y")
>>> f({"y": y})
Value(2.25, 'f')
"""

import ast
import linecache
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd_lite.graph import topological_order
from autograd_lite.ops import TABLE, Op
from autograd_lite.source_lines import SourceLine
from autograd_lite.typed_formula import ExpressionError, as_python, named_result
from autograd_lite.value import Value, as_value

__all__ = ["Expression", "Condition", "ExpressionError", "plain_number"]

LONGEST = 10_000  # characters
DEEPEST = 100  # brackets, or operations, one in the other

WRITTEN_BY_SIGNS = {"add", "sub", "mul", "div", "neg", "power", "variable_power"}
MET_IN_DERIVATIVES = {"monomial", "variable_monomial", "compare", "ratio"}
OPS: dict[str, Op] = {  # the rows that people call by name, those that the package exports
    name: op
    for name, op in TABLE.items()
    if name not in WRITTEN_BY_SIGNS and name not in MET_IN_DERIVATIVES
}
CONSTANTS = {"pi": math.pi}

BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

REFUSED = {  # what the grammar knows and we do not
    ast.Attribute: "a dot after a name is not known here; write functions plainly: exp(x)",
    ast.Subscript: "brackets [ ] after a name are not known here",
    ast.Lambda: "lambda is not known here; write the formula itself",
    ast.IfExp: "`if` is not known here; where(c, x, y) chooses x if c is not 0",
    ast.Compare: "a comparison is not a formula; step(x - y) is 1 where x >= y",
    ast.BoolOp: "`and` and `or` are not known here",
    ast.Tuple: "one formula is wanted, not several with commas",
    ast.NamedExpr: "`:=` is not known here; give values after the formula: y=0.5",
    ast.JoinedStr: "text is not known here; write numbers and names",
    ast.Starred: "a star before a name is not known here",
}
REFUSED_OPERATORS = {
    ast.MatMult: "write dot([...], [...]) for an inner product, not @",
    ast.Mod: "% is not known here: it has no useful derivative",
    ast.FloorDiv: "// is not known here: it has no useful derivative; write /",
}


class Expression:
    """A formula of numbers, names, `+ - * / **` and the ops of the table.

    text    as it was given; 2x and x^2 are read as people mean them (see `typed_formula.py`)
    names   the variables in it, in order of appearance
    result  the name that it gives its result: "y" of "y = x**2"; else ""

    Called with a Value or number for each name it returns the output of a graph, labelled `f`
    (or the next free letter) if it has no name of its own. The arithmetic is the engine's, so
    it raises what the engine raises.

    Raises ExpressionError, a ValueError, for anything that is not such a formula.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.tree = parsed(self.text)
        check_formula(self.tree)
        self.names = variables_in(self.tree)
        self.result = named_result(self.text)
        if self.result in self.names:
            raise ExpressionError(f"{self.result} stands on both sides of the equals sign")

    def __repr__(self) -> str:
        return f"<expression {self.text!r}>"

    def __call__(self, values: Mapping[str, Value | float]) -> Value:
        """Return the formula's value as a node.

        Raises ExpressionError for a name without a value.
        """
        missing = [name for name in self.names if name not in values]
        if missing:
            wanted = " ".join(f"{name}=1.5" for name in missing)
            raise ExpressionError(
                f"{', '.join(missing)} needs a value; write for example: {wanted}"
            )
        output = as_value(evaluated(self.tree, values))
        if output.parents and not output.label:
            free = (name for name in ("f", "C", "out", "") if name not in self.names)
            output.label = self.result or next(free)
        self.note_line(output)
        return output

    def note_line(self, output: Value) -> None:
        """Make the text the source line of every node of the formula, for `src`."""
        name = f"<{self.text}>"
        linecache.cache[name] = (len(self.text), None, [self.text + "\n"], name)
        line = SourceLine(name, 1)
        for node in topological_order(output):
            if node.parents:
                node.line = line


class Condition:
    """Comparisons of formulas, joined by and, or, not: `abs(product) > 0.1 and after < 0`.

    text    as it was given
    names   the names in it, in order of appearance

    Raises ExpressionError for anything else, or a name that is not among those given, if any are.

    >>> Condition("product > 0.1", ["product", "after"])({"product": 0.5, "after": 0.0})
    True
    """

    def __init__(self, text: str, names: Sequence[str] | None = None) -> None:
        self.text = text.strip()
        self.tree = parsed(self.text)
        check_condition(self.tree)
        self.names = variables_in(self.tree)
        unknown = [name for name in self.names if names is not None and name not in names]
        if names is not None and unknown:
            raise ExpressionError(
                f"{unknown[0]} is not known in a condition; there are {', '.join(names)}"
            )

    def __repr__(self) -> str:
        return f"<condition {self.text!r}>"

    def __call__(self, values: Mapping[str, float]) -> bool:
        """Return whether the condition holds."""
        return holds(self.tree, values)


def plain_number(text: str) -> float:
    """Return the number that a text without variables stands for: `0.5`, `-1e3`, `pi/2`.

    Raises ExpressionError if it has variables, or is not a finite number.
    """
    expression = Expression(text)
    if expression.names:
        raise ExpressionError(f"{text!r} is not a number: {expression.names[0]} has no value")
    number = expression({}).data
    if not math.isfinite(number):
        raise ExpressionError(f"{text!r} is not a finite number")
    return number


# -- Checking ----------------------------------------------------------------------------------


def parsed(text: str) -> ast.expr:
    """Return the tree of a text, after checks that make parsing it safe and quick."""
    if not text:
        raise ExpressionError("the formula is empty; write for example '(2 - y)**2'")
    if len(text) > LONGEST:
        raise ExpressionError(
            f"the formula has {len(text)} characters, more than the {LONGEST} allowed; "
            f"write it as a Python program instead"
        )
    written = as_python(text, OPS)
    depth = 0
    for column, character in enumerate(written, start=1):
        depth += (character in "([{") - (character in ")]}")
        if depth > DEEPEST:
            raise ExpressionError(f"more than {DEEPEST} brackets are open at column {column}")
    try:
        return ast.parse(written, mode="eval").body
    except SyntaxError as error:
        where = f" at column {error.offset}" if error.offset else ""
        raise ExpressionError(f"{text!r} is not a formula: {error.msg}{where}") from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"{text[:60]!r} is nested too deeply, or not a formula") from None


def check_formula(tree: ast.expr) -> None:
    """Raise ExpressionError unless the tree is numbers, names, arithmetic and calls of our ops."""
    unseen: list[tuple[ast.expr, int]] = [(tree, 1)]
    while unseen:
        node, depth = unseen.pop()
        if depth > DEEPEST:
            raise ExpressionError(
                f"more than {DEEPEST} operations stand one inside the other; "
                f"write a long sum as total([x, y, z])"
            )
        for part in parts_of(node):
            along = isinstance(node, ast.BinOp) and part is node.left  # a + b + c goes on, not in
            unseen.append((part, depth if along else depth + 1))


def parts_of(node: ast.expr) -> Sequence[ast.expr]:
    """Return the formulas that a formula is made of; raise ExpressionError if it is none."""
    if isinstance(node, ast.Constant):
        check_number(node.value)
        return ()
    if isinstance(node, ast.Name):
        if node.id in OPS:
            raise ExpressionError(f"{node.id} is a function; write {written(OPS[node.id])}")
        return ()
    if isinstance(node, ast.BinOp):
        if type(node.op) not in BINARY:
            sign = type(node.op).__name__
            raise ExpressionError(REFUSED_OPERATORS.get(type(node.op), f"{sign} is not known here"))
        return node.left, node.right
    if isinstance(node, ast.UnaryOp):
        if type(node.op) not in UNARY:
            raise ExpressionError(f"{type(node.op).__name__} is not known here; write + or -")
        return (node.operand,)
    if isinstance(node, ast.Call):
        return operands_of(node)
    message = REFUSED.get(type(node), f"{type(node).__name__} is not known here")
    raise ExpressionError(message)


def operands_of(call: ast.Call) -> list[ast.expr]:
    """Return the formulas that an op is called with, those in lists too."""
    if not isinstance(call.func, ast.Name):
        raise ExpressionError("only functions can be called, by name: exp(x)")
    name = call.func.id
    if name not in OPS:
        raise ExpressionError(
            f"{name} is not a function here; write {name}*( for a product; "
            f"there are {', '.join(sorted(OPS))}"
        )
    op = OPS[name]
    if call.keywords or len(call.args) != len(op.operands):
        raise ExpressionError(f"write {written(op)}")
    if not op.sequences:
        return call.args
    formulas = []
    for argument in call.args:
        if not isinstance(argument, ast.List):
            raise ExpressionError(f"write {written(op)}, with lists: [x, y]")
        formulas.extend(argument.elts)
    return formulas


def written(op: Op) -> str:
    brackets = "[{}]" if op.sequences else "{}"
    return f"{op.name}({', '.join(brackets.format(name) for name in op.operands)})"


def check_number(number: object) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ExpressionError(f"{str(number)[:20]!r} is not a number here; write digits")
    try:
        finite = math.isfinite(float(number))
    except OverflowError:
        finite = False
    if not finite:
        raise ExpressionError("a number is too large: floats end near 1.8e308")


def check_condition(tree: ast.expr) -> None:
    """Raise ExpressionError unless the tree is comparisons of formulas, with and, or, not."""
    unseen: list[tuple[ast.expr, int]] = [(tree, 1)]
    while unseen:
        node, depth = unseen.pop()
        if depth > DEEPEST:
            raise ExpressionError(f"more than {DEEPEST} conditions stand one inside the other")
        if isinstance(node, ast.BoolOp):
            unseen += [(part, depth + 1) for part in node.values]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            unseen.append((node.operand, depth + 1))
        elif isinstance(node, ast.Compare):
            if not all(type(sign) in COMPARISONS for sign in node.ops):
                raise ExpressionError("compare with < <= > >= == or !=")
            for part in (node.left, *node.comparators):
                check_formula(part)
        else:
            raise ExpressionError("a condition compares: write for example product > 0.1")


def variables_in(tree: ast.expr) -> tuple[str, ...]:
    """Return the names of a checked formula that want a value, in order of appearance.

    The e of a power of e wants none.
    """
    powers = {node.left for node in ast.walk(tree) if is_power_of_e(node)}  # type: ignore[attr-defined]
    found = [
        (node.lineno, node.col_offset, node.id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
        and node.id not in OPS
        and node.id not in CONSTANTS
        and node not in powers
    ]
    return tuple(dict.fromkeys(name for _, _, name in sorted(found)))


# -- Evaluating --------------------------------------------------------------------------------


def evaluated(node: ast.expr, values: Mapping[str, Value | float]) -> Value | float:
    """Return the value of a checked formula: a node, or the plain number of a literal."""
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]  # checked: an int or a float
    if isinstance(node, ast.Name):
        return values[node.id] if node.id in values else CONSTANTS[node.id]
    if isinstance(node, ast.UnaryOp):
        operand = evaluated(node.operand, values)
        result: Value | float = UNARY[type(node.op)](operand)
        return result
    if isinstance(node, ast.BinOp):
        if is_exp(node, values):
            return OPS["exp"](as_value(evaluated(node.right, values)))  # type: ignore[no-any-return]
        return chained(node, values)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    op = OPS[node.func.id]
    operands: list[Any] = []
    for argument in node.args:
        if isinstance(argument, ast.List):
            operands.append([as_value(evaluated(part, values)) for part in argument.elts])
        else:
            operands.append(as_value(evaluated(argument, values)))
    result = op(*operands)
    return result


def chained(node: ast.BinOp, values: Mapping[str, Value | float]) -> Value | float:
    """Return the value of a chain of operations, from the left: a + b + c, of any length."""
    links = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp) and not is_exp(first, values):
        links.append(first)
        first = first.left
    result = evaluated(first, values)
    for link in reversed(links):
        right = evaluated(link.right, values)
        if isinstance(link.op, ast.Pow) and isinstance(right, Value) and not depends(link.right):
            right = right.data  # x ** (1/2): the exponent is a constant
        result = BINARY[type(link.op)](as_value(result), right)
    return result


def is_exp(node: ast.BinOp, values: Mapping[str, Value | float]) -> bool:
    """Return whether a formula is a power of e, and e not a variable."""
    return is_power_of_e(node) and "e" not in values


def is_power_of_e(node: ast.AST) -> bool:
    """Return whether a formula is e to a power."""
    power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    return power and isinstance(node.left, ast.Name) and node.left.id == "e"  # type: ignore[attr-defined]


def depends(tree: ast.expr) -> bool:
    """Return whether a formula has variables."""
    return bool(variables_in(tree))


def holds(node: ast.expr, values: Mapping[str, float]) -> bool:
    """Return whether a checked condition is true."""
    if isinstance(node, ast.BoolOp):
        results = [holds(part, values) for part in node.values]
        return all(results) if isinstance(node.op, ast.And) else any(results)
    if isinstance(node, ast.UnaryOp):
        return not holds(node.operand, values)
    assert isinstance(node, ast.Compare)
    numbers = [as_value(evaluated(part, values)).data for part in (node.left, *node.comparators)]
    for k, sign in enumerate(node.ops):
        if not COMPARISONS[type(sign)](numbers[k], numbers[k + 1]):
            return False
    return True
