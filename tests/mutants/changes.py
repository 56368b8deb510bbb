"""Which changes there are, by the operators of Cosmic Ray, and a sample of them."""

import ast
import difflib
import random
import warnings
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

PROVIDER = OperatorProvider()

NEAR = {
    "ReplaceBinaryOperator": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_FloorDiv Pow_Mul"
    " BitOr_BitAnd BitAnd_BitOr BitXor_BitOr RShift_LShift LShift_RShift",
    "ReplaceComparisonOperator": "Eq_NotEq NotEq_Eq Lt_LtE Lt_GtE LtE_Lt LtE_Gt"
    " Gt_GtE Gt_LtE GtE_Gt GtE_Lt Is_IsNot IsNot_Is",
    "ReplaceUnaryOperator": "Delete_USub Delete_Not Delete_Invert",
}
"""Of the operators that replace one sign by another, those that a slip might: the others mostly end in a TypeError."""

OPERATORS = [
    *(f"{family}_{pair}" for family, pairs in NEAR.items() for pair in pairs.split()),
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer"),
    "ZeroIterationForLoop",
]

CHANGEABLE = {"operator", "keyword", "number", "comparison", "factor", "not_test", "test", "for_stmt", "except_clause"}
CHANGEABLE |= {"if_stmt", "while_stmt"}
"""The kinds of nodes that any of these operators changes; the others need not be asked."""

WITHOUT_EFFECT = {"strict", "stacklevel", "copy", "maxsize"}
"""Arguments by name whose value no result shows: a check of what holds anyway, or a matter of memory."""


@dataclass(frozen=True)
class Change:
    """One change: where it is, the whole changed file, and the lines that differ."""

    file: str
    line: int
    code: str
    diff: str

    @property
    def package(self):
        """Name the package, or the module beside the packages."""
        return self.file.split("/")[1].removesuffix(".py")


def ineffective(node):
    """Is the node in an annotation, a decorator, or another place where no change can show?"""
    child, parent = node, node.parent
    while parent is not None:
        kind = parent.type
        if kind == "decorator" or (kind == "tfpdef" and child is not parent.children[0]):
            return True
        if kind == "annassign" and child is parent.children[1]:
            return True
        if kind == "funcdef" and child is parent.annotation:
            return True
        if kind == "argument" and parent.children[0].get_code().strip() in WITHOUT_EFFECT:
            return True
        # X | Y at the top of a module names a type.
        if kind == "expr_stmt" and parent.parent.parent.type == "file_input" and node.get_code().strip() == "|":
            return True
        if kind == "if_stmt" and any(name in parent.children[1].get_code() for name in ("TYPE_CHECKING", "__name__")):
            return True
        child, parent = parent, parent.parent
    return False


def places(code):
    """List where the code can be changed: for each place, its line and which operators, at which occurrence."""
    found, counts = {}, dict.fromkeys(OPERATORS, 0)
    operators = {name: PROVIDER[name]() for name in OPERATORS}
    for node in ast_nodes(get_ast(code)):
        for name, operator in operators.items() if node.type in CHANGEABLE else ():
            for begin, _ in operator.mutation_positions(node):
                found.setdefault(begin, (node, []))[1].append((name, counts[name]))
                counts[name] += 1
    return [(begin[0], choices) for begin, (node, choices) in sorted(found.items()) if not ineffective(node)]


def changed(code, name, occurrence):
    """Apply an operator; None where the code is as it was, or no Python any more."""
    mutated = mutate_code(code, PROVIDER[name](), occurrence)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            same = ast.dump(ast.parse(mutated)) == ast.dump(ast.parse(code))
    except SyntaxError:
        return None
    return None if same else mutated


def lines_between(code, mutated):
    """Return the lines that differ, as a diff shows them."""
    diff = list(difflib.unified_diff(code.splitlines(), mutated.splitlines(), lineterm="", n=0))[2:]
    return "\n".join(line for line in diff if not line.startswith("@@"))


def draw(root, packages, number, seed):
    """Draw places evenly, and for each one of its changes."""
    rng = random.Random(seed)
    files = [file for package in packages for file in files_of(root, package)]
    everywhere = [(file, *place) for file in files for place in places(Path(root, file).read_text())]
    rng.shuffle(everywhere)
    drawn = []
    for file, line, choices in everywhere:
        if len(drawn) == number:
            break
        code = Path(root, file).read_text()
        mutated = changed(code, *rng.choice(choices))
        if mutated is not None:
            drawn.append(Change(file, line, mutated, lines_between(code, mutated)))
    return drawn


def files_of(root, package):
    """List the modules of a package, or the one module of this name; not what builds the C."""
    place = Path(root, "neurograph", package)
    paths = [place.with_suffix(".py")] if place.with_suffix(".py").exists() else sorted(place.rglob("*.py"))
    return [path.relative_to(root).as_posix() for path in paths if "native" not in path.parts]
