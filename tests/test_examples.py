import importlib.util
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score

import neurograph as ng
from neurograph.equations.costs import wrong

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


def computes_xor(network):
    x, y = ng.tasks.logic("xor")
    return not wrong(ng.settle(network, x).outputs, y).any()


def found_what_is_found_without_a_cluster(search):
    x, y = ng.tasks.moons(samples=200, seed=0)
    here = cross_val_score(search.best_estimator_, x, y.ravel(), cv=3)
    there = [search.cv_results_[f"split{k}_test_score"][search.best_index_] for k in range(3)]
    return here.tolist() == there and search.best_score_ == search.cv_results_["mean_test_score"].max() > 0.85


def ended_in_one_place(settled):
    return settled.converged and np.ptp(settled.state, axis=0).max() < 1e-4 and Path("settles.png").stat().st_size > 0


def refuted(report):
    return report.refutations == (report["p_matrix"],) and Path("does_not_settle.png").stat().st_size > 0


def only_the_absolute_leak_passes(certificates):
    signed, absolute = certificates
    return signed.verdict is ng.Verdict.UNKNOWN and absolute.rate == pytest.approx(0.1)


def nine_of_ten_are_right_unless_the_wiring_is_not_there(accuracies):
    if accuracies is None:
        return importlib.util.find_spec("cect") is None
    return set(accuracies) == {"digits", "iris"} and all(np.mean(right) >= 0.9 for right in accuracies.values())


def spikes_are_near_the_equilibrium(given):
    rates, equilibrium = given
    return abs(rates - equilibrium).max() < 0.03 and equilibrium.max() == 1.0


def a_little_fatigue_is_borne_and_much_is_not(outputs):
    right = [(outputs[strength] > 0.5).tolist() == [False, True, True, False] for strength in sorted(outputs)]
    return right == [True, True, False]


def computes_xor_with_the_signs_of_its_table(network):
    graph = network.to_graph()
    sign = {"acetylcholine": 1, "GABA": -1}
    kept = [
        sign[transmitter] * graph.edges[edge]["weight"] >= 0 for *edge, transmitter in graph.edges(data="transmitter")
    ]
    return computes_xor(network) and len(kept) == 33 and all(kept)


def rates_are_those_of_two_linear_equations(given):
    rates, expected = given
    return np.allclose(rates, expected, rtol=1e-6)


def rates_solve_the_convex_problem(given):
    return all(np.allclose(rates, solution, atol=1e-9) and np.any(rates > 0.1) for rates, solution in given)


def remembers_and_foretells_within_its_bounds(found):
    """No reservoir remembers more than it has neurons, or than the delays that are asked for; guessing errs by 1."""
    return len(found) == 4 and all(
        np.all((each[:, 0] > 5) & (each[:, 0] < 60)) and np.all(each[:, 1:] < 0.8) for each in found.values()
    )


def learns_each_choice_anew(ended):
    """20 animals, three times; by chance half of the last 50 choices would pay."""
    return ended.shape == (3, 20) and ended.min() > 0.75 and ended.mean() > 0.95 and Path("plasticity.png").exists()


RIGHT = {
    "balance": rates_are_those_of_two_linear_equations,
    "c_elegans": nine_of_ten_are_right_unless_the_wiring_is_not_there,
    "does_not_settle": refuted,
    "edge_table": computes_xor_with_the_signs_of_its_table,
    "fills_in_digits": lambda error: error < 0.165 and Path("filled.png").stat().st_size > 0,
    "grid_on_a_cluster": found_what_is_found_without_a_cluster,
    "minimises_an_energy": rates_solve_the_convex_problem,
    "plasticity": learns_each_choice_anew,
    "published_conditions": only_the_absolute_leak_passes,
    "reservoir": remembers_and_foretells_within_its_bounds,
    "settles": ended_in_one_place,
    "spikes_beside_rates": spikes_are_near_the_equilibrium,
    "your_own_equations_in_brian2": a_little_fatigue_is_borne_and_much_is_not,
    "your_own_graph": computes_xor,
    "your_own_neuron": computes_xor,
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs_and_what_it_gives_is_right(path, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # where pictures go
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = module.main()
    out = capsys.readouterr().out
    assert out
    written = {file.name for file in tmp_path.iterdir() if file.suffix}
    assert all(name in out.partition("Written to")[2] for name in written), f"{path.name} wrote {written} in silence"
    assert RIGHT[path.stem](given)


def test_every_example_is_there():
    assert {path.stem for path in EXAMPLES} == set(RIGHT)
