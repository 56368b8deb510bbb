"""Optimisation-induced equilibrium networks: the checks of the model, what is certified of it, and a short run."""

import numpy as np
import pytest

import neurograph as ng
from models import xie_2021
from models.digits_table import HEADER, line


@pytest.mark.parametrize("seed", [7, 8])
def test_the_equilibrium_is_the_minimiser_that_convex_solvers_find(seed):
    """Twenty starts, two solvers, priors, the energy along the motion, the gradient, and the choice of one of many."""
    found = xie_2021.checks(seed)
    assert found.keys() == xie_2021.ASKED.keys()
    for name, value in found.items():
        assert value <= xie_2021.ASKED[name], name


def test_the_priors_do_what_they_are_for():
    rng = np.random.default_rng(0)
    W, c = rng.normal(size=(20, 5)), rng.normal(size=20)
    W *= 0.5 / np.linalg.norm(W, 2)
    graph = xie_2021.graph_of(W, np.zeros((20, 1)), c, 1)
    relu = ng.dynamics.additive("relu")
    plain = xie_2021.rates_at_rest(xie_2021.compiled(graph, relu), [0.0])
    sparse = xie_2021.rates_at_rest(xie_2021.compiled(graph, xie_2021.sparse_relu(0.5)), [0.0])
    pulled = xie_2021.rates_at_rest(xie_2021.compiled(xie_2021.pulled(graph, 2.0, 0.3), relu), [0.0])
    assert np.count_nonzero(sparse) < np.count_nonzero(plain)
    assert np.linalg.norm(pulled - 0.3) < 0.5 * np.linalg.norm(plain - 0.3)
    with pytest.raises(ng.DivergenceError, match="weaker pull"):
        xie_2021.rates_at_rest(xie_2021.compiled(xie_2021.pulled(graph, 50.0, 0.3), relu), [0.0])
    assert graph.number_of_edges() == xie_2021.compiled(graph).weights.size  # what was passed is as it was


def test_the_selected_solution_comes_nearer_with_more_rounds():
    network, wanted, best = xie_2021.flat(3)
    errors = [np.abs(xie_2021.selected(network, [1.0], wanted, rounds) - best).max() for rounds in (100, 1000)]
    assert errors[1] < 0.2 * errors[0]
    rest = ng.settle(network, [[1.0]], solver=xie_2021.EXACT).state[0]  # without a pull, another one
    rates = [k for k, node in enumerate(network.nodes) if node[0] == "p"]
    assert np.sum((rest[rates] - wanted) ** 2) > np.sum((best - wanted) ** 2) + 0.1


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_the_solutions_among_which_is_chosen_rest_and_no_other_is_nearer(seed):
    """All (2d + t, t) with t >= 0 rest; the least R among many of them is not below that of the one that is chosen."""
    network, wanted, best = xie_2021.flat(seed)
    rates, auxiliary = ([k for k, node in enumerate(network.nodes) if node[0] == kind] for kind in "pa")
    t = np.concatenate([best[None, 1::2], np.random.default_rng(seed).exponential(1.0, (500, best.size // 2))])
    state = np.zeros((501, len(network.nodes)))
    state[:, network.connectivity.inputs] = 1.0
    state[:, rates] = np.repeat(t, 2, axis=1)
    state[:, rates[::2]] += best[::2] - best[1::2]
    state[:, auxiliary] = network.summed_input(state)[:, auxiliary]
    assert np.abs(network.drift(state)).max() < 1e-12
    R = np.sum((state[:, rates] - wanted) ** 2, axis=1)
    assert R[0] == pytest.approx(np.sum((best - wanted) ** 2))
    assert R.min() >= R[0] - 1e-12
    assert np.max(R) > R[0] + 0.1


@pytest.mark.parametrize("seed", range(4))
def test_only_what_is_so_is_certified(seed):
    """An energy of tied layers alone, and not of their composition; one equilibrium where norm(W) < 1 alone."""
    assert xie_2021.certified(seed) == xie_2021.CERTIFIED


def test_certificates_know_the_energy_and_the_one_equilibrium():
    report = ng.certify(xie_2021.build_small(0), progress=False)
    assert "unique equilibrium" in report["energy"].claims
    assert "contracting" in report["symmetric_part"].claims
    several = ng.certify(xie_2021.flat(0)[0], level="strong", progress=False)
    assert not any("unique equilibrium" in certificate.claims for certificate in several.certificates)
    directed = xie_2021.build_directed(0)
    assert ng.certificates.monotone(xie_2021.MARGIN).holds(directed)
    assert ng.certify(directed, progress=False)["energy"].verdict == "UNKNOWN"


@pytest.mark.parametrize("case", xie_2021.EXPECTED)
def test_a_few_epochs_lower_the_cost_and_stay_certified(case):
    x, y, _, _ = xie_2021.data(case)
    how = xie_2021.training(case) | {"epochs": 3}
    fit = ng.train(xie_2021.BUILDS[case](0), x[:200], y[:200], seed=0, progress=False, **how)
    assert fit.history["cost"][-1] < fit.history["cost"][0]
    assert how["keep"].holds(fit.network)
    assert "unique equilibrium" in how["keep"].certificate(fit.network).claims


def test_a_run_by_epochs_is_that_of_one_call_and_each_epoch_is_certified():
    case = "moons, directed"
    x, y, others, classes = xie_2021.data(case)
    how = xie_2021.training(case) | {"epochs": 4}
    outcome = xie_2021.learn(case, 0, epochs=4)
    whole = ng.train(xie_2021.BUILDS[case], x, y, seed=[0], progress=False, **how)[0]
    outputs = ng.settle(whole.network, others, solver=how["solver"]).outputs
    assert outcome == xie_2021.Outcome(np.mean(outputs.argmax(axis=1) == classes), 4, 4)


def test_the_rows_fit_80_columns_and_one_is_as_expected():
    for case, expected in xie_2021.EXPECTED.items():
        assert len(line(case, expected, np.full(5, expected.mean))) == len(HEADER) <= 80
        assert expected.mean >= xie_2021.LEAST[case]
        worse = xie_2021.Outcome(0.5, 3, 4)
        shown = xie_2021.summary(case, [worse] * 5)
        assert shown.split()[:5] == ["certified", "after", "15", "of", "20"]
        assert shown.endswith("NO")
        assert xie_2021.summary(case, [worse] * 5, quick=True) == "  certified after 15 of 20 epochs"
        assert len(shown) <= 80
    outcome = xie_2021.learn("moons, tied", 0)
    assert xie_2021.EXPECTED["moons, tied"].verdict(np.array([outcome.accuracy])) == "inside"
    assert outcome.certified == outcome.epochs == 120
