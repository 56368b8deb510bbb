"""What a certificate holds, as JSON knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def json_value(value: Any) -> Any:
    """Return a value as JSON knows it."""
    match value:
        case Mapping():
            return {str(name): json_value(one) for name, one in value.items()}
        case np.ndarray():
            return json_value(value.tolist())
        case tuple() | list():
            return [json_value(one) for one in value]
        case np.generic():
            return json_value(value.item())
        case complex():
            return {"real": json_value(value.real), "imaginary": json_value(value.imag)}
        case float():
            return value if np.isfinite(value) else str(value)
        case None | bool() | int() | str():
            return value
    return repr(value)
