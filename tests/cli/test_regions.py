import json

import numpy as np
import pytest

import neurograph as ng
from neurograph.cli.main import main
from tests.regions.networks import decided


@pytest.fixture
def graph(tmp_path):
    return ng.write(decided("clip", False, 2).to_graph(), tmp_path / "net.json")


def ran(capsys, *arguments):
    code = main([str(one) for one in arguments])
    return code, *capsys.readouterr()


def test_each_row_gets_a_region_that_is_printed_and_written(graph, tmp_path, capsys):
    table, target = tmp_path / "x.csv", tmp_path / "regions.json"
    table.write_text("x1,x0\n0.55,0.45\n0.2,0.9\n")
    code, out, _ = ran(capsys, "characterise", graph, "--input", table, "--whole-pattern", "-o", target)
    assert code == 0
    assert "row 2: InputRegion(" in out
    found = json.loads(target.read_text())
    assert len(found) == 2
    wanted = ng.characterise(ng.compile(ng.read(graph)), [0.45, 0.55], release=False)
    assert np.allclose(found[0]["box"], wanted.box)


def test_a_bound_is_proved_of_an_output(graph, tmp_path, capsys):
    table = tmp_path / "x.csv"
    table.write_text("x0,x1\n0.45,0.55\n")
    code, out, _ = ran(capsys, "characterise", graph, "--input", table, "--prove", "y0>=-0.5", "--budget", 2)
    assert code == 0
    assert "y0 >= -0.5" in out


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("x0\n1\n", [], "has no column 'x1'"),
        ("x0,x1\n", [], "a header and no rows"),
        ("x0,x1\n0.5,3\n", [], "outside the domain"),
        ("x0,x1\n0.45,0.55\n", ["--prove", "y0>0.3"], "expected an output, >= or <=, and a number"),
        ("x0,x1\n0.45,0.55\n", ["--prove", "z>=0.3"], "names 'z'"),
        ("x0,x1\n0.45,0.55\n", ["--prove", "y0>=99"], "at x0 the difference is"),
        ("x0,x1\n0.45,0.55\n", ["-o", "x.csv"], "expected .json"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(graph, tmp_path, capsys, content, options, words):
    table = tmp_path / "x.csv"
    table.write_text(content)
    code, _, err = ran(capsys, "characterise", graph, "--input", table, *options)
    assert code == 2
    assert words in err
