"""
Two processes share the samples
===============================

DistributedDataParallel around a model with a graph in it: each process settles its part of the samples, and the
changes of all weights are averaged before the step. ``torchrun --nproc-per-node 2 two_processes.py`` starts both.
"""

# %%
# torchrun tells each process its rank, and where the others are. gloo is for processors, nccl for GPUs.

import os

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import neurograph as ng

gpus = torch.cuda.is_available()
distributed.init_process_group("nccl" if gpus else "gloo")
rank, count = distributed.get_rank(), distributed.get_world_size()
device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if gpus else torch.device("cpu")

# %%
# Every process builds the same graph and the same layers, for all draw from the same seeds, and from then on
# DistributedDataParallel keeps them the same. The default neuron settles whatever its weights become.

torch.manual_seed(0)
graph = ng.topologies.layered(64, (64,), 10, feedback=True, bias=True, seed=0)
settling = ng.torch.layer(ng.compile(graph, dtype="float32"), rule=ng.rules.asymmetric_ep())
model = DistributedDataParallel(torch.nn.Sequential(settling, torch.nn.Linear(10, 10)).to(device))

# %%
# The sampler gives each process its part of the samples: of a batch of 50 samples, 25.

split = ng.tasks.digits(seed=0)
x, x_test = (torch.from_numpy(one).float() for one in (split.x_train, split.x_test))
labels, labels_test = (torch.from_numpy(one).long().ravel() for one in (split.y_train, split.y_test))
data = TensorDataset(x, labels)
sampler = DistributedSampler(data, seed=0)
loader = DataLoader(data, batch_size=50 // count, sampler=sampler)
optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)

# %%
# Each process goes through its samples. In ``backward`` the gradients meet, so that all make the same step.

EPOCHS = 5
for epoch in range(EPOCHS):
    sampler.set_epoch(epoch)
    for some, of_some in loader:
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(some.to(device)), of_some.to(device))
        loss.backward()
        optimiser.step()

# %%
# One of them says how good they are, and all see that they hold the same weights.

with torch.no_grad():
    accuracy = (model(x_test.to(device)).argmax(dim=1).cpu() == labels_test).float().mean().item()
sums = [None] * count
distributed.all_gather_object(sums, settling.weights.sum().item())
if rank == 0:
    print(f"{count} processes, the same weights in all: {len(set(sums)) == 1}")
    print(f"{accuracy:.3f} of the test digits are right")
distributed.barrier()  # none goes before the others are done
distributed.destroy_process_group()
