"""Remedies in the messages of certificates/, equations/, compression/, plots/, html/, analysis/ and cli/."""

from tests.remedies.row import Row

NETWORK = "network, x = small_network(), X"
FIT = "fit = ng.train(small_network(), X, Y, epochs=2, seed=0)"
COMMAND = """
import contextlib, io
from neurograph.cli.main import main
def command(text):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = main(text.split())
        except SystemExit as stopped:
            code = stopped.code
    if code:
        raise ng.ParameterError(said.getvalue())
ng.write(small_graph(), 'net.json')
with open('table.csv', 'w') as file: file.write('x,y\\n0,0.2\\n1,0.6\\n')
"""
"""The command, whose errors are raised."""


def command(text, cures, before=""):
    return Row(f"command({text!r})", cures, COMMAND + before)


CERTIFICATES = [
    Row(
        "ng.certify(network)['gershgorin'].function()",
        {r"certify\(network, x\)": "ng.{0}['gershgorin'].function()"},
        "network, x = ng.compile(small_graph(), ng.dynamics.vector_field()), X",
    ),
    Row(
        "ng.certify(network, x, y=Y, phase='nudged', beta=0.1)['gershgorin'].radius(x)",
        {r"phase='free'": "ng.certify(network, x, {0})['gershgorin'].radius(x)"},
        "network, x = ng.compile(small_graph(), ng.dynamics.vector_field()), X",
    ),
    Row(
        "ng.certify(network, x, y=Y, phase='nudged', beta=0.1, cost='mse')",
        {
            r"costs\.squared_error\(\)": "ng.certify(network, x, y=Y, phase='nudged', beta=0.1, cost={0})",
            r"neurograph\.costs": "assert {0} is ng.costs",
        },
        NETWORK,
    ),
    Row(
        "ng.certify(network, x, cost=ng.costs.squared_error())",
        {r"phase='nudged'": "ng.certify(network, x, y=Y, beta=0.1, cost=ng.costs.squared_error(), {0})"},
        NETWORK,
    ),
    Row(
        "ng.certify(network, x, y=Y, phase='nudged', beta=0.1, cost=ng.costs.Cost('(y - s)**4/4'))",
        {
            r"a\(y\) - s.*(costs\.squared_error\(\))": (
                "ng.certify(network, x, y=Y, phase='nudged', beta=0.1, cost={0})"
            )
        },
        NETWORK,
    ),
    Row(
        "ng.certify(network, x, y=Y, beta=0.1)",
        {r"phase='nudged'": "ng.certify(network, x, y=Y, beta=0.1, {0})"},
        NETWORK,
    ),
    Row(
        "ng.certify(network, x, phase='nudged')",
        {r"phase='free'": "ng.certify(network, x, {0})"},
        NETWORK,
    ),
    Row(
        "ng.train(network, X, Y, epochs=1, seed=0, keep='contracting')",
        {
            r"neurograph\.certificates\.contracting\(rate=0\.05\)": (
                "ng.train(ng.compile(small_graph(), ng.dynamics.vector_field()), X, Y, epochs=1, seed=0, keep={0})"
            )
        },
        NETWORK,
    ),
    Row(
        "ng.certificates.monotone().project(network)",
        {
            r"dynamics\.additive\(\)": "ng.certificates.monotone().project(ng.compile(small_graph(), ng.{0}))",
            r"certificates\.contracting\(\)": "ng.{0}.project(network)",
        },
        NETWORK,
    ),
    Row(
        "ng.write_page(network, 'page.html', report=ng.certify(two_outputs()))",
        {r"neurograph\.certify": "ng.write_page(network, 'page.html', report={0}(network))"},
        NETWORK,
    ),
]

EQUATIONS = [
    Row(
        "ng.costs.Cost('-y*log_share', normaliser='s')",
        {
            r"costs\.cross_entropy\(\)": (
                "known = {0}; ng.costs.Cost(known.value, force=known.force, normaliser=known.normaliser,"
                " parameters=known.parameters, shares=True)"
            )
        },
    ),
    Row("ng.Dynamics('(-s + I)/tau')", {r"parameters=(\{.+\})": "ng.Dynamics('(-s + I)/tau', parameters={0})"}),
    Row(
        "ng.Dynamics('-s + I - a', variables={'a': '(s - a)/tau'})",
        {r"parameters=(\{.+\})": "ng.Dynamics('-s + I - a', variables={'a': '(s - a)/tau'}, parameters={0})"},
    ),
    Row("ng.costs.Cost('k*(y - s)**2')", {r"parameters=(\{.+\})": "ng.costs.Cost('k*(y - s)**2', parameters={0})"}),
    Row("ng.Dynamics(3)", {r"'-s \+ tanh\(I \+ b\)'": "ng.Dynamics({0})"}),
    Row("ng.Dynamics('-s + ')", {r"'-s \+ tanh\(I \+ b\)'": "ng.Dynamics({0})"}),
]

OTHERS = [
    Row(
        "ng.graph_metrics(fit)",
        {r"its (\.network)": "ng.graph_metrics(fit{0})", r"networkx\.DiGraph": "ng.graph_metrics({0}(small_graph()))"},
        FIT,
    ),
    Row(
        "ng.PackedWeights.of(matrix)",
        {r"(matrix\.sum_duplicates\(\)) and (\.sort_indices\(\))": ("{0}; matrix{1}; ng.PackedWeights.of(matrix)")},
        "matrix = scipy.sparse.csr_array(([1.0, 2.0], [1, 0], [0, 2, 2]), shape=(2, 2))",
    ),
    Row("ng.write_page(fit, 'a.html')", {r"fit\.network": "ng.write_page({0}, 'a.html')"}, FIT),
    Row(
        "ng.write_page(small_network(), 'a.html', report='fine')",
        {r"neurograph\.certify": "ng.write_page(small_network(), 'a.html', report={0}(small_network()))"},
    ),
    Row(
        "ng.write_page(fit.network, 'a.html', removed=[3])",
        {
            r"fit\.removed": (
                "fit = ng.prune(fit.network, ng.pruning.magnitude(0.4))\n"
                "ng.write_page(fit.network, 'a.html', removed={0})"
            )
        },
        FIT,
    ),
    Row(
        "ng.write_page(fit.network, 'a.html', added=[3])",
        {
            r"fit\.added": (
                "fit = ng.grow(ng.prune(fit.network, ng.pruning.magnitude(0.4)).network, growth.random(count=2))\n"
                "ng.write_page(fit.network, 'a.html', added={0})"
            )
        },
        FIT,
    ),
    Row(
        "ng.write_page(fit.network, 'a.html', history={'cost': 3.0})",
        {r"fit\.history": "ng.write_page(fit.network, 'a.html', history={0})"},
        FIT,
    ),
    Row("ng.plots.network(fit)", {r"fit\.network": "ng.plots.network({0})"}, FIT),
    Row(
        "ng.plots.cost(3)",
        {r"neurograph\.train": "ng.plots.cost({0}(small_network(), X, Y, epochs=2, seed=0))"},
    ),
    Row(
        "ng.plots.cost([3])",
        {r"neurograph\.train": "ng.plots.cost([{0}(small_network(), X, Y, epochs=2, seed=0)])"},
    ),
    Row(
        "ng.plots.cost([])",
        {r"neurograph\.train": "ng.plots.cost([{0}(small_network(), X, Y, epochs=2, seed=0)])"},
    ),
    Row(
        "ng.plots.gradient({})",
        {r"{'deep': .*\)}": "x, y, network = X, Y, small_network(); ng.plots.gradient({0})"},
    ),
    Row(
        "ng.plots.gradient({'deep': 3})",
        {
            r"neurograph\.gradient_history": (
                "ng.plots.gradient({'deep': {0}(small_network(), X, Y, rules.deep(), epochs=1)})"
            )
        },
    ),
    Row(
        "ng.plots.lyapunov(network, x)",
        {r"print\((neurograph\.certify\(network, x, level='strong'\))\)": "assert str({0})"},
        "network, x = ng.compile(small_graph(hy={'weight': 9.0}, yh={'weight': 5.0}), ng.dynamics.additive('tanh')), X",
    ),
    Row(
        "ng.plots.convergence(small_network(), X, Y, solver=ng.solvers.Newton())",
        {r"solvers\.Euler\(\)": "ng.plots.convergence(small_network(), X, Y, solver={0})"},
    ),
    Row(
        "ng.plots.cost(fit, ax=3)",
        {
            r"figure\.subplots\(2\)": (
                "from matplotlib.figure import Figure; figure = Figure(); ng.plots.cost(fit, ax={0})"
            )
        },
        FIT,
    ),
]

STIMULUS = """ng.write(small_graph(), 'x.json')
with open('x.csv', 'w') as file: file.write('x\\n0\\n1\\n')
"""
"""A graph of one input, and a column for it."""

CLI = [
    command(
        "train net.json -o out.json",
        {
            r"--task NAME or (--data) FILE\.csv": "command('train net.json {0} table.csv --epochs 1 -o out.json')",
            r"(--task) NAME": "command('train {0} xor --epochs 1 -o out.json')",
        },
    ),
    command(
        "train --data table.csv -o out.json",
        {
            r"--data needs a graph.*expected (GRAPH)": (
                "command('train {0} --data table.csv --epochs 1 -o out.json'.replace('GRAPH', 'net.json'))"
            )
        },
    ),
    command(
        "show net.json --sign transmitter",
        {r"transmitter=ACh:1,GABA:-1": "command('show told.json --sign {0}')"},
        "graph = small_graph(yh={'weight': 0.3})\n"
        "nx.set_node_attributes(graph, {'x': 'ACh', 'h': 'GABA', 'y': 'ACh'}, 'transmitter')\n"
        "ng.write(graph, 'told.json')",
    ),
    command(
        "certify net.json --radius",
        {r"--radius .*(--data) FILE\.csv": "command('certify net.json --radius {0} table.csv')"},
    ),
    command(
        "prune net.json --fraction 0 --added came.csv -o out.json",
        {
            r"--added .*(--grower) NAME": "command('prune net.json --fraction 0 {0} random --added came.csv -o out.json')",
            r"(--added) is": (
                "command('prune net.json --fraction 0 --grower random --grow-weight 0.1 {0} came.csv -o out.json')"
            ),
        },
    ),
    command(
        "prune net.json --fraction 0 --grow-count 1 -o out.json",
        {
            r"no (--grower) NAME": "command('prune net.json --fraction 0 {0} random --grow-count 1 -o out.json')",
            r"(--grow-count) is": "command('prune net.json --fraction 0 --grower random {0} 1 -o out.json')",
        },
    ),
    command(
        "simulate x.json --input x.csv --learned out.json -o out.npz",
        {
            r"no (--rule) NAME": (
                "command('simulate x.json --input x.csv {0} oja --learning-rate 1 --learned out.json -o out.npz')"
            )
        },
        STIMULUS,
    ),
    command(
        "simulate x.json --input x.csv --rule oja -o out.npz",
        {
            r"(--rule) is oja, but (--learning-rate)": "command('simulate x.json --input x.csv {0} oja {1} 1 -o out.npz')"
        },
        STIMULUS,
    ),
    command(
        "simulate x.json --input x.csv --rule e_prop --learning-rate 1 -o out.npz",
        {
            r"(--rule) is e_prop.*(--modulator) FILE\.csv": (
                "command('simulate x.json --input x.csv {0} e_prop --learning-rate 1 {1} x.csv -o out.npz')"
            )
        },
        STIMULUS,
    ),
    command(
        "report run",
        {r"name it with (--graph)": "command('report run {0} run/a.json')"},
        "import os; os.mkdir('run'); ng.write(small_graph(), 'run/a.json'); ng.write(small_graph(), 'run/b.json')",
    ),
]
