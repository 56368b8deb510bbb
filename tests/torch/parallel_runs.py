"""A step of a model with a layer, under DistributedDataParallel or in one process."""

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

import neurograph as ng
from tests.torch.networks import SMOOTH, drawn

X = torch.linspace(-1, 1, 60, dtype=torch.float64).reshape(12, 5)
Y = torch.linspace(0, 1, 24, dtype=torch.float64).reshape(12, 2)


def model():
    torch.manual_seed(0)
    layer = ng.torch.layer(drawn(SMOOTH["tanh"]), solver=ng.solvers.Euler(tol=1e-12))
    return torch.nn.Sequential(torch.nn.Linear(5, 2), layer, torch.nn.Linear(2, 2)).double()


def stepped(one, x, y):
    optimiser = torch.optim.SGD(one.parameters(), lr=0.5)
    for _ in range(3):
        optimiser.zero_grad()
        torch.nn.functional.mse_loss(one(x), y).backward()
        optimiser.step()
    return [parameter.detach().numpy() for parameter in one.parameters()]


def step(folder):
    """The parameters after three steps by this process's half of the samples."""
    part = slice(dist.get_rank(), None, dist.get_world_size())
    return stepped(DistributedDataParallel(model()), X[part], Y[part])
