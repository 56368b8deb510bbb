"""The equations as a plain numpy loop, independent of the package: dense weights, one step at a time.

W[j, i] is the weight of the edge i -> j; S is (samples, nodes); clamped nodes keep their columns.
"""

import numpy as np


def deep_drift(S, W, b):
    return S @ W.T - S * W.sum(axis=0)


def vector_field_drift(S, W, b):
    return -S + S @ W.T + b


def step(S, W, b, free, drift, dt, outputs=None, Y=None, beta=0.0):
    dS = drift(S, W, b)
    if beta:
        dS[:, outputs] += beta * (Y - S[:, outputs])
    new = S.copy()
    new[:, free] = np.clip(S + dt * dS, 0.0, 1.0)[:, free]
    return new


def train(W, b, edges, biased, free, outputs, S, Y, *, drift, rule, dt, steps, beta, rate, epochs, start):
    """Train by the published arithmetic; `start()` gives the free nodes' states of each free phase.

    `edges` is a mask like W, `biased` the places of the nodes that have a bias of their own.
    """
    W, b, S = W.copy(), b.copy(), S.copy()
    for _ in range(epochs):
        S[:, free] = start()[:, free]
        for _ in range(steps):
            S = step(S, W, b, free, drift, dt)
        settled = S
        online = np.zeros_like(W)
        online_b = np.zeros_like(b)
        for _ in range(steps):
            new = step(S, W, b, free, drift, dt, outputs, Y, beta)
            if rule == "stdp":
                online += (new - S).T @ new
                online_b += (new - S).sum(axis=0)
            S = new
        if rule == "stdp":
            change, change_b = online / (steps * len(S)), online_b / (steps * len(S))
        else:
            change = (S - settled).T @ settled / (beta * len(S))
            change_b = (S - settled).mean(axis=0) / beta
        W += rate * np.where(edges, change, 0.0)
        b[biased] += rate * change_b[biased]
    return W, b, S, settled
