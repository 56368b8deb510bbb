import json

import numpy as np

from neurograph.certificates.json_value import json_value


def test_numbers_arrays_and_labels_are_json():
    value = {"a": np.float64(np.inf), 1: (np.arange(2), 1j), "label": frozenset({1})}
    assert json.loads(json.dumps(json_value(value), allow_nan=False)) == {
        "a": "inf",
        "1": [[0, 1], {"real": 0.0, "imaginary": 1.0}],
        "label": "frozenset({1})",
    }
