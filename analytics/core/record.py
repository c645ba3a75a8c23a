"""Records that know how to become JSON.

Numbers are plain floats; a number that does not exist (a model that failed, a test without a statistic) is
``None``, never NaN, so that the JSON is valid everywhere and nobody prints it by mistake.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def plain(value: Any) -> Any:
    """``value`` as JSON types: records to dicts, tuples to lists, numbers that do not exist to ``None``."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.metadata.get("json", True)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


class Record:
    """Base of every result: one spelling of JSON."""

    def as_json(self) -> dict[str, Any]:
        """Plain types only, with the keys of the fields."""
        result: dict[str, Any] = plain(self)
        return result
