"""What an item holds in a wave, as far as stored frequencies tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measures.core.language.scope import CodeMap
from surveys.core.absence import OUT_OF_RANGE
from surveys.core.codebook import Scalar


@dataclass(frozen=True)
class Observed:
    """What an item holds in a wave: valid values with counts, absences with counts.

    ``is_complete`` False: ``values`` lists only the most frequent; ``low`` and ``high`` are the extremes.
    """

    values: tuple[tuple[Scalar, int], ...] = ()
    absent: tuple[tuple[str, int], ...] = ()
    is_complete: bool = True
    low: float | None = None
    high: float | None = None

    @classmethod
    def from_frequencies(cls, frequencies: Mapping[str, Any], code_map: CodeMap = ()) -> Observed:
        """From the stored frequencies of a variable, seen through the crosswalk's code map."""
        pairs = [(value, n) for value, n in frequencies.get("values", ()) if n]
        absent = dict(frequencies.get("absent", {}))
        stats = frequencies.get("stats") or {}
        is_complete = len(pairs) >= int(frequencies.get("distinct", len(pairs)))
        if not code_map:
            ends = stats.get("min"), stats.get("max")
            return cls(tuple(pairs), tuple(absent.items()), is_complete, *ends)
        targets = dict(reversed(code_map))  # the first pair of a code counts, as for the engine
        mapped: dict[Scalar, int] = {}
        for value, n in pairs:
            target = targets.get(value)
            if target is None:
                absent[OUT_OF_RANGE] = absent.get(OUT_OF_RANGE, 0) + n
            else:
                mapped[target] = mapped.get(target, 0) + n
        return cls(tuple(mapped.items()), tuple(absent.items()), is_complete)
