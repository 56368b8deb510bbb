"""Remedies in the messages of training/, pruning/ and solvers/."""

from tests.remedies.row import Row

TRAIN = "ng.train(network, X, Y, epochs=1, seed=0, {0})"
NETWORK = "network = small_network()"


def chosen(name, wrong, example, call=TRAIN):
    """Return the row of an argument that takes one of a module, of which the message gives an example."""
    return Row(call.replace("{0}", f"{name}={wrong!r}"), {example: call.replace("{0}", name + "={0}")}, NETWORK)


TRAINING = [
    chosen("rule", "ep", r"rules\.asymmetric_ep\(\)"),
    chosen("cost", "mse", r"costs\.cross_entropy\(\)", "ng.train(two_outputs(), X, [0, 1], epochs=1, seed=0, {0})"),
    chosen("optimiser", "sgd", r"optimisers\.sgd\(1\.0\)"),
    chosen("solver", "Euler", r"solvers\.Euler\(dt=0\.05\)"),
    *(
        Row(call, {rf"neurograph\.({module})": f"assert ng.{{0}} is ng.{module}"}, NETWORK)
        for module, call in (
            ("rules", TRAIN.replace("{0}", "rule='deep'")),
            ("costs", TRAIN.replace("{0}", "cost='mse'")),
            ("optimisers", TRAIN.replace("{0}", "optimiser='sgd'")),
            ("solvers", TRAIN.replace("{0}", "solver='Euler'")),
            ("solvers", "ng.settle(network, X, solver='Euler')"),
            ("costs", "ng.settle(network, X, y=Y, beta=0.1, cost='mse')"),
            ("pruning", "ng.prune(network, 'magnitude')"),
        )
    ),
    Row(
        TRAIN.replace("{0}", "beta=0.1"),
        {
            r"rules\.ep\(\)": (
                "ng.train(ng.compile(topologies.symmetric(small_graph())), X, Y, beta=0.1, rule={0}, epochs=1, seed=0)"
            ),
            r"rules\.asymmetric_ep\(finite=True\)": TRAIN.replace("{0}", "beta=0.1, rule={0}"),
        },
        NETWORK,
    ),
    Row(
        "ng.GraphRegressor(hidden=2, epochs=1, random_state=0, validation=(X, Y)).fit(X, Y)",
        {r"neurograph\.train": "{0}(small_network(), X, Y, validation=(X, Y), epochs=1, seed=0)"},
    ),
    Row(
        "ng.GraphRegressor(network, dynamics=ng.dynamics.deep(), epochs=1, random_state=0).fit(X, Y)",
        {
            r"network\.to_graph\(\)": (
                "ng.GraphRegressor({0}, dynamics=ng.dynamics.deep(), epochs=1, random_state=0).fit(X, Y)"
            )
        },
        "network = ng.compile(small_graph(), ng.dynamics.additive())",
    ),
    Row(
        "ng.GraphRegressor(ng.topologies.complete, epochs=1, random_state=0).fit(X, Y)",
        {r"lambda n_in.*\)$": "ng.GraphRegressor({0}, epochs=1, random_state=0).fit(X, Y)"},
    ),
    Row(
        "ng.GraphRegressor(small_graph(), epochs=1, random_state=0).fit(np.eye(2), Y)",
        {
            r"graph(\(n_in, n_out, seed\))": (
                "def graph{0}: return topologies.complete(n_in, 2, n_out, seed=seed)\n"
                "ng.GraphRegressor(graph, epochs=1, random_state=0).fit(np.eye(2), Y)"
            )
        },
    ),
    Row(
        "ng.GraphRegressor(graph, epochs=1, random_state=0).fit(x, Y)",
        {
            r"(networkx\.relabel_nodes\(graph), \.\.\.(\))": (
                "ng.GraphRegressor({0}, {'b': 'c'}{1}, epochs=1, random_state=0).fit(x, Y)"
            )
        },
        "import pandas\nx = pandas.DataFrame({'a': [0.0, 1.0], 'c': [1.0, 0.0]})\n"
        "graph = topologies.from_graph(nx.DiGraph([('a', 'y'), ('b', 'y')]), inputs=['a', 'b'], outputs=['y'], seed=0)",
    ),
    Row(
        "ng.gradient_check(small_network(), X, Y, solver=ng.solvers.Euler(steps=2))",
        {r"solvers\.Euler\(steps=1_000_000\)": "ng.gradient_check(small_network(), X, Y, solver={0})"},
    ),
    Row(
        "ng.prune(network, ng.pruning.saliency(0.4), seed=0)",
        {r"prune\(network, pruner, x, y\)": ("pruner, x, y = ng.pruning.saliency(0.4), X, Y; ng.{0}")},
        NETWORK,
    ),
    Row(
        "ng.train(network, X, Y, grower=ng.growth.random(), epochs=1, seed=0)",
        {
            r"pruner=pruning\.magnitude\(fraction=0\.1\)": (
                "ng.train(network, X, Y, grower=ng.growth.random(), {0}, epochs=1, seed=0)"
            ),
            r"growth\.random\(count=10\)": "assert ng.{0}.counted",
        },
        NETWORK,
    ),
    Row(
        "ng.prune(network, ng.pruning.magnitude(0.4), X, Y, grower=ng.growth.returned(), seed=0)",
        {
            r"grower is (growth\.returned\(\)).* 2 rounds with retraining": (
                "ng.prune(network, ng.pruning.magnitude(0.4), X, Y, grower=ng.{0}, rounds=2, retrain=1, seed=0)"
            )
        },
        NETWORK,
    ),
    Row(
        "ng.prune(network, ng.pruning.magnitude(0.4), X, Y, seed=0, rule=ng.rules.deep())",
        {r"retrain=10": ("ng.prune(network, ng.pruning.magnitude(0.4), X, Y, seed=0, rule=ng.rules.deep(), {0})")},
        NETWORK,
    ),
    Row(
        "ng.prune(network, 'magnitude', seed=0)",
        {r"pruning\.magnitude\(fraction=0\.5\)": "ng.prune(network, {0}, seed=0)"},
        NETWORK,
    ),
    Row(
        "ng.train(network, X, [[-0.5], [0.5]], epochs=1, seed=0)",
        {
            r"dynamics\.additive\('tanh'\)": (
                "ng.train(ng.compile(small_graph(), {0}), X, [[-0.5], [0.5]], epochs=1, seed=0)"
            )
        },
        NETWORK,
    ),
    Row(
        "ng.sweep(fit, X, Y, {'epochs': [1]})",
        {r"its (\.network)": "ng.sweep(fit{0}, X, Y, {'epochs': [1]}, seed=0)"},
        "fit = ng.train(small_network(), X, Y, epochs=1, seed=0)",
    ),
    Row(
        "ng.settle(network, X, y=Y, beta=0.1, cost='mse')",
        {r"costs\.cross_entropy\(\)": "ng.settle(two_outputs(), X, y=[0, 1], beta=0.1, cost={0})"},
        NETWORK,
    ),
    Row("ng.settle(network, X, beta=0.1)", {r"y=": "ng.settle(network, X, beta=0.1, {0}Y)"}, NETWORK),
    Row(
        "ng.settle(network, X, solver='Euler')",
        {r"solvers\.Euler\(dt=0\.05\)": "ng.settle(network, X, solver={0})"},
        NETWORK,
    ),
    Row(
        "ng.settle(network, X, solver=ng.solvers.Newton(), record=1)",
        {r"solvers\.Euler\(\)": "assert ng.settle(network, X, solver={0}, record=1).trajectory is not None"},
        NETWORK,
    ),
    Row(
        "ng.settle(network, X, solver=ng.solvers.Euler(implicit=True))",
        {r"solvers\.Euler\(implicit=False\)": "ng.settle(network, X, solver={0})"},
        "network = ng.compile(small_graph(), ng.Dynamics('-s**3 + tanh(I + b)'))",
    ),
    Row(
        "ng.settle(network, X, solver=ng.solvers.Euler(dt=1.0, implicit=True))",
        {r"solvers\.Euler\(implicit=False\)": "ng.settle(network, X, solver={0})"},
        "network = ng.compile(small_graph(), ng.Dynamics('c*s - b', parameters={'c': 3.0}, box=(0.0, 1.0)))",
    ),
    Row(
        "ng.settle(network, X, solver=ng.solvers.GaussSeidel())",
        {
            r"solvers\.Euler\(\)": "assert ng.settle(network, X, solver={0}).converged",
            r"throw=False": "ng.settle(network, X, solver=ng.solvers.GaussSeidel(), {0})",
        },
        "graph = small_graph(hy={'weight': 1.2}, yh={'weight': -1.2})\n"
        "network = ng.compile(graph, ng.Dynamics('-s + I', box=None))",
    ),
    Row(
        "ng.train(network, X + 0.5, Y, epochs=1, seed=0)",
        {
            r"network\.with_weights\(network\.weights / [\d.]+\)": "ng.train({0}, X + 0.5, Y, epochs=1, seed=0)",
            r"dynamics\.deep\(\)": (
                "network = ng.compile(network.to_graph(), {0})\n"
                "ng.train(network, X + 0.5, Y, epochs=1, seed=0, optimiser=ng.optimisers.adam(1.0))"
            ),
        },
        "network = ng.compile(small_graph(xh={'weight': 90.0}, hy={'weight': 90.0}), ng.dynamics.additive('tanh'))",
    ),
    Row(
        "ng.train(network, X, Y, epochs=1, seed=0, optimiser=ng.optimisers.adam(0.01))",
        {
            r"optimisers\.adam\([\d.]+\)": "ng.train(network, X, Y, epochs=1, seed=0, optimiser={0})",
            r"network\.with_weights\(network\.weights / [\d.]+\)": (
                "ng.train({0}, X, Y, epochs=1, seed=0, optimiser=ng.optimisers.adam(0.01))"
            ),
        },
        "network = ng.compile(small_graph(xh={'weight': 30.0}, hy={'weight': 30.0}, yh={'weight': 30.0}))",
    ),
    Row(
        "ng.train(network, X + 0.5, Y, epochs=6, seed=0, optimiser=ng.optimisers.sgd(0.01), solver=ng.solvers.Euler())",
        {
            r"dynamics\.deep\(extra_leak=0\.3\)": (
                "network = ng.compile(network.to_graph(), {0})\n"
                "how = dict(optimiser=ng.optimisers.sgd(0.01), solver=ng.solvers.Euler())\n"
                "ng.train(network, X + 0.5, Y, epochs=1, seed=0, **how)"
            )
        },
        "graph = small_graph(hy={'weight': 6.0}, yh={'weight': -6.0})\n"
        "network = ng.compile(graph, ng.Dynamics('-s + tanh(I + 3*s)'))",
    ),
    Row(
        "ng.train(network, X, Y, epochs=1, seed=np.random.Generator(Mine(3)), checkpoint='a.ckpt')",
        {
            r"(numpy\.random), such as (PCG64)": (
                "seed = np.random.Generator({0}.{1}(3)); ng.train(network, X, Y, epochs=1, seed=seed)"
            )
        },
        NETWORK + "\nclass Mine(np.random.SFC64): pass",
    ),
]
