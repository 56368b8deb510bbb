"""
A grid search on a cluster
==========================

Scikit-learn asks for the best parameters, joblib hands the fits out, and dask's workers train. Here the cluster is two
processes of this machine.
"""

# %%
# A parameter may be the graph itself: a function of the numbers of inputs and outputs, and a seed. The other graph,
# None, is the default, a complete digraph.

import joblib
from dask.distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV

import neurograph as ng


def ring(n_in, n_out, seed):
    """Put the neurons on a ring with shortcuts, sized for the data."""
    return ng.topologies.small_world(n_in, 20, n_out, bias=True, seed=seed)


x, y = ng.tasks.moons(samples=200, seed=0)
grid = {"graph": [None, ring], "rule": [ng.rules.asymmetric_ep(), ng.rules.vector_field()]}
search = GridSearchCV(ng.GraphClassifier(epochs=25, random_state=0), grid, cv=3)

# %%
# The workers import this file, and shall not search themselves: what starts them stands behind ``__main__``. The
# address of a scheduler of your own, ``Client("tcp://...:8786")``, takes the place of the ``LocalCluster``.

if __name__ == "__main__":
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config("dask"),
    ):
        search.fit(x, y.ravel())

# %%
# The result is scikit-learn's: the mean accuracy of three folds for each choice, and the best network, fitted to all.

if __name__ == "__main__":
    tried = search.cv_results_
    for parameters, score in zip(tried["params"], tried["mean_test_score"], strict=True):
        graph = "complete" if parameters["graph"] is None else parameters["graph"].__name__
        print(f"{graph:8} {parameters['rule'].name:13} {score:.3f}")
    print("best:", search.best_estimator_.network_)

# sphinx_gallery_parallel = False
