"""Brian2's compiled targets, and what takes long: ``python -m pytest --slow -m slow tests/brian``."""

import os
import subprocess
import sys

import numpy as np
import pytest

import neurograph as ng
from models import martin_2021, scellier_2018
from tests.brian.in_time.plain import along, each_step, plain, waves, with_delays
from tests.brian.networks import (
    DYNAMICS,
    NETWORKS,
    RULES,
    STEPS,
    X,
    built,
    compiled,
    euler,
    milliseconds,
    one_step,
    run_script,
)

pytestmark = pytest.mark.slow

TARGETS = ("cython", "cpp")
Y = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_every_dynamics_takes_the_same_steps_and_learns_the_same(dynamics, target):
    network = compiled(dynamics)
    model = built(network, target=target, start="uniform", rule=RULES["own"])
    assert model.settle(milliseconds(STEPS)).state == pytest.approx(euler(network, X, start="uniform").state, abs=1e-12)
    model.learn(Y, beta=0.8, optimiser=ng.optimisers.sgd(5.0), duration=milliseconds(STEPS))
    fitted = one_step(network, RULES["own"], Y, 0.8, 5.0, start=model.starts)
    assert model.weights == pytest.approx(fitted.weights, abs=1e-12)
    assert model.biases == pytest.approx(fitted.biases, abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_graph_takes_the_same_steps(kind, target):
    network = NETWORKS[kind]()
    for batch in (None, 1):
        model = built(network, target=target, batch=batch)
        assert model.settle(milliseconds(STEPS)).state == pytest.approx(euler(network, X).state, abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dynamics", ["deep", "populations of several variables"])
def test_networks_in_time_take_the_same_steps(dynamics, target):
    network = with_delays(dynamics)
    x, current = waves(network)
    here, there = (along(network, x, current, target=one, start=0.1, batch=1) for one in ("numpy", target))
    for weights in (network.weights, 0.5 * network.weights):
        simulations = []
        for model in (here, there):
            model.assign_weights(weights, network.biases)
            simulations.append(model.simulate())
        assert simulations[1].states == pytest.approx(simulations[0].states, abs=1e-12)
        wanted = plain(
            network.with_weights(weights), each_step(x), start=0.1,
            current={node: each_step(wave) for node, wave in current.items()},
        )  # fmt: skip
        assert simulations[1].states == pytest.approx(wanted[..., : len(network.nodes)], abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_the_script_of_a_target_runs_along_an_x_in_time(target, tmp_path):
    network = with_delays("populations")
    model = along(network, *waves(network), target=target, start=0.1)
    assert run_script(model.source(), tmp_path) == pytest.approx(model.simulate().states[:, -1], abs=1e-12)


def test_a_program_takes_what_is_set_between_its_runs():
    network = compiled("deep")
    program, here = built(network, target="cpp", rule=RULES["stdp"]), built(network, rule=RULES["stdp"])
    for steps in (STEPS, 70):
        for model in (program, here):
            model.neurons.I_ext = np.linspace(0.0, steps / 1000, len(here.neurons))
        assert program.settle(milliseconds(steps)).state == pytest.approx(
            here.settle(milliseconds(steps)).state, abs=1e-12
        )
    for model in (program, here):
        model.assign_weights(0.5 * network.weights, network.biases)
    assert program.nudge(Y, 0.5).state == pytest.approx(here.nudge(Y, 0.5).state, abs=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_the_script_of_a_target_gives_the_same_state(target, tmp_path):
    model = built(compiled("deep"), target=target)
    assert run_script(model.source(milliseconds(STEPS)), tmp_path) == pytest.approx(
        model.settle(milliseconds(STEPS)).state, abs=1e-12
    )


CACHE = """
import sys
from pathlib import Path
import brian2
import neurograph as ng
brian2.prefs.codegen.runtime.cython.cache_dir = sys.argv[1]
def count(**options):
    for model in ("rate", "spiking"):
        graph = ng.topologies.random(2, options["hidden"], 1, bias=True, scale=options["scale"], seed=options["hidden"])
        x = [[0.1, 0.2]] * options["samples"]
        made = ng.brian.build(
            ng.compile(graph), x, model=model, target="cython", rule=ng.rules.stdp(), dt=options["dt"] * brian2.ms,
            namespace={"time_unit": options["unit"] * brian2.ms},
        )
        made.learn([[1.0]] * options["samples"], beta=options["dt"], duration=20 * brian2.ms)
    return len([path for path in Path(sys.argv[1]).rglob("*") if path.suffix in (".so", ".pyd")])
first = count(hidden=3, samples=1, scale=0.2, dt=1.0, unit=20.0)
second = count(hidden=7, samples=4, scale=0.3, dt=0.5, unit=15.0)
print(first, second)
"""


def test_other_sizes_and_parameters_compile_nothing_new(tmp_path):
    where = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run([sys.executable, "-c", CACHE, str(tmp_path)], capture_output=True, text=True, env=where)
    assert done.returncode == 0, done.stderr
    first, second = map(int, done.stdout.split())
    assert first == second > 5


def test_ten_networks_learn_xor_inside_brian2_by_their_spikes_as_often_and_as_fast_as_expected():
    model = martin_2021.simulated(martin_2021.build(range(10)), "cpp")
    epochs = martin_2021.epochs_to_ten_perfect(model)
    learnt = epochs[epochs > 0]
    assert martin_2021.EXPECTED["learnt"].verdict(learnt.size / 10, 10) == "inside"
    assert martin_2021.EXPECTED["epochs"].verdict(learnt) == "inside"


@pytest.mark.parametrize("model", ["spiking", "lif"])
def test_digits_are_told_apart_within_two_points_of_the_rate_network_in_200_ms(model):
    row, digits = scellier_2018.table()[0], ng.tasks.digits()
    fit = ng.train(row.build, digits.x_train, digits.y_train, seed=0, progress=False, **{**row.training, "epochs": 10})
    rates = ng.settle(fit.network, digits.x_test).outputs
    batch = None if model == "spiking" else 60
    spikes = ng.brian.build(
        fit.network, digits.x_test, model=model, target="cpp", seed=0, batch=batch
    ).settle(milliseconds(200)).outputs  # fmt: skip
    accuracies = [np.mean(outputs.argmax(axis=1) == digits.y_test) for outputs in (rates, spikes)]
    assert accuracies[0] > 0.94
    assert accuracies[1] > accuracies[0] - 0.02
