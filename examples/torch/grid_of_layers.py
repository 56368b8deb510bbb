"""
A grid of layers on a cluster
=============================

Runs that know nothing of each other: dask hands them out, and each worker trains a model of its own, with a graph of
another size and another seed. Here the cluster is two processes of this machine.
"""

# %%
# A run is a function of its parameters that returns numbers, and imports what it needs where it runs. One thread a run,
# for the workers stand side by side.

import itertools

from dask.distributed import Client, LocalCluster

import neurograph as ng


def run(hidden: int, seed: int) -> float:
    """Train a model with a graph of so many hidden neurons; return the share of test samples that are right."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    x, y = (torch.from_numpy(one).float() for one in ng.tasks.moons(samples=300, seed=seed))
    labels, learned = y.ravel().long(), slice(200)
    graph = ng.topologies.complete(4, hidden, 2, bias=True, seed=seed)
    settling = ng.torch.layer(ng.compile(graph, dtype="float32"), rule=ng.rules.asymmetric_ep())
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Sigmoid(), settling, torch.nn.Linear(2, 2))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(model(x[learned]), labels[learned]).backward()
        optimiser.step()
    with torch.no_grad():
        return (model(x[200:]).argmax(dim=1) == labels[200:]).float().mean().item()


# %%
# The address of a scheduler of your own, ``Client("tcp://...:8786")``, takes the place of the ``LocalCluster``; dask's
# ``SLURMCluster`` asks SLURM for the workers. A run that is itself shared among processes is a job of its own there:
# ``train.slurm`` beside this file.

if __name__ == "__main__":
    grid = list(itertools.product((2, 8, 16), range(2)))
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        futures = [client.submit(run, hidden, seed, pure=False) for hidden, seed in grid]
        right = dict(zip(grid, client.gather(futures), strict=True))

# %%
# What came back, by its parameters.

if __name__ == "__main__":
    for hidden in dict.fromkeys(hidden for hidden, _ in grid):
        each = [share for (size, _), share in right.items() if size == hidden]
        shown = " ".join(f"{share:.2f}" for share in each)
        print(f"{hidden:3} hidden neurons: {shown} of the test samples are right")
