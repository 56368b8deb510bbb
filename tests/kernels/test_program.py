"""Equations as programs, against the same equations evaluated by numpy."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurograph as ng
from neurograph.equations.expression import ARITY, ARRAY_FUNCTIONS, Expression
from neurograph.kernels import engine
from neurograph.kernels.program import OPERATIONS, program

NAMES = ("s", "I", "b")


def evaluated(text, values, constants=(), number=np.float64):
    result = np.empty(values[0].size, number)
    names = tuple(name for name in NAMES[: len(values)])
    equation = Expression(text, (*names, *(name for name, _ in constants)))
    engine.evaluate(program(equation, names, (), constants), tuple(values), result)
    return result, equation


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 7, 64, 5000])
@pytest.mark.parametrize(
    "text",
    [
        "s", "2", "-s", "-s + I + b", "I - s*(I + b)", "s*I - b", "b + s*I", "s*I + s*I", "(s - I)/(1 + b*b)",
        "s**3 - s**-2", "(1 + s*s)**I", "s**0.5", "s**1", "exp(-s)*sin(I) + cos(b)*sqrt(1 + s**2)", "2*3 + exp(1)",
        "between(s, 0.2, 0.8)*(I + b) - s", "clip(s + I, 0.5, 1)", "sign(s - I)*abs(b - s)", "step(s - 0.5)", "--s",
    ],
)  # fmt: skip
def test_a_program_gives_what_numpy_gives(text, count, number):
    random = np.random.default_rng(count)
    values = [random.uniform(0.05, 1.0, count).astype(number) for _ in NAMES]
    found, equation = evaluated(text, values, number=number)
    expected = equation(**{name: value.astype(np.float64) for name, value in zip(NAMES, values, strict=True)})
    tolerance = 1e-13 if number == np.float64 else 1e-4
    assert np.allclose(found, expected, rtol=tolerance, atol=tolerance)


TREES = st.recursive(
    st.sampled_from(NAMES) | st.floats(-3, 3).map(repr) | st.integers(0, 3).map(str),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda text: f"-({text})")
        | st.tuples(inner, st.integers(1, 3)).map(lambda parts: f"({parts[0]})**{parts[1]}")
        | st.tuples(st.sampled_from(["tanh", "sin", "sigmoid", "relu", "abs"]), inner).map(lambda f: f"{f[0]}({f[1]})")
    ),
    max_leaves=12,
)


@given(TREES, st.integers(0, 1000))
def test_any_equation_gives_what_numpy_gives(text, seed):
    values = [np.random.default_rng(seed + k).uniform(-1, 1, 9) for k in range(3)]
    found, equation = evaluated(text, values)
    expected = np.broadcast_to(equation(**dict(zip(NAMES, values, strict=True))), 9)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize("name", sorted(ARRAY_FUNCTIONS))
def test_every_function_treats_nan_and_infinity_as_numpy_does(name):
    points = np.array([0.0, -0.0, 0.5, -0.5, 2.0, -2.0, np.inf, -np.inf, np.nan])
    limits = ", 0.0, 1.0" if ARITY.get(name) == 3 else ""
    found, equation = evaluated(f"{name}(s{limits})", [points])
    with np.errstate(all="ignore"):
        expected = equation(s=points)
    assert np.allclose(found, expected, rtol=1e-15, equal_nan=True)
    assert name in OPERATIONS


def test_constants_have_names():
    found, _ = evaluated("gain*s + gain", [np.array([1.0, 2.0])], (("gain", 3.0),))
    assert found.tolist() == [6.0, 9.0]


def test_a_sum_of_a_product_is_rounded_once():
    a, b = 1.0 + 2.0**-30, 1.0 - 2.0**-30
    found, _ = evaluated("s*I - b", [np.array([a]), np.array([b]), np.array([1.0])])
    if engine.instructions != "plain":  # a*b is 1 - 2**-60, which a product of its own would round to 1
        assert found[0] == -(2.0**-60)


@pytest.mark.parametrize(
    "arguments",
    [
        (np.array([[99, 3, 0, 0, 0]]), 1, 0, 0, np.empty(0), 0, np.empty(0)),
        (np.array([[0, 1, 9, 0, 0]]), 1, 0, 0, np.empty(0), 0, np.empty(0)),
        (np.array([[0, 0, 0, 0, 0]]), 1, 0, 0, np.empty(0), 0, np.empty(0)),
        (np.array([[0, 1, 0, 0, 0]]), 1, 0, 2, np.empty(0), 0, np.empty(0)),
        (np.array([[0, 1, 0, 0, 0]]), 1, 0, 0, np.empty(0), 0, np.array([7])),
        (np.empty((0, 5)), 1, 0, 0, np.empty(0), 0, np.empty(0)),
    ],
)
def test_instructions_whose_registers_do_not_exist_are_refused(arguments):
    code, variables, nodes, prelude, constants, temporaries, spread = arguments
    with pytest.raises(ValueError, match="registers exist"):
        engine.program(
            code.astype(np.uint16), variables, nodes, prelude, constants, temporaries, spread.astype(np.uint16)
        )


@pytest.mark.parametrize("number", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 3, 8, 21])
@pytest.mark.parametrize("inputs", [0, 5])
def test_each_node_runs_the_program_of_its_population(number, batch, inputs):
    """Runs of every length, across lines, tiles and the ends of tables, each node in a box of its own population."""
    random, n = np.random.default_rng(batch), 61
    graph = nx.gnp_random_graph(n, 0.1, seed=1, directed=True)
    graph.remove_edges_from([(pre, post) for pre, post in graph.edges if post < inputs])
    kinds = {
        "low": ng.Dynamics("-s - s**3 + I", transfer="tanh(s)", box=(-0.1, 0.2)),
        "free": ng.Dynamics("(I - s)/tau", parameters={"tau": 1.5}),
        "high": ng.Dynamics("1 + sin(I) - s", box=(0.5, 2.0)),
    }
    names = np.repeat(list(kinds), 40)[
        np.sort(random.integers(0, 120, n)) if batch % 2 else random.permutation(120)[:n]
    ]
    for k, name in enumerate(names.tolist()):
        graph.add_node(k, population=name, role="input" if k < inputs else "output" if k == n - 1 else "hidden")
    nx.set_edge_attributes(graph, {edge: float(random.normal(0.0, 0.3)) for edge in graph.edges}, "weight")
    network = ng.compile(graph, {name: kinds[name] for name in kinds if name in names}, dtype=number)
    x = random.normal(size=(batch, inputs))
    found = ng.settle(network, x, solver=ng.solvers.Euler(dt=0.1, steps=20, tol=0.0, implicit=False)).state
    s = np.zeros((batch, n))
    s[:, :inputs] = x
    low, high = (end[inputs:] for end in network.box)
    for _ in range(20):
        s[:, inputs:] = np.clip(s[:, inputs:] + 0.1 * network.drift(s.astype(number))[:, inputs:], low, high)
    assert np.allclose(found, s, atol=1e-12 if number == np.float64 else 1e-4)


def test_a_choice_is_among_programs_of_the_same_names():
    first, other = (program(Expression("s*k", ("s", "k")), ("s",), names) for names in (("k",), ("k", "j")))
    for programs, chooser in (((), 0), ((first, other), 0), ((first,), 1), ((first,), -1), ((first, None), 0)):
        with pytest.raises(ValueError, match="programs: expected some of the same variables and nodes"):
            engine.choice(programs, chooser)
    chosen = engine.choice((first, first), 0)
    with pytest.raises(ValueError, match="expected some of the same"):
        engine.choice((first, chosen), 0)
