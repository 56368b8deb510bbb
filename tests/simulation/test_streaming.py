"""States that go to a file: the same numbers, read-only, and no more memory than is promised."""

import subprocess
import sys

import numpy as np
import pytest

import neurograph as ng
from tests.guarded import not_guarded
from tests.simulation.rate_networks import components, mixed


@pytest.mark.parametrize("record", [None, 3, ng.Record(2, (("h", 1, 0), ("x", 0)))])
@pytest.mark.parametrize("given", [{}, {"noise": 0.1, "seed": 2}])
def test_the_file_holds_what_memory_would(tmp_path, given, record):
    network = mixed(components(2, seed=1, delays=(0.0, 0.15)))
    x = np.random.default_rng(0).normal(size=(3, 50, 2))
    here = ng.simulate(network, x, dt=0.1, record=record, **given)
    there = ng.simulate(network, x, dt=0.1, record=record, to=tmp_path / "states.npy", **given)
    assert np.array_equal(there.states, here.states)
    assert np.array_equal(np.load(tmp_path / "states.npy"), here.states)
    assert isinstance(there.states, np.memmap)
    assert not there.states.flags.writeable
    for name in ("time", "outputs", "inputs"):
        assert np.array_equal(getattr(there, name), getattr(here, name))
    assert list(here.variables) == ["a"]
    assert not there.variables
    assert np.array_equal(there.last.state, here.last.state)


PROGRAM = """
import sys
import numpy as np
import neurograph as ng

def resident(what):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024

pre = np.arange(1000)
table = ng.topologies.from_edges((pre, (pre + 1) % 1000, np.ones(1000)), inputs=[], outputs=[0], nodes=pre)
network = ng.compile(table, ng.dynamics.additive("tanh"))
given = dict(dt=0.1, current={0: np.sin}, progress=False)
ng.simulate(network, duration=1.0, **given)
before = resident("VmRSS")
run = ng.simulate(network, duration=6000.0, to=sys.argv[1], **given)
print(run.states.nbytes / 2**20, resident("VmHWM") - before)
assert np.array_equal(run.states[:, -1], run.last.state)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of resident memory is read from /proc")
@not_guarded
def test_a_run_larger_than_that_streams_with_at_most_200_mb(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "states.npy")], capture_output=True, text=True, check=True
    )
    states, more = map(float, done.stdout.split())
    assert states > 400
    assert more < 200


def test_what_is_mapped_stays_when_its_file_is_written_anew_or_a_run_fails(tmp_path):
    graph, path = ng.topologies.complete(inputs=2, hidden=4, outputs=1, seed=0), tmp_path / "states.npy"
    network = ng.compile(graph, ng.dynamics.additive("tanh"))
    first = ng.simulate(network, np.ones((2, 500, 2)), dt=0.1, to=path)
    states = first.states.copy()
    ng.simulate(network, np.zeros((2, 5, 2)), dt=0.1, start=first.last, to=path)
    assert np.array_equal(first.states, states)
    assert np.load(path).shape[1] == 5
    growing = ng.compile(graph, ng.Dynamics("s**3"))
    with pytest.raises(ng.DivergenceError):
        ng.simulate(growing, np.ones((1, 99, 2)), dt=0.5, method="euler", start=9.0, to=path)
    assert [one.name for one in tmp_path.iterdir()] == ["states.npy"]
    assert np.load(path).shape[1] == 5
