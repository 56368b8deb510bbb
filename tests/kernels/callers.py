"""What calls the engine in all the ways that there are: solvers and rules, on networks with all kinds of edges."""

import numpy as np

import neurograph as ng
from neurograph.learning.phases import run_phases, weight_change
from neurograph.learning.rule import Rule
from neurograph.learning.rules import asymmetric_ep, coupled_learning, ep, stdp
from neurograph.solvers import Euler, GaussSeidel
from neurograph.solvers.base import Phase
from neurograph.training.config import TrainingConfig
from neurograph.training.plan import Plan
from neurograph.training.update import first_optimiser_state


def settled(dynamics, number):
    """Settle, nudge, answer and learn with a network that has all kinds of edges."""
    random = np.random.default_rng(0)
    bias = "neurons" if dynamics.uses_bias else True
    graph = ng.topologies.random(inputs=3, hidden=9, outputs=4, density=0.5, bias=bias, scale=0.3, seed=0)
    network = ng.compile(graph, dynamics, dtype=number)
    start = random.uniform(size=(5, len(network.nodes))).astype(number)
    target = np.eye(4, dtype=number)[random.integers(0, 4, 5)]
    shared = {"start": start, "target": target}
    phases = [
        Phase(**shared),
        Phase(**shared, beta=random.uniform(-0.1, 0.5, 5)),
        Phase(**shared, beta=0.3, cost=ng.costs.cross_entropy(gain=2.0)),
        Phase(**shared, beta=0.2, anchor=start + number(0.01)),
        Phase(**shared, clamped=True),
        Phase(**shared, beta=0.5, rule=stdp().expression),
        Phase(**shared, beta=0.5, rule=Rule("tanh(pre*dpost)", kind="online").expression),
        Phase(**shared, record=ng.Record(every=7)),
    ]
    free = None
    for solver in (Euler(steps=30), Euler(dt=0.2, steps=30, implicit=False), GaussSeidel(steps=30)):
        for phase in phases:
            if isinstance(solver, Euler) or (phase.rule is None and phase.record is None):
                free = solver.solve(network, phase)
        free = solver.solve(network, phases[0])
        solver.respond(free, random.normal(size=(5, 4)), lift=0.1)
    for rule in (ep(), Rule("tanh(post_nudged*pre_free)*w")):
        cost = ng.costs.squared_error()
        weight_change(rule, run_phases(rule, free, target, 0.1, cost, GaussSeidel(steps=30)))
    tied = ng.compile(ng.topologies.symmetric(graph), dynamics, dtype=number)
    for rule, cost in ((asymmetric_ep(), ng.costs.cross_entropy(2.0)), (coupled_learning(), ng.costs.squared_error())):
        config = TrainingConfig(rule=rule, cost=cost, solver=Euler(steps=30), optimiser=ng.optimisers.sgd(max_norm=1.0))
        plan = Plan.of(tied, config, 5)
        plan.update(tied, first_optimiser_state(tied, config.optimiser), start, target, 0.5, 0)


def of_two_variables(number):
    """Settle, nudge, answer and learn with neurons that have further variables."""
    own = ng.Dynamics("-s + tanh(I + b - a*c)", transfer="tanh(s)", variables={"a": "s - a", "c": "(I - c)/2"})
    graph = ng.topologies.random(inputs=2, hidden=5, outputs=2, density=0.5, bias="neurons", scale=0.3, seed=0)
    network, random = ng.compile(graph, own, dtype=number), np.random.default_rng(0)
    start, target = random.uniform(size=(5, network.state_size)).astype(number), np.eye(5, 2, dtype=number)
    for solver in (Euler(steps=30), Euler(dt=0.2, steps=30, implicit=False)):
        free = solver.solve(network, Phase(start, record=ng.Record(every=7)))
        phases = run_phases(asymmetric_ep(), free, target, 0.1, ng.costs.squared_error(), solver)
        weight_change(asymmetric_ep(), phases)
    weight_change(
        Rule("post_slope*pre_leak*post_nudged"), run_phases(ep(), free, target, 0.1, ng.costs.squared_error(), solver)
    )


def drawn(number):
    """Draw states of binary neurons with all kinds of edges, by sweeps and flips, and ask how likely they are."""
    graph = ng.topologies.symmetric(ng.topologies.complete(0, 3, 4, bias="neurons", scale=0.5, seed=0))
    graph.add_node("one", role="bias")
    graph.add_edge("one", "h0", weight=0.3)
    warm = ng.dynamics.binary("(I + b)/T", parameters={"T": 2.0})
    network, states = ng.compile(graph, warm, number), np.eye(5, 8, dtype=number)
    for method in ("gibbs", "flips"):
        ng.sample(network, [[1, 0, np.nan, np.nan]], samples=3, burn_in=2, chains=11, method=method, seed=0)
    ng.sampling.probabilities(network, states)
    ng.sampling.flip_rates(network, states)


def in_time(number):
    """Run networks in time, with all that drives and delays them, and synapses that learn."""
    graph = ng.topologies.random(inputs=3, hidden=9, outputs=4, density=0.5, bias=True, scale=0.3, seed=0)
    for k, (*_, data) in enumerate(graph.edges(data=True)):
        data["delay"] = (0.0, 0.1, 0.25)[k % 3]
    late = ng.compile(graph, ng.dynamics.additive("tanh"), dtype=number)
    own = ng.Dynamics("-s + tanh(I + b - a)", variables={"a": "s - a"})
    plain = ng.compile(ng.topologies.random(inputs=2, hidden=5, outputs=2, density=0.5, seed=0), own, dtype=number)
    rule = Rule("modulator*e*dpost", traces={"e": "pre*post - e", "z": "dpre*w - z"})
    for network, batch, methods in ((late, 3, ("exponential", "heun")), (plain, 1, ("euler", "rk4"))):
        x = np.random.default_rng(0).normal(size=(batch, 20, len(network.inputs)))
        current = {network.outputs[0]: np.ones(20), network.outputs[1]: 0.5}
        for method in methods:
            given = {"dt": 0.1, "method": method, "current": current, "seed": 0, "record": 7}
            ng.simulate(network, x, **given, noise=0.0 if method == "rk4" else 0.1)
            ng.simulate(network, x[:, :3], **(given | {"current": None}), rule=rule, learning_rate=0.1, modulator=0.5)
