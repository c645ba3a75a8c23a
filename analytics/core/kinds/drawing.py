"""How the rows of a model were drawn: the design of the whole data, and the rows of it that are used."""

from __future__ import annotations

import numpy as np

from analytics.core.design_spec import DesignSpec
from analytics.core.estimators.drawn import DrawnRows
from analytics.core.frame import Frame
from analytics.core.kinds.drawn import declared, known_rows, require_fit
from analytics.core.sample import Sample


def drawn_rows(named: DesignSpec, frame: Frame, sample: Sample) -> DrawnRows:
    """The design of all rows that say how they were drawn, so that units without a row used still count.

    Refused when a weight is no number or below zero, or a stratum has one unit and no choice was made.
    """
    require_fit(named, frame)
    known = known_rows(named, frame)
    return DrawnRows(declared(named, frame, known), np.flatnonzero(sample.mask[known]), named.weights)
