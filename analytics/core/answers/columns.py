"""The columns of a table: the rows of each group, and all rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.frame import Mask
from analytics.core.survey_design import SurveyDesign, declare
from analytics.core.survey_design.declared import IntArray


@dataclass(frozen=True)
class Columns:
    """``at`` (n,): the position of each row's group, -1 outside; ``count`` groups, 0 without any."""

    name: str
    at: IntArray
    count: int

    def domains(self) -> list[Mask]:
        """The rows (n,) of every group, and of all."""
        return [*(self.at == group for group in range(self.count)), np.ones(len(self.at), dtype=np.bool_)]


def no_groups(n: int) -> Columns:
    """The one column of a table without groups."""
    return Columns("", np.full(n, -1, dtype=np.int64), 0)


def plain_design(n: int) -> SurveyDesign:
    """A simple random sample of ``n`` rows, each standing for one."""
    return declare(np.ones(n))
