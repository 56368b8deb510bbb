"""Hashes of what neurograph computes, to show that a change of its code changes no number.

``python -m tests.battery record FILE`` writes the sha256 of every case to a JSON file, and ``python -m tests.battery
compare FILE`` computes them again, prints each case that differs, and exits with 1 if one does. The cases go over every
dynamics, solver, rule, optimiser, cost, pruner, grower, certificate and format, and the rate model in Brian2.
"""

import hashlib
import json
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import numpy as np

import neurograph as ng

XOR, TARGET = ng.tasks.logic("xor")
SOLVERS = {
    "euler": ng.solvers.Euler(dt=0.1, steps=400),
    "euler-auto": ng.solvers.Euler(),
    "implicit": ng.solvers.Euler(implicit=True, dt=0.25),
    "gauss-seidel": ng.solvers.GaussSeidel(),
    "anderson": ng.solvers.Anderson(),
    "newton": ng.solvers.Newton(),
    "auto": ng.solvers.Auto(),
}
DYNAMICS = {
    "deep": ng.dynamics.deep("absolute", extra_leak=0.3),
    "deep-signed": ng.dynamics.deep("signed", extra_leak=0.3),
    "vector-field": ng.dynamics.vector_field(),
    "clip": ng.dynamics.additive("clip"),
    "sigmoid": ng.dynamics.additive("sigmoid"),
    "tanh": ng.dynamics.additive("tanh"),
    "relu": ng.dynamics.additive("relu"),
    "hopfield": ng.dynamics.hopfield(),
    "own": ng.Dynamics("(-s + tanh(I + b))/tau", transfer="s*s + s", parameters={"tau": 2.0}),
}
RULES = {
    "asymmetric": ng.rules.asymmetric_ep(),
    "asymmetric-strict": ng.rules.asymmetric_ep(lift=0),
    "asymmetric-finite": ng.rules.asymmetric_ep(finite=True),
    "vector-field": ng.rules.vector_field(),
    "deep": ng.rules.deep(),
    "stdp": ng.rules.stdp(),
    "ep": ng.rules.ep(),
    "centred": ng.rules.centred_ep(),
    "random-sign": ng.rules.random_sign_ep(),
    "contrastive": ng.rules.contrastive_hebbian(),
    "coupled": ng.rules.coupled_learning(),
    "own": ng.Rule("pre_free*(post_nudged - post_free)/beta - 0.01*w"),
}
SYMMETRIC = ("ep", "centred", "random-sign", "contrastive", "coupled")
OPTIMISERS = {
    "sgd": ng.optimisers.sgd(0.5),
    "momentum": ng.optimisers.sgd(0.1, momentum=0.9, l1=1e-3, max_step=0.1),
    "adam": ng.optimisers.adam(0.02),
    "adam-bounds": ng.optimisers.adam(0.02, bounds=(-0.5, 0.5), decay=0.01),
}
COSTS = {
    "squared-error": ng.costs.squared_error(),
    "cross-entropy": ng.costs.cross_entropy(),
    "cross-entropy-4": ng.costs.cross_entropy(4.0),
}
PRUNERS = {
    "boltzmann": ng.pruning.boltzmann(tolerance=0.1, temperature=5.0),
    "magnitude": ng.pruning.magnitude(0.4),
    "threshold": ng.pruning.magnitude(threshold=0.1),
    "saliency": ng.pruning.saliency(0.4),
    "proximal": ng.pruning.proximal(0.05),
    "random": ng.pruning.random(0.4),
    "unreachable": ng.pruning.unreachable(),
}
GROWERS = {"random": ng.growth.random(), "returned": ng.growth.returned(), "rigl": ng.growth.rigl()}
SUFFIXES = (".json", ".graphml", ".gexf", ".cyjs", ".csv", ".parquet", ".npz", ".h5", ".packed")


def graph(dynamics=None, hidden=5, outputs=1, seed=0, scale=0.5):
    """Draw a complete digraph that goes with a dynamics."""
    bias = "neurons" if dynamics is not None and dynamics.uses_bias else True
    drawn = ng.topologies.complete(2, hidden, outputs, bias=bias, scale=scale, seed=seed)
    return ng.topologies.symmetric(drawn) if dynamics is not None and dynamics.symmetric else drawn


def compiled(name="deep", dtype=np.float64, **options):
    return ng.compile(graph(DYNAMICS[name], **options), DYNAMICS[name], dtype)


def settled(result):
    return result.state, result.status, result.residual, result.steps


def settle_cases():
    for name, dynamics in DYNAMICS.items():
        for kind, solver in SOLVERS.items():
            if kind == "implicit" and (dynamics.leak is None or name == "own"):
                continue
            yield (
                f"settle/{name}/{kind}",
                lambda n=name, s=solver: settled(ng.settle(compiled(n), XOR, solver=s, throw=False)),
            )
    for kind, solver in SOLVERS.items():
        yield (
            f"settle/float32/{kind}",
            lambda s=solver: settled(ng.settle(compiled("deep", np.float32), XOR.astype(np.float32), solver=s)),
        )
        for name, cost in COSTS.items():
            if kind == "implicit" and name != "squared-error":
                continue
            for beta in (0.5, -0.1):
                yield (
                    f"nudge/{name}/{beta}/{kind}",
                    lambda s=solver, c=cost, b=beta: settled(
                        ng.settle(compiled(outputs=3), XOR, y=[0, 1, 2, 0], beta=b, cost=c, solver=s, throw=False)
                    ),
                )
    yield "settle/record", lambda: (ng.settle(compiled(), XOR, solver=SOLVERS["euler"], record=7).trajectory.state,)
    yield "settle/start", lambda: settled(ng.settle(compiled(), XOR, start="uniform", seed=3))
    yield (
        "settle/batch",
        lambda: settled(ng.settle(compiled("tanh", hidden=40), np.random.default_rng(0).uniform(size=(70, 2)))),
    )
    yield (
        "settle/acyclic",
        lambda: settled(
            ng.settle(ng.compile(ng.topologies.layered(2, (6, 5), 1, feedback=False, bias=True, seed=1)), XOR)
        ),
    )


def fitted(network, x=XOR, y=TARGET, **options):
    fit = ng.train(network, x, y, **{"epochs": 6, "seed": 0, "target_cost": None, "progress": False, **options})
    removed = json.dumps([(repr(gone.edge), gone.epoch, gone.weight, gone.score) for gone in fit.removed])
    history = [fit.history[name] for name in sorted(fit.history)]
    best = fit.best.weights, fit.best.biases, fit.best.parameters
    return fit.network.weights, fit.network.biases, fit.network.parameters, fit.state, *history, *best, removed


def train_cases():
    for name, rule in RULES.items():
        kind = "hopfield" if name in SYMMETRIC else "deep"
        options = {"solver": SOLVERS["euler"]} if name == "stdp" else {}
        yield f"train/rule/{name}", lambda r=rule, k=kind, o=options: fitted(compiled(k), rule=r, **o)
    for name in DYNAMICS:
        yield f"train/dynamics/{name}", lambda n=name: fitted(compiled(n))
    for name, optimiser in OPTIMISERS.items():
        yield f"train/optimiser/{name}", lambda o=optimiser: fitted(compiled(), optimiser=o)
    for name, pruner in PRUNERS.items():
        yield f"train/pruner/{name}", lambda p=pruner: fitted(compiled(), pruner=p)
    for name, grower in GROWERS.items():
        yield f"train/grower/{name}", lambda g=grower: fitted(compiled(), pruner=PRUNERS["magnitude"], grower=g)
    for start in ("warm", "uniform"):
        yield f"train/start/{start}", lambda s=start: fitted(compiled(), start=s)
    yield "train/float32", lambda: fitted(compiled("tanh", np.float32))
    yield "train/cross-entropy", lambda: fitted(compiled(outputs=2), y=[0, 1, 1, 0], cost=ng.costs.cross_entropy(4.0))
    yield (
        "train/validation",
        lambda: fitted(compiled(), *ng.tasks.moons(samples=40, seed=0), validation=0.25, patience=3, batch_size=7),
    )
    yield "train/dale", lambda: fitted(ng.compile(ng.topologies.dale(graph(), seed=0)))
    keep = ng.certificates.contracting(0.05)
    for name in ("deep", "deep-signed", "vector-field", "tanh"):
        yield f"train/keep/{name}", lambda n=name: fitted(compiled(n), keep=keep)
    yield "train/seeds", lambda: [part for fit in _seeds() for part in (fit.network.weights, fit.state)]
    yield "train/going-on", going_on
    yield "train/checkpoint", checkpointed
    yield (
        "gradient-check",
        lambda: [
            repr(ng.gradient_check(compiled("tanh"), XOR, TARGET, RULES[name]))
            for name in ("asymmetric", "asymmetric-finite", "vector-field", "own")
        ],
    )
    yield (
        "sweep",
        lambda: [
            trial.fit.network.weights
            for trial in ng.sweep(compiled(), XOR, TARGET, {"beta": [None]}, epochs=3, seed=[0, 1], progress=False)
        ],
    )
    yield "classifier", lambda: _classifier()


def _seeds():
    make = lambda seed: compiled(seed=seed)  # noqa: E731  # a network for each seed
    return ng.train(make, XOR, TARGET, epochs=3, seed=[0, 1], progress=False)


def _classifier():
    x, y = ng.tasks.moons(samples=40, seed=0)
    model = ng.GraphClassifier(epochs=4, random_state=0).fit(x, y.ravel().astype(int))
    return model.predict(x), model.predict_proba(x)


def going_on():
    fit = ng.train(compiled(), XOR, TARGET, epochs=3, seed=0, progress=False)
    fit = ng.train(fit, XOR, TARGET, epochs=3, progress=False)
    return fit.network.weights, fit.history["cost"]


def checkpointed():
    with tempfile.TemporaryDirectory() as folder:
        options = {"checkpoint": f"{folder}/run.ckpt", "seed": 0, "progress": False, "pruner": PRUNERS["boltzmann"]}
        ng.train(compiled(), XOR, TARGET, epochs=3, **options)
        fit = ng.train(compiled(), XOR, TARGET, epochs=6, **options)
    return fit.network.weights, fit.history["cost"], len(fit.removed)


def numbers(value):
    """Give the numbers and names of a certificate, and none of its prose."""
    if isinstance(value, dict):
        return {
            key: numbers(one) for key, one in value.items() if not isinstance(one, str) or key in ("name", "verdict")
        }
    if isinstance(value, (list, tuple)):
        return [numbers(one) for one in value if not isinstance(one, str)]
    return value


def certified(network, *given, **options):
    report = ng.certify(network, *given, **options)
    rows = [numbers(json.loads(one.to_json())) for one in report.certificates]
    for row in rows:
        row.pop("seconds", None)
        row.pop("margins", None)
    margins = [sorted(map(float, one.margins.values())) for one in report.certificates]
    return json.dumps([rows, margins, report.claim is not None], sort_keys=True)


def certificate_cases():
    for name in DYNAMICS:
        for scale in (0.05, 0.5):
            yield (
                f"certify/{name}/{scale}",
                lambda n=name, s=scale: certified(compiled(n, scale=s), XOR, level="strong"),
            )
    for phase in ("nudged", "transposed"):
        yield f"certify/{phase}", lambda p=phase: certified(compiled(), XOR, y=TARGET, phase=p, beta=0.5, dt=0.1)
    yield "certify/no-inputs", lambda: certified(compiled("tanh", scale=0.1))
    yield (
        "radius",
        lambda: [
            one.radius(XOR) for one in ng.certify(compiled("tanh", scale=0.1), XOR).proved[:1] if one.name != "energy"
        ],
    )
    keep = ng.certificates.contracting(0.1)
    for name in ("deep", "deep-signed", "vector-field", "tanh"):
        yield (
            f"project/{name}",
            lambda n=name: (keep.project(compiled(n)).weights, keep.project(compiled(n)).parameters),
        )


def pruned(pruner, **options):
    fit = ng.train(compiled(), XOR, TARGET, epochs=20, seed=0, progress=False)
    pruning = ng.prune(fit.network, pruner, XOR, TARGET, seed=0, progress=False, **options)
    log = [(repr(gone.edge), gone.epoch, gone.weight, gone.score) for gone in pruning.removed]
    curve = [pruning.curve[name] for name in sorted(pruning.curve)]
    return pruning.network.weights, json.dumps(log), repr(pruning.neurons), repr(pruning.held), *curve


def pruning_cases():
    for name, pruner in PRUNERS.items():
        yield f"prune/{name}", lambda p=pruner: pruned(p)
        yield f"prune/rounds/{name}", lambda p=pruner: pruned(p, rounds=3, retrain=3)
    for name, grower in GROWERS.items():
        how = {"grower": grower, "rounds": 3, "retrain": 2}
        yield f"prune/grower/{name}", lambda h=how: pruned(PRUNERS["boltzmann"], **h)
    yield "prune/keep", lambda: pruned(PRUNERS["magnitude"], keep=ng.certificates.contracting(0.05))
    yield "prune/max-drop", lambda: pruned(PRUNERS["magnitude"], rounds=4, retrain=3, max_drop=0.3)
    few = lambda: ng.quantise(compiled(hidden=12), levels=6)  # noqa: E731  # made when asked
    yield "quantise", lambda: (few().network.weights,)
    yield "packed", lambda: (ng.PackedWeights.of(few().network.matrix()) @ np.arange(16.0)[: len(few().network.nodes)],)
    yield "graph-metrics", lambda: json.dumps(ng.graph_metrics(graph(), samples=3, seed=0).to_dict(), sort_keys=True)


def written(suffix):
    network = compiled("own" if suffix != ".packed" else "deep")
    with tempfile.TemporaryDirectory() as folder:
        ng.write(network.to_graph(), f"{folder}/graph{suffix}")
        files = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
        back = ng.read(f"{folder}/graph{suffix}")
    if suffix in (".parquet", ".h5"):
        files = []  # these hold the versions of what wrote them
    return *files, repr((list(back.nodes(data=True)), list(back.edges(data=True)), back.graph))


def graph_cases():
    for suffix in SUFFIXES:
        yield f"format/{suffix}", lambda s=suffix: written(s)
    builders = {
        "complete": lambda: graph(),
        "layered": lambda: ng.topologies.layered(2, (4, 3), 2, seed=0),
        "symmetric": lambda: ng.topologies.symmetric(graph()),
        "dale": lambda: ng.topologies.dale(graph(), seed=1),
        "matrix": lambda: ng.topologies.from_matrix(np.triu(np.arange(16.0).reshape(4, 4), 1), inputs=[0], outputs=[3]),
    }
    for name, build in builders.items():
        yield f"topology/{name}", lambda b=build: repr(_plain(b()))
    for task in ("xor", "and", "or", "not", "identity"):
        yield f"task/{task}", lambda t=task: ng.tasks.logic(t)
    yield "task/moons", lambda: ng.tasks.moons(samples=30, seed=0)
    yield "task/digits", lambda: (ng.tasks.digits().x_train, ng.tasks.digits().y_test)
    for name in ("deep", "vector-field", "tanh"):
        yield (
            f"brian/{name}",
            lambda n=name: settled(ng.brian.build(compiled(n), XOR, target="numpy").settle()),
        )
    yield (
        "jacobian",
        lambda: (compiled("own").jacobian(np.full(8, 0.3), 0.2).toarray(), compiled().drift(np.full(9, 0.4))),
    )


def _plain(made):
    made = made.to_graph() if hasattr(made, "to_graph") else made
    return list(made.nodes(data=True)), list(made.edges(data=True))


def digest(result):
    sha = hashlib.sha256()
    for part in (result,) if isinstance(result, (str, bytes)) else result:
        array = (
            part if isinstance(part, bytes) else part.encode() if isinstance(part, str) else np.ascontiguousarray(part)
        )
        sha.update(array if isinstance(array, bytes) else f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return sha.hexdigest()[:24]


def hashes():
    found = {}
    for family in (settle_cases, train_cases, certificate_cases, pruning_cases, graph_cases):
        for name, case in family():
            try:
                found[name] = digest(case())
            except Exception as error:  # a case that raises is one that must raise the same
                found[name] = f"raises {type(error).__name__}"
                print(f"{name} raises", "".join(traceback.format_exception_only(error))[:300], flush=True)
    return found


def main(verb, path):
    warnings.simplefilter("ignore")
    now = hashes()
    if verb == "record":
        Path(path).write_text(json.dumps(now, indent=1))
        return print(f"{len(now)} cases recorded")
    then = json.loads(Path(path).read_text())
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            print(f"{name}: {then.get(name)} then, {now.get(name)} now")
    same = sum(then.get(name) == value for name, value in now.items())
    print(f"{same} of {len(then)} cases are the same")
    return sys.exit(then != now)


if __name__ == "__main__":
    main(*sys.argv[1:])
