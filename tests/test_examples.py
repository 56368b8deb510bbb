import importlib.util
from pathlib import Path

import pytest

import neurograph as ng
from neurograph.costs import wrong

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


def test_there_are_examples():
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs_and_its_network_computes_xor(path, capsys):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.main()
    x, y = ng.tasks.logic("xor")
    assert not wrong(ng.settle(network, x).outputs, y).any()
    assert capsys.readouterr().out
