"""The layer of PyTorch: what it costs beside the engine that it calls, and beside deep equilibrium layers.

The deep equilibrium layers have the same graph as a dense matrix, settle by s <- tanh(W s + u) to the same tolerance,
and find the gradient by a second fixed point. Each is measured in a process of its own, whose peak of resident memory,
less what was resident before the graph, is its memory; the same two threads for all. Other programs only add to a time,
and to one whose two threads wait for each other a lot: the least of several turns counts.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import neurograph as ng
from tests.benchmarks.compile_graph import resident

TITLE = "The layer of PyTorch, forward and backward, float32, beside the engine and DEQ layers: the least times"
TURNS, TOL, BATCH = {100: 100, 1_000: 40, 10_000: 5}, 1e-5, 32
SIZES = (
    # label, inputs, hidden, outputs, share of the edges, batch, most times
    ("64-64-10, batch 50", None, None, None, None, 50, 1.5),
    ("1,000 nodes, 10 % of the edges, batch 32", 20, 970, 10, 0.1, 32, 1.1),
    ("10,000 nodes, 1 % of the edges, batch 32", 20, 9_970, 10, 0.01, 32, 1.1),
)
NODES = (100, 1_000, 10_000)
RIVALS = {"dense": "a dense DEQ layer, by hand", "torchdeq": "torchdeq, dense"}


def rows():
    if importlib.util.find_spec("torch") is None:
        yield "not measured, torch is missing (extra `bench`)", "", "-"
        return
    for label, inputs, hidden, outputs, density, batch, most in SIZES:
        if inputs is None:
            graph = ng.topologies.layered(64, (64,), 10, feedback=True, bias="neurons", scale=0.1, seed=0)
            network = ng.compile(graph, ng.dynamics.additive("tanh"), dtype=np.float32)
        else:
            network = drawn(inputs, hidden, outputs, density)
        engine, layer = beside_the_engine(network, batch)
        yield f"{label}: settle, response and readout", "", f"{1e3 * min(engine):.3g} ms"
        yield f"{label}: the layer takes", f"asked: at most {most}x", f"{min(layer) / min(engine):.2f}x"
    for nodes in NODES:
        yield from beside_dense(nodes)


def drawn(inputs, hidden, outputs, density):
    """A network of tanh neurons, drawn edge by edge, that contracts."""
    nodes = inputs + hidden + outputs
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(inputs * nodes, nodes * nodes, int(density * nodes * nodes)))
    weights = (0.5 * rng.standard_normal(keys.size) / np.sqrt(keys.size / nodes)).astype(np.float32)
    columns = (keys % nodes).astype(np.int32), (keys // nodes).astype(np.int32), weights
    table = ng.topologies.from_edges(
        columns, inputs=range(inputs), outputs=range(nodes - outputs, nodes), nodes=np.arange(nodes)
    )
    return ng.compile(table, ng.dynamics.additive("tanh"), dtype=np.float32)


def beside_the_engine(network, batch):
    """Return seconds of the engine and of the layer, in turn, each with weights that it has not seen."""
    import torch

    from neurograph.learning.phases import run_phases, weight_change

    x = np.random.default_rng(1).random((batch, len(network.inputs)), np.float32)
    target = np.zeros((batch, len(network.outputs)), np.float32)
    solver, cost, rule = ng.solvers.Auto(tol=TOL), ng.costs.squared_error(), ng.rules.asymmetric_ep(lift=0)
    layer, inputs, targets = (
        ng.torch.layer(network, cost=cost, solver=solver),
        torch.from_numpy(x),
        torch.from_numpy(target),
    )
    strength = np.full(batch, 0.5)

    def by_the_engine(weights):
        free = ng.settle(network.with_weights(weights), x, solver=solver)
        return weight_change(rule, run_phases(rule, free, target, strength, cost, solver))

    def by_the_layer(weights):
        with torch.no_grad():
            layer.weights.copy_(torch.from_numpy(weights))
        layer.zero_grad()
        layer(inputs, targets).backward()

    taken = {by_the_engine: [], by_the_layer: []}
    for turn in range(1 + TURNS[100 if len(network.nodes) < 1000 else 1_000]):
        for call, times in taken.items():
            weights = network.weights * np.float32(1 + 1e-4 * turn)
            began = time.perf_counter()
            call(weights)
            times.append(time.perf_counter() - began)
    return [times[1:] for times in taken.values()]


def beside_dense(nodes):
    label = f"{nodes:,} nodes, 1 % of the edges, batch {BATCH}"
    there = [kind for kind in RIVALS if kind == "dense" or importlib.util.find_spec(kind) is not None]
    with tempfile.TemporaryDirectory() as folder:
        found = {kind: of_a_process(kind, nodes, folder) for kind in ("layer", *there)}
        answers = {kind: np.load(Path(folder) / f"{kind}.npz") for kind in found}
    ours = found["layer"]
    yield f"{label}: neurograph", "", f"{1e3 * ours['seconds']:.3g} ms, {ours['bytes'] / 2**20:.3g} MiB"
    for kind in there:
        times, more = found[kind]["seconds"] / ours["seconds"], found[kind]["bytes"] / ours["bytes"]
        far = {name: np.abs(answers[kind][name] - answers["layer"][name]).max() for name in ("outputs", "gradient")}
        size = np.abs(answers["layer"]["gradient"]).max()
        yield (
            f"{label}: {RIVALS[kind]}",
            "",
            f"{1e3 * found[kind]['seconds']:.3g} ms, {found[kind]['bytes'] / 2**20:.3g} MiB",
        )
        agree = f"outputs to {far['outputs']:.0e}, gradients to {far['gradient'] / size:.0e}"
        yield f"{label}: {RIVALS[kind]} takes", "", f"{times:.2g}x the time, {more:.2g}x the memory ({agree})"
    for kind in sorted(set(RIVALS) - set(there)):
        yield f"{label}: {RIVALS[kind]}: not measured, it is missing (extra `bench`)", "", "-"


def of_a_process(kind, nodes, folder):
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.torch_layer", kind, str(nodes), folder]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def main(kind, nodes, folder):
    """Print the seconds and the bytes of one forward and backward, and write what they give."""
    import torch

    torch.set_num_threads(2)
    call = {"layer": of_the_layer, "dense": of_dense, "torchdeq": of_torchdeq}[kind]
    run(*call(200), 1)  # what a first call makes
    before = resident("VmRSS")
    step, gradient = call(int(nodes))
    Path("/proc/self/clear_refs").write_text("5")  # the largest size so far, of the making, is forgotten
    seconds, outputs = run(step, gradient, 1 + TURNS[int(nodes)])
    np.savez(Path(folder) / f"{kind}.npz", outputs=outputs.detach().numpy(), gradient=gradient().numpy())
    print(json.dumps({"seconds": seconds, "bytes": resident("VmHWM") - before}))


def run(step, gradient, turns):
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        outputs = step()
        outputs.sum().backward()
        taken.append(time.perf_counter() - began)
    assert gradient() is not None
    return min(taken), outputs


def samples(inputs):
    import torch

    return torch.from_numpy(np.random.default_rng(1).random((BATCH, inputs), np.float32))


def parts(nodes):
    """Return a network of so many nodes, 1 % of the edges, and its numbers of inputs and outputs."""
    return drawn(10, nodes - 20, 10, 0.01), 10, 10


def of_the_layer(nodes):
    """Return what gives the outputs, and what gives the gradient of the edges."""
    network, inputs, _ = parts(nodes)
    layer, x = ng.torch.layer(network, solver=ng.solvers.Auto(tol=TOL)), samples(inputs)

    def step():
        layer.zero_grad()
        return layer(x)

    return step, lambda: layer.weights.grad


def dense(nodes):
    """Return the weights among the nodes that move, those from inputs, both dense, x, and where edges stand in them."""
    import torch

    network, inputs, outputs = parts(nodes)
    matrix = network.matrix()
    whole = torch.from_numpy(matrix.toarray()[inputs:].astype(np.float32))
    among, entering = (one.clone().requires_grad_() for one in (whole[:, inputs:], whole[:, :inputs]))
    post, pre = (
        torch.from_numpy(one.astype(np.int64)) for one in (network.connectivity.post, network.connectivity.pre)
    )

    def gradient():
        return torch.cat([entering.grad, among.grad], dim=1)[post - inputs, pre]

    return among, entering, samples(inputs), outputs, gradient


def of_dense(nodes):
    import torch

    among, entering, x, outputs, gradient = dense(nodes)

    class Settled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, drive, weights):
            state = torch.zeros_like(drive)
            for _ in range(1000):
                new = torch.tanh(torch.addmm(drive, state, weights.T))
                far, state = (new - state).abs().max(), new
                if far <= TOL:
                    break
            ctx.save_for_backward(state, weights)
            return state

        @staticmethod
        def backward(ctx, given):
            state, weights = ctx.saved_tensors
            slope, back = 1 - state**2, torch.zeros_like(state)
            for _ in range(1000):
                new = slope * torch.addmm(given, back, weights)
                far, back = (new - back).abs().max(), new
                if far <= TOL:
                    break
            return back, back.T @ state

    def step():
        among.grad = entering.grad = None
        return Settled.apply(x @ entering.T, among)[:, -outputs:]

    return step, gradient


def of_torchdeq(nodes):
    import torch
    import torchdeq

    among, entering, x, outputs, gradient = dense(nodes)
    settle = torchdeq.get_deq(ift=True, f_max_iter=1000, b_max_iter=1000, f_tol=TOL, b_tol=TOL)

    def step():
        among.grad = entering.grad = None
        drive = x @ entering.T
        states, _ = settle(lambda state: torch.tanh(torch.addmm(drive, state, among.T)), torch.zeros_like(drive))
        return states[-1][:, -outputs:]

    return step, gradient


if __name__ == "__main__":
    main(*sys.argv[1:])
