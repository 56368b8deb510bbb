"""Text is as wide as the terminal, within bounds; a warning is shown at the line of whoever called neurograph."""

import sys
import types

import pytest

import neurograph as ng
from neurograph._checks import warn, width, wrapped
from tests.training.networks import XOR, network

WORDS = "a well-known sentence that goes on and on " * 20


@pytest.mark.parametrize(("columns", "expected"), [(20, 80), (80, 80), (90, 90), (300, 98)])
def test_text_is_as_wide_as_the_terminal_from_80_to_98(monkeypatch, columns, expected):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = wrapped(WORDS, 4, 2)
    assert width() == expected
    assert expected - 12 < max(map(len, lines)) <= expected
    assert [len(line) - len(line.lstrip()) for line in lines] == [2] + [4] * (len(lines) - 1)
    assert " ".join(" ".join(lines).split()) == WORDS.strip()


def test_a_warning_is_shown_where_neurograph_was_called():
    inside = types.ModuleType("neurograph.inside")
    exec("def deep(warn, depth):\n    deep(warn, depth - 1) if depth else warn('so', UserWarning)", vars(inside))
    for depth in (0, 3):
        with pytest.warns(UserWarning, match="so") as said:
            inside.deep(warn, depth)
        assert (said[0].filename, said[0].lineno) == (__file__, sys._getframe().f_lineno - 1)


def test_every_function_that_trains_warns_at_the_line_that_calls_it():
    x, y = XOR[0], 2 * XOR[1] - 1
    start = network()
    how = {"epochs": 1, "seed": 0}
    for call in (
        lambda: ng.train(start, x, y, **how),
        lambda: ng.train(start, x, y, epochs=1, seed=[0, 1]),
        lambda: ng.training_step(start, x, y, seed=0),
        lambda: ng.sweep(start, x, y, {"epochs": [1]}),
        lambda: ng.prune(start, ng.pruning.magnitude(0.2), x, y, retrain=1, seed=0),
    ):
        with pytest.warns(ng.TrainingWarning, match="targets lie outside") as said:
            call()
        assert {one.filename for one in said} == {__file__}


def printed():
    """What users print: each thing that a function here returns, of a network large enough to say much."""
    x, y = XOR
    start = network()
    fit = ng.train(start, x, y, seed=0)
    pruning = ng.prune(fit.network, ng.pruning.magnitude(0.5), x, y, rounds=2, seed=0)
    report = ng.certify(fit.network, x)
    return {
        "network": start, "table": start.to_table(), "fit": fit, "equilibrium": ng.settle(start, x, record=1),
        "pruning": pruning, "removed": pruning.removed[0], "report": report, "metrics": ng.graph_metrics(start),
        "check": ng.gradient_check(start, x, y), "trial": ng.sweep(start, x, y, {"epochs": [1]})[0],
        "quantised": ng.quantise(start, levels=4), "packed": ng.PackedWeights.of(start.matrix()),
        "HAM": ng.HAM.of(start.matrix()), "sHAM": ng.SHAM.of(start.matrix()), "sizes": ng.compression_report(start),
        **{f"certificate {one.name}": one for one in report},
    }  # fmt: skip


def test_what_is_printed_is_as_wide_as_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for name, value in printed().items():
        assert max(map(len, str(value).splitlines())) <= 80, name
