"""Colours and shapes of pictures: apart for every eye, and one for each role."""

import itertools

import numpy as np

from neurograph.drawing.looks import COLOURS, NEGATIVE, POSITIVE, SHAPES
from neurograph.graphs.edge_table import ROLES


def linear(colour):
    c = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_colours_stay_apart_without_green_cones():
    """Deuteranopia after Viénot, Brettel and Mollon, 1999: red and green are seen as one."""
    confused = np.array([[0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
    seen = {colour: confused @ linear(colour) for colour in COLOURS}
    assert min(np.linalg.norm(seen[a] - seen[b]) for a, b in itertools.combinations(COLOURS, 2)) > 0.03


def test_weights_are_seen_on_light_and_on_dark():
    for colour in (POSITIVE, NEGATIVE):
        assert min(contrast(colour, "#FFFFFF"), contrast(colour, "#111111")) > 3.0


def test_every_role_has_a_shape_and_a_colour_of_its_own():
    assert set(SHAPES) == set(range(len(ROLES)))
    assert len({shape for shape, _ in SHAPES.values()}) == len({fill for _, fill in SHAPES.values()}) == len(ROLES)
