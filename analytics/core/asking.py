"""What every specification of a table has: the rows it is of and the design they were drawn by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from analytics.core.design_spec import DesignSpec
from surveys.core.codebook import Scalar


class Asking(Protocol):
    """``where`` names the rows, ``design`` the columns of weights, strata and sampling units."""

    @property
    def where(self) -> Mapping[str, tuple[Scalar, ...]]: ...

    @property
    def design(self) -> DesignSpec: ...
