"""What processes exchange, and how they say that something differs or fails."""

import os
import time

import numpy as np
import pytest
import torch
import torch.distributed as dist

import neurograph as ng
from neurograph.torch.group import Group
from tests.torch.processes import in_processes


def exchanged(folder):
    """What each method gives, of three processes."""
    found = {}
    with Group("a test", timeout=30) as group:
        rank, part = group.rank, group.part(7)
        rows = np.arange(14.0).reshape(7, 2)
        added = np.full(3, 10.0**rank)
        found["sum"] = group.sum(added)
        found["in place"] = found["sum"] is added
        found["sum of tensors"] = group.sum(torch.full((2,), rank + 1, dtype=torch.float32))
        found["rows"] = group.gathered(rows[part], 7)
        found["two rows"] = group.gathered(rows[group.part(2)], 2)
        found["rows of a tensor"] = group.gathered(torch.arange(7)[part], 7)
        found["largest"] = group.largest(torch.tensor([rank, -rank]))
        going, coming = [rank] * 3, [0, 1, 2]
        found["exchanged"] = group.exchanged(torch.arange(6 * rank).reshape(-1, 2) + 100 * rank, going, coming)
        found["every"] = group.every(f"of {rank}")
        found["broadcast"] = group.broadcast({"rank": rank})
        found["first"] = group.first(lambda: f"by {rank}")
        found["together"] = group.together(lambda: rank)
        found["agreed"] = group.agree({"x": "same"})

        def fails(who):
            if rank in who:
                raise ng.DataError(f"bad in {rank}")

        for name, call in {
            "fails in the first": lambda: group.first(lambda: fails((0,))),
            "fails in two": lambda: group.together(lambda: fails((1, 2))),
            "differs in two": lambda: group.agree({"x": "same", "y": str(rank > 0)}, "the same y"),
        }.items():
            try:
                call()
                found[name] = None
            except ng.NeurographError as error:
                found[name] = type(error), str(error)
                found[f"{name}, where"] = getattr(error, "__notes__", [])
    found["the caller's group is there"] = dist.is_initialized()
    return found


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return in_processes(tmp_path_factory.mktemp("three"), "tests.torch.test_group", "exchanged", 3)


def test_rows_go_to_the_process_that_they_are_for(three):
    for rank, found in enumerate(three):
        second = 200 + 4 * rank  # two rows of two from process 2, after those for the others
        expected = [[100 + 2 * rank, 101 + 2 * rank], [second, second + 1], [second + 2, second + 3]]
        assert found["exchanged"].tolist() == expected


def test_arrays_are_summed_and_gathered(three):
    rows = np.arange(14.0).reshape(7, 2)
    for found in three:
        assert np.array_equal(found["sum"], [111.0] * 3)
        assert found["in place"]
        assert torch.equal(found["sum of tensors"], torch.full((2,), 6.0))
        assert found["largest"].tolist() == [2, 0]
        assert np.array_equal(found["rows"], rows)
        assert np.array_equal(found["two rows"], rows[:2])
        assert torch.equal(found["rows of a tensor"], torch.arange(7))


def test_answers_are_those_of_the_first_of_each_or_of_one_self(three):
    for rank, found in enumerate(three):
        assert found["every"] == ["of 0", "of 1", "of 2"]
        assert found["broadcast"] == {"rank": 0}
        assert found["first"] == "by 0"
        assert found["together"] == rank
        assert found["agreed"] is None
        assert found["the caller's group is there"]


def test_an_error_in_one_is_raised_in_all(three):
    for found in three:
        assert found["fails in the first"] == (ng.DataError, "bad in 0")
        assert found["fails in two"] == (ng.DataError, "bad in 1")
        assert found["fails in two, where"] == ([] if found["together"] == 1 else ["(in process 1 of 3)"])
        assert found["differs in two"] == (
            ng.ProcessError,
            "the processes disagree about y: processes 1, 2 have True, and process 0 has False; expected the same y",
        )


def begun_twice(folder):
    """Two groups, one after the other, of processes that know of each other what torchrun tells them."""
    rank, size = dist.get_rank(), dist.get_world_size()
    store = dist.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False) if rank == 0 else None
    port = Group("a test").broadcast(store and store.port)
    dist.destroy_process_group()
    told = {"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ |= {name: str(value) for name, value in told.items()} | {"TORCHELASTIC_USE_AGENT_STORE": "True"}
    found = []
    for timeout in (10, 20):
        time.sleep(0.5 * (rank == 0))  # so that the other would find its last address
        with Group("a test", timeout) as group:
            found.append(group.every(group.rank))
    Group("a test").every(None)  # the store is that of process 0
    return found


def test_groups_begin_one_after_the_other(tmp_path):
    assert in_processes(tmp_path, "tests.torch.test_group", "begun_twice", 3) == [[[0, 1, 2]] * 2] * 3


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A group of one process, begun with what torchrun would tell it."""
    told = {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "0"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with Group("a test") as group:
        yield group
    dist.destroy_process_group()


def test_a_process_group_is_begun_once(alone):
    assert dist.is_initialized()
    assert (alone.rank, alone.size, alone.timeout) == (0, 1, 600.0)
    assert alone.gathered(np.eye(2), 2).tolist() == np.eye(2).tolist()
    with Group("another") as inner:
        assert inner.broadcast(3) == 3
    assert dist.is_initialized()
    assert alone.broadcast(4) == 4


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [0, 1, 7, 16])
def test_the_parts_are_those_of_numpy(alone, size, count):
    alone.size = size
    rows = np.arange(count)
    parts = [rows[alone.part(count, rank)] for rank in range(size)]
    assert all(map(np.array_equal, parts, np.array_split(rows, size)))
    assert np.array_equal(rows[alone.part(count)], parts[0])


def test_a_master_that_is_not_there_is_an_error_within_the_time_out(monkeypatch):
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "9"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ng.ProcessError, match=r"process 1 of 2 waited for the beginning, and another one took longer"):
        Group("a test", timeout=1)


def test_without_a_group_it_is_said_how_to_begin_one(monkeypatch):
    monkeypatch.setenv("RANK", "0")
    for name in ("WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        ng.ParameterError,
        match=r"^a test is called without a process group, and the environment lacks WORLD_SIZE, MASTER_ADDR, "
        r"MASTER_PORT: start it by torchrun --nproc-per-node 2 script.py, or call torch.distributed.init_process_group",
    ):
        Group("a test")
    for wrong in (0, -1, "long", None, float("inf")):
        with pytest.raises(ng.ParameterError, match=r"timeout is .*: expected a finite number > 0, in seconds"):
            Group("a test", wrong)
