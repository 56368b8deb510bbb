import ast
import importlib.util
import runpy
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.model_selection import cross_val_score

import neurograph as ng
from neurograph.equations.costs import wrong

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


def computes_xor(names):
    x, y = ng.tasks.logic("xor")
    return not wrong(ng.settle(names.network, x).outputs, y).any()


def found_what_is_found_without_a_cluster(names):
    search = names.search
    x, y = ng.tasks.moons(samples=200, seed=0)
    here = cross_val_score(search.best_estimator_, x, y.ravel(), cv=3)
    there = [search.cv_results_[f"split{k}_test_score"][search.best_index_] for k in range(3)]
    return here.tolist() == there and search.best_score_ == search.cv_results_["mean_test_score"].max() > 0.85


def ended_in_one_place(names):
    settled = names.settled
    return settled.converged and np.ptp(settled.state, axis=0).max() < 1e-4 and Path("settles.png").stat().st_size > 0


def refuted(names):
    return names.report.refutations == (names.report["p_matrix"],) and Path("does_not_settle.png").stat().st_size > 0


def only_the_absolute_leak_passes(names):
    return names.signed.verdict is ng.Verdict.UNKNOWN and names.absolute.rate == pytest.approx(0.1)


def nine_of_ten_are_right_unless_the_wiring_is_not_there(names):
    if names.worm is None:
        return importlib.util.find_spec("cect") is None and not names.accuracies
    right = names.accuracies
    return set(right) == {"digits", "iris"} and all(np.mean(each) >= 0.9 for each in right.values())


def spikes_are_near_the_equilibrium(names):
    return abs(names.rates - names.equilibrium).max() < 0.03 and names.equilibrium.max() == 1.0


def a_little_fatigue_is_borne_and_much_is_not(names):
    outputs = names.outputs
    right = [(outputs[strength] > 0.5).tolist() == [False, True, True, False] for strength in sorted(outputs)]
    return right == [True, True, False]


def computes_xor_with_the_signs_of_its_table(names):
    graph = names.network.to_graph()
    sign = {"acetylcholine": 1, "GABA": -1}
    kept = [
        sign[transmitter] * graph.edges[edge]["weight"] >= 0 for *edge, transmitter in graph.edges(data="transmitter")
    ]
    return computes_xor(names) and len(kept) == 33 and all(kept)


def rates_are_those_of_two_linear_equations(names):
    return np.allclose(names.rates, names.expected, rtol=1e-6)


def rates_solve_the_convex_problem(names):
    found = names.found
    return len(found) == 2 and all(
        np.allclose(rates, least, atol=1e-9) and np.any(rates > 0.1) for rates, least in found
    )


def remembers_and_foretells_within_its_bounds(names):
    """No reservoir remembers more than it has neurons, or than the delays that are asked for; guessing errs by 1."""
    return len(names.found) == 4 and all(
        np.all((each[:, 0] > 5) & (each[:, 0] < 60)) and np.all(each[:, 1:] < 0.8) for each in names.found.values()
    )


def learns_each_choice_anew(names):
    """20 animals, three times; by chance half of the last 50 choices would pay."""
    ended = names.ended
    return ended.shape == (3, 20) and ended.min() > 0.75 and ended.mean() > 0.95 and Path("plasticity.png").exists()


def foretells_what_was_measured_and_the_shape_of_the_rest(names):
    """A line falls to its least and rises from there; a faster link is never slower; the worm needs one machine."""
    near = all(0.5 < foretold / measured < 2 for measured, foretold in names.checked)
    machines = {brain: {names.best[brain, 64, link][0] for link in names.LINKS} for brain in list(names.BRAINS)[:3]}
    worm, fly, mouse = machines.values()
    times = [names.best["mouse cortex", 64, link][1] for link in names.LINKS]
    return near and worm == {1} and max(fly) < min(mouse) and times == sorted(times, reverse=True)


RIGHT = {
    "balance": rates_are_those_of_two_linear_equations,
    "c_elegans": nine_of_ten_are_right_unless_the_wiring_is_not_there,
    "does_not_settle": refuted,
    "edge_table": computes_xor_with_the_signs_of_its_table,
    "fills_in_digits": lambda names: names.error < 0.165 and Path("filled.png").stat().st_size > 0,
    "grid_on_a_cluster": found_what_is_found_without_a_cluster,
    "how_large": foretells_what_was_measured_and_the_shape_of_the_rest,
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
    monkeypatch.setattr("sys.argv", [str(path)])
    plt.switch_backend("agg")
    names = runpy.run_path(str(path), run_name="__main__")
    plt.close("all")
    out = capsys.readouterr().out
    assert out
    written = {file.name for file in tmp_path.iterdir() if file.suffix}
    assert all(name in out.partition("Written to")[2] for name in written), f"{path.name} wrote {written} in silence"
    assert RIGHT[path.stem](SimpleNamespace(**names))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_has_a_title_and_cells_that_begin_with_prose(path):
    text = path.read_text("utf-8")
    title, underline, empty, *said = ast.get_docstring(ast.parse(text)).splitlines()
    assert title
    assert underline == "=" * len(title)
    assert not empty
    assert said
    cells = text.split("\n# %%\n")[1:]
    assert len(cells) >= 2
    for cell in cells:
        prose, *_ = cell.split("\n\n")
        assert all(line.startswith("# ") for line in prose.splitlines()), prose


def test_every_example_is_there():
    assert {path.stem for path in EXAMPLES} == set(RIGHT)
