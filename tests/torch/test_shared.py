"""A graph shared among processes: the states and gradients of one that has it all, and the errors of all."""

import re

import numpy as np
import pytest
import torch

import neurograph as ng
from neurograph.torch.dealing import dealt, traffic
from tests.torch import shared_graphs
from tests.torch.networks import inputs_of, on_tensors
from tests.torch.processes import in_processes
from tests.torch.shared_graphs import SCATTERED, SOLVER, answers, bound, cases, scattered

MODULE = shared_graphs.__name__


@pytest.mark.parametrize("size", [2, 3])
def test_shared_graphs_settle_and_learn_as_one_that_is_whole(tmp_path, size):
    every = in_processes(tmp_path, MODULE, "every_case" if size == 2 else "some_cases", size)
    for name, network, options, y in cases():
        if name not in every[0]:
            continue
        small = network.dtype == np.float32
        for run, near in ((lambda one: one, 1e-6 if small else 1e-8), (on_tensors, 1e-6 if small else 1e-12)):
            layer = run(ng.torch.layer(network, **{"solver": SOLVER} | options))
            whole = answers(layer, x := inputs_of(network), y)
            own = {
                key: torch.full_like(value, torch.nan) for key, value in whole.items() if key in ("weights", "biases")
            }
            for found, places, *_ in (process[name] for process in every):
                for key in ("answer", "x"):
                    assert torch.allclose(found[key], whole[key], rtol=near, atol=near), (name, key)
                for key, values in own.items():
                    if key in found:
                        learned = np.cumsum(network.connectivity.plastic) - 1
                        biased = np.cumsum(np.isfinite(network.connectivity.table.biases)) - 1
                        values[(learned if key == "weights" else biased)[places[key]]] = found[key]
            for key, values in own.items():
                assert torch.allclose(values, whole[key], rtol=near, atol=near), (name, key)
        deal = scattered if name in SCATTERED else dealt
        ends = network.connectivity.pre, network.connectivity.post
        owner = deal(lambda ends=ends: [ends], np.diff(network.connectivity.indptr), size)
        assert sum(process[name][4] for process in every) == traffic(lambda ends=ends: [ends], owner, size)
        if "start" not in options:
            states = torch.cat([process[name][3] for process in every])
            rows = np.concatenate([process[name][2] for process in every])
            settled = ng.settle(network, x.numpy(), solver=options.get("solver", SOLVER)).state
            assert np.abs(states.T.numpy() - settled[:, rows]).max() <= (1e-6 if small else 1e-12), name


def test_a_part_of_a_file_learns_and_all_gather_the_whole(tmp_path):
    one, two = in_processes(tmp_path, MODULE, "learned", 2)
    network, layer = bound(), ng.torch.layer(bound(), solver=SOLVER)
    layer(inputs_of(network)).square().sum().backward()
    torch.optim.SGD(layer.parameters(), 5.0).step()
    whole = layer.to_network()
    assert not np.array_equal(whole.weights, network.weights)
    for after, *_ in (one, two):
        assert after.weights == pytest.approx(whole.weights, abs=1e-12)
        assert after.biases == pytest.approx(whole.biases, abs=1e-12)
        assert (after.nodes, after.edges, after.dynamics) == (whole.nodes, whole.edges, whole.dynamics)
        assert np.array_equal(after.connectivity.plastic, whole.connectivity.plastic)
    assert one[4] + two[4] == layer.weights.numel()
    assert "edges of process 1" in two[1]
    assert (one[2], one[3]) == (torch.float32, np.float32)


REFUSED = {
    "another graph": "ProcessError: the processes disagree about the graph",
    "another argument": "ProcessError: the processes disagree about beta",
    "another cost": "ProcessError: the processes disagree about cost",
    "another deal": "ProcessError: the processes disagree about who has which node: process 1 .*pymetis",
    "another process's part": r"ParameterError: the state is not that of process \d of 3, .*each saves its own",
    "a file that has changed": "GraphError: .*changing.parquet holds a graph of other nodes or edges",
    "ties": "GraphError: edge .* has a tie, .* leave partition=True out",
    "symmetry": "GraphError: the dynamics is hopfield, which needs W_ij = W_ji, .* leave partition=True out",
    "an error of one alone": "FormatError: .*'b' -> 'b' is a self-loop",
    "another method": "ParameterError: solver is Newton.*partition=True",
    "too many processes": "ParameterError: 3 processes share a graph of 2 nodes.*nproc-per-node 2",
    "another x": "ProcessError: x differs between processes",
    "another gradient is asked for": "ProcessError: requires_grad differs between processes",
    "another gradient": "ProcessError: gradient differs between processes",
}


def test_all_processes_refuse_what_one_has_to(tmp_path):
    every = in_processes(tmp_path, MODULE, "refused", 3)
    for said in every:
        assert set(said) == set(REFUSED)
        for name, expected in REFUSED.items():
            assert re.match(expected, said[name]), said[name]


def test_the_others_do_not_wait_for_a_process_that_is_gone(tmp_path):
    first, _, third = in_processes(tmp_path, MODULE, "one_dies", 3, dies=(1,))
    for said in (first, third):
        assert "waited for" in said
        assert "of 3" in said


def test_without_processes_torchrun_is_named(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ng.ParameterError, match=r"partition=True\) is called without a process group.*torchrun"):
        ng.torch.layer(bound(), partition=True)
    with pytest.raises(ng.ParameterError, match=r"dtype is 'float32', but only a graph that partition=True reads"):
        ng.torch.layer(bound(), dtype="float32")
    assert ng.torch.layer(ng.compile(bound().to_graph(), dtype="float32")).weights.dtype == torch.float32
