"""
A convolutional front end
=========================

PyTorch's convolutions look at an image, and a recurrent graph decides what is seen: a complete digraph in which every
neuron speaks to every other. One optimiser trains both, and the gradient goes through the equilibrium.
"""

# %%
# The graph has an input for each feature of the front end and an output for each digit. Compiled in float32, it is a
# layer like any other.

import torch
from torch import nn

import neurograph as ng

torch.manual_seed(0)
FEATURES = 32
graph = ng.topologies.complete(FEATURES, 30, 10, bias="neurons", scale=0.1, seed=0)
settling = ng.torch.layer(ng.compile(graph, ng.dynamics.additive("tanh"), dtype="float32"))
model = nn.Sequential(
    nn.Unflatten(1, (1, 8, 8)),
    nn.Conv2d(1, 12, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(12, 24, kernel_size=3),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(24 * 2 * 2, FEATURES),
    nn.Tanh(),
    settling,
)
print(model)

# %%
# The digits of scikit-learn, 8 x 8 pixels. The outputs are at most 1 in size, so the loss takes them five times as
# large.

split = ng.tasks.digits(seed=0)
x, x_test = (torch.from_numpy(one).float() for one in (split.x_train, split.x_test))
labels, labels_test = (torch.from_numpy(one).long().ravel() for one in (split.y_train, split.y_test))
optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
loss_of = nn.CrossEntropyLoss()

# %%
# The loop is PyTorch's.

EPOCHS = 12
for epoch in range(EPOCHS):
    for batch in torch.randperm(len(x)).split(50):
        optimiser.zero_grad()
        loss = loss_of(5 * model(x[batch]), labels[batch])
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        accuracy = (model(x_test).argmax(dim=1) == labels_test).float().mean().item()
    print(f"epoch {epoch + 1:2}: loss {loss.item():.3f}, {accuracy:.3f} of the test digits are right")

# %%
# The trained graph comes out of the model as a network, to be certified, pruned, drawn or written.

network = settling.to_network()
pruning = ng.prune(network, ng.pruning.magnitude(fraction=0.5))
print(network, ng.certify(network).claim, pruning, sep="\n")

# %%
# A graph with fewer edges is a new layer, in the place of the old one, and would be trained on from here.

model[-1] = ng.torch.layer(pruning.network)
with torch.no_grad():
    pruned = (model(x_test).argmax(dim=1) == labels_test).float().mean().item()
print(f"{pruned:.3f} of the test digits are right with {pruning.network.weights.size} edges")
