"""Every remedy in a message of the layer is code that runs and cures."""

import pytest

from tests.remedies.of_binary import MACHINE
from tests.remedies.row import Row
from tests.remedies.test_remedies import not_tried, told

MADE = (
    "import torch\n"
    "graph = topologies.complete(inputs=2, hidden=3, outputs=2, bias='neurons', seed=0)\n"
    "network = ng.compile(graph, dynamics.additive('tanh'), dtype='float32')\n"
    "layer = ng.torch.layer(network)\n"
    "x = torch.zeros(3, 2)\n"
)
COSTED = MADE + "layer = ng.torch.layer(network, cost=costs.squared_error())\n"
CLAMPING = MADE + (
    "network = ng.compile(topologies.symmetric(graph), dynamics.additive('tanh'), dtype='float32')\n"
    "layer = ng.torch.layer(network, rule=rules.contrastive_hebbian())\n"
)
FAR = MADE + "network = ng.compile(graph, ng.Dynamics('-s + I + b + s**3'), dtype='float32')\n"
WILD = FAR + ("from tests.torch.networks import on_tensors\nlayer = on_tensors(ng.torch.layer(network, start=9.0))\n")
ON_TENSORS = MADE + "from neurograph.torch.backend import method_of\n"
STEEP = MADE + (
    "from neurograph.torch.euler import settle\n"
    "from tests.torch.test_euler import parts, start_of\n"
    "from tests.torch.test_field import field_of\n"
    "network = ng.compile(graph, ng.Dynamics('9*s + tanh(I + b)', box=(0, 1)))\n"
    "start = parts(network, start_of(network))\n"
)
UNSETTLED = MADE + (
    "y = torch.zeros(3, 2)\ndef run(**options): ng.torch.layer(network, **options)(x).sum().backward()\n"
)
ROWS = [
    Row(
        "torch.func.vmap(layer)(x)",
        {
            r"loss\.backward\(\)": "loss = layer(x).sum(); {0}",
            r"torch\.autograd\.grad\(loss, x\)": "x.requires_grad_(); loss = layer(x).sum(); {0}",
            r"torch\.autograd\.functional\.jacobian\(layer, x\)": "{0}",
            r"torch\.func": "assert {0}",
        },
        MADE,
    ),
    Row(
        "layer.weights = torch.nn.Parameter(torch.zeros(3)); layer(x)",
        {r"neurograph\.torch\.layer\(network\)": "{0}(x)"},
        MADE,
    ),
    Row(
        "layer.weights.data[0] = torch.nan; layer(x)",
        {
            r"torch\.nn\.utils\.clip_grad_norm_\(.*\)": (
                "model = ng.torch.layer(network); model(x).sum().backward(); {0}; model(x)"
            )
        },
        MADE,
    ),
    Row(
        "ng.torch.layer('net.npz')",
        {
            r"partition=True": "assert '{0}'",
            r"neurograph\.compile\(neurograph\.read\('net\.npz'\)\)": (
                "ng.write(network, 'net.npz'); ng.torch.layer({0})"
            ),
        },
        MADE,
    ),
    Row("layer(x.numpy())", {r"torch\.as_tensor\(x\)": "x = x.numpy(); layer({0})"}, MADE),
    Row(
        "layer.biases = torch.nn.Parameter(layer.biases.detach().to('meta')); layer(x)",
        {r"layer\.to\('cpu'\)": "{0}(x)"},
        MADE,
    ),
    Row("ng.torch.train(network, x)", {r"neurograph\.train": "{0}(network, x, epochs=1, seed=0)"}, MACHINE),
    Row("layer.bfloat16()(x)", {r"layer\.float\(\)": "{0}(x)"}, MADE),
    Row("layer(x.to('meta'))", {r"x\.to\('cpu'\)": "layer({0})"}, MADE),
    Row("layer(x.double())", {r"x\.to\(torch\.float32\)": "layer({0})"}, MADE),
    Row(
        "layer(x, torch.zeros(3, 2))",
        {
            r"layer\(network, cost=costs\.squared_error\(\)\)": "ng.torch.{0}(x, torch.zeros(3, 2))",
            r"or (layer\(x\)) alone": "{0}",
        },
        MADE,
    ),
    Row(
        "layer(x, torch.zeros(3, 2, requires_grad=True))",
        {r"y\.detach\(\)": "y = torch.zeros(3, 2, requires_grad=True); layer(x, {0})"},
        COSTED,
    ),
    Row(
        "ng.torch.layer(ng.prune(network, pruning.magnitude(0.3)).network).load_state_dict(layer.state_dict())",
        {
            r"neurograph\.write\(layer\.to_network\(\), 'net\.npz'\)": (
                "{0}; ng.torch.layer(ng.compile(ng.read('net.npz')))"
            )
        },
        MADE,
    ),
    Row(
        "x.requires_grad_(); torch.autograd.grad(layer(x).sum(), x, create_graph=True)",
        {"create_graph is True": "'{0}'; x.requires_grad_(); torch.autograd.grad(layer(x).sum(), x)"},
        MADE,
    ),
    Row(
        "layer(x).sum().backward()",
        {
            r"layer\(network, cost=\.\.\.\)": (
                "call = '{0}'.replace('...', 'costs.squared_error(), rule=rules.contrastive_hebbian()')\n"
                "eval('ng.torch.' + call)(x, torch.zeros(3, 2)).backward()"
            ),
            r"layer\(x, y\)": (
                "layer = ng.torch.layer(network, cost=costs.squared_error(), rule=rules.contrastive_hebbian())\n"
                "y = torch.zeros(3, 2); {0}.backward()"
            ),
            r"rules\.asymmetric_ep\(lift=0\)": "ng.torch.layer(network, rule={0})(x).sum().backward()",
        },
        CLAMPING,
    ),
    Row(
        "answer(solver=solvers.Euler(steps=2))",
        {r"solver=neurograph\.solvers\.Auto\(steps=20000\)": "answer({0})"},
        UNSETTLED + "@torch.no_grad()\ndef answer(**options): ng.torch.layer(network, **options)(x + 1)\n",
    ),
    Row(
        "run(solver=solvers.Euler(steps=2))",
        {r"solver=neurograph\.solvers\.Auto\(steps=20000\)": "run({0})"},
        UNSETTLED,
    ),
    Row(
        "layer(x)",
        {r"solver=neurograph\.solvers\.Euler\(dt=0\.05\)": "ng.torch.layer(network, {0})(x)"},
        WILD,
    ),
    Row(
        "method_of(solvers.Newton(), network)",
        {
            r"neurograph\.solvers\.Euler\(\)": "method_of({0}, network)",
            r"neurograph\.solvers\.Auto\(\)": "method_of({0}, network)",
            "partition=True": "assert '{0}'",
        },
        ON_TENSORS,
    ),
    Row(
        "settle(field_of(network), start, solvers.Euler(dt=0.2, implicit=True))",
        {r"solvers\.Euler\(implicit=False\)": "settle(field_of(network), start, {0})"},
        STEEP,
    ),
    Row(
        "ng.torch.layer(network, rule=rules.stdp())",
        {r"rules\.asymmetric_ep\(lift=0\)": "ng.torch.layer(network, rule={0})"},
        MADE,
    ),
    Row(
        "ng.torch.layer(network, cost='mse')",
        {r"neurograph\.costs": "assert {0}", r"costs\.cross_entropy\(\)": "ng.torch.layer(network, cost={0})"},
        MADE,
    ),
    Row(
        "ng.torch.layer(network, solver='newton')",
        {r"neurograph\.solvers": "assert {0}", r"solvers\.Euler\(dt=0\.05\)": "ng.torch.layer(network, solver={0})"},
        MADE,
    ),
]
REMEDIES = [(row, pattern) for row in ROWS for pattern in row.cures]


@pytest.mark.parametrize(
    ("row", "pattern"), REMEDIES, ids=[f"{row.call[:50]}: {pattern[:40]}" for row, pattern in REMEDIES]
)
def test_the_remedy_cures(row, pattern, tmp_path, monkeypatch):
    code = row.cure(pattern, told(row))
    monkeypatch.chdir(tmp_path)
    exec(code, row.names())


def test_every_remedy_of_the_layer_is_tried():
    assert not not_tried(ROWS, of_torch=True)
