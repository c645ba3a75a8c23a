"""What is wrong with answers rather than with a file: looked for in every import, told and never repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surveys.core.codebook import Codebook
from surveys.core.findings import Finding
from surveys.core.quality.dates import impossible_dates
from surveys.core.quality.duplicates import duplicate_rows
from surveys.core.quality.grids import straight_lines
from surveys.core.quality.jumps import Counted, jumps
from surveys.core.quality.limits import outside_limits
from surveys.core.quality.lost import LOST, lost_rows, lost_words
from surveys.core.quality.skips import skip_violations

__all__ = ["LOOKED_FOR", "LOST", "Counted", "jumps", "looked_over", "lost_rows", "lost_words"]

LOOKED_FOR = frozenset(  # the codes of what looked_over() finds
    {
        "duplicate_rows", "universe_unknown", "universe_unfit", "answered_outside_universe",
        "skipped_inside_universe", "straight_lining", "impossible_date", "outside_limits",
    }
)  # fmt: skip


def looked_over(codebook: Codebook, parquet: Path, frequencies: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Findings on the cells of a wave version's file, laid out as :mod:`surveys.core.table` says.

    Columns are read when a check asks for them: universes and the variables they name, grids, dates, limits,
    and as many as it takes to tell the rows apart.
    """
    return [
        *duplicate_rows(codebook, parquet, frequencies),
        *skip_violations(codebook, parquet),
        *straight_lines(codebook, parquet),
        *impossible_dates(codebook, parquet),
        *outside_limits(codebook, parquet),
    ]
