import importlib.util
from pathlib import Path

import pytest
from sklearn.model_selection import cross_val_score

import neurograph as ng
from neurograph.costs import wrong

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


def computes_xor(network):
    x, y = ng.tasks.logic("xor")
    return not wrong(ng.settle(network, x).outputs, y).any()


def found_what_is_found_without_a_cluster(search):
    x, y = ng.tasks.moons(samples=200, seed=0)
    here = cross_val_score(search.best_estimator_, x, y.ravel(), cv=3)
    there = [search.cv_results_[f"split{k}_test_score"][search.best_index_] for k in range(3)]
    return here.tolist() == there and search.best_score_ == search.cv_results_["mean_test_score"].max() > 0.85


def spikes_are_near_the_equilibrium(given):
    rates, equilibrium = given
    return abs(rates - equilibrium).max() < 0.03 and equilibrium.max() == 1.0


def a_little_fatigue_is_borne_and_much_is_not(outputs):
    right = [(outputs[strength] > 0.5).tolist() == [False, True, True, False] for strength in sorted(outputs)]
    return right == [True, True, False]


RIGHT = {
    "grid_on_a_cluster": found_what_is_found_without_a_cluster,
    "spikes_beside_rates": spikes_are_near_the_equilibrium,
    "your_own_equations_in_brian2": a_little_fatigue_is_borne_and_much_is_not,
    "your_own_graph": computes_xor,
    "your_own_neuron": computes_xor,
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs_and_what_it_gives_is_right(path, capsys):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = module.main()
    assert capsys.readouterr().out
    assert RIGHT[path.stem](given)


def test_every_example_is_there():
    assert {path.stem for path in EXAMPLES} == set(RIGHT)
