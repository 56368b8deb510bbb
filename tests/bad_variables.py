"""What users get wrong about neurons of several variables: rows of the table of bad input."""

import numpy as np

import neurograph as ng
from tests.remedies.row import small_graph


def adapting(**options):
    return ng.Dynamics("-s + tanh(I + b - a)", variables={"a": "s - a"}, **options)


def network():
    return ng.compile(small_graph(), adapting())


X, Y = [[0.0], [1.0]], [[0.0], [1.0]]

VARIABLES = [
    (
        "a variable without an equation",
        lambda: ng.Dynamics("-s + I - a", variables={"a": ""}),
        ["variable 'a' has the equation ''", "'(s - a)/tau'"],
    ),
    (
        "a variable with a parameter that has no value",
        lambda: ng.Dynamics("-s + I - a", variables={"a": "(s - a)/tau"}),
        ["variable 'a'", "uses 'tau'", "parameters={'tau': 1.0}"],
    ),
    (
        "a variable that the drift reads and that is not one",
        lambda: ng.Dynamics("-s + I - a"),
        ["drift", "uses 'a'", "expected only"],
    ),
    (
        "a variable named like a symbol",
        lambda: ng.Dynamics("-s + I", variables={"I": "s - I"}),
        ["variable 'I' cannot be used", "other than"],
    ),
    (
        "a variable named like a parameter",
        lambda: ng.Dynamics("-s + I", variables={"tau": "s"}, parameters={"tau": 1.0}),
        ["variable 'tau' cannot be used"],
    ),
    (
        "a variable that is sent",
        lambda: ng.Dynamics("-s + I", transfer="s*a", variables={"a": "s - a"}),
        ["transfer", "uses 'a'"],
    ),
    (
        "a variable of one population, a parameter of another",
        lambda: ng.compile(
            small_graph(h={"population": "p"}, y={"population": "q"}),
            {"p": adapting(), "q": ng.Dynamics("-a*s + I", parameters={"a": 1.0})},
        ),
        ["dynamics['q']", "parameter 'a'", "variable of another population", "another name"],
    ),
    (
        "a solver of one variable",
        lambda: ng.settle(network(), X, solver=ng.solvers.Newton()),
        ["the variable 'a' beside s", "Newton()", "use solvers.Euler()"],
    ),
    (
        "semi-implicit steps of a variable that is not linear",
        lambda: ng.settle(
            ng.compile(small_graph(), ng.Dynamics("-s + I - a", variables={"a": "s - a**3"})),
            X,
            solver=ng.solvers.Euler(implicit=True),
        ),
        ["implicit is True", "s or I or a", "and of a in the same form", "implicit=False"],
    ),
    (
        "a finite nudge of the transposed network",
        lambda: ng.train(network(), X, Y, rule=ng.rules.asymmetric_ep(finite=True), epochs=1),
        ["the variable 'a' beside s", "a transposed phase", "without variables"],
    ),
    (
        "a constraint of one variable",
        lambda: ng.train(network(), X, Y, keep=ng.certificates.contracting(0.05), epochs=1),
        ["the variable 'a' beside s", "contracting()", "without variables"],
    ),
    (
        "a state of s alone",
        lambda: network().drift(np.zeros(3)),
        ["state has shape (3,)", "(6,)", "one number a node for each of s, a"],
    ),
    (
        "a start of another size",
        lambda: ng.settle(network(), X, start=np.zeros((2, 5))),
        ["start has shape (2, 5)", "(2, 3)"],
    ),
]
