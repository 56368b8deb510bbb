"""ds/dt = -s + W s + c in the box [0, 1], solved from event to event: a state meets an end, or is let go from it."""

from functools import partial

import numpy as np
from scipy.integrate import solve_ivp


def in_box(W, c, start, end):
    """Return the state at the end and how many events there were."""

    def drift(s):
        return -s + W @ s + c

    time, s, events = 0.0, np.array(start), 0
    held = _pressed(s, drift(s))
    while time < end:
        watched = [_event(drift, k, out) for k, out in enumerate(held)]
        moved = partial(_moved, drift, held)
        run = solve_ivp(moved, (time, end), s, "DOP853", events=watched, rtol=1e-12, atol=1e-14)
        time, s = run.t[-1], np.clip(run.y[:, -1], 0.0, 1.0)
        for k, found in enumerate(run.t_events):
            if found.size:
                events += 1
                held = held ^ (np.arange(held.size) == k)
                s[k] = np.round(s[k])
                if not held[k]:  # a start just inside, so that the end it leaves is no event
                    s[k] += 1e-13 if s[k] == 0.0 else -1e-13
    return s, events


def _moved(drift, held, t, s):
    return np.where(held, 0.0, drift(s))


def _event(drift, k, held):
    """Return what is 0 when a state that is held turns inwards, or one that moves meets an end."""

    def event(t, s):
        return drift(s)[k] if held else s[k] * (1.0 - s[k])

    event.terminal, event.direction = True, 0.0 if held else -1.0
    return event


def _pressed(s, drift):
    return ((s <= 0.0) & (drift < 0.0)) | ((s >= 1.0) & (drift > 0.0))
