"""The layer under DistributedDataParallel: what one process would find."""

import numpy as np

from tests.torch.parallel_runs import X, Y, model, stepped
from tests.torch.processes import in_processes


def test_a_change_is_that_of_one_process(tmp_path):
    alone, before = stepped(model(), X, Y), [parameter.detach().numpy() for parameter in model().parameters()]
    for parameters in in_processes(tmp_path, "tests.torch.parallel_runs", "step", 2):
        for one, other, first in zip(alone, parameters, before, strict=True):
            np.testing.assert_allclose(other, one, atol=1e-12)
            assert np.abs(one - first).max() > 1e-4
