"""The admin of this room: the rule editor, datasets, and what is immutable to look at."""

from measures.admin.datasets import DatasetAdmin, DatasetVersionAdmin, DerivedColumnAdmin
from measures.admin.measures import MeasureAdmin, MeasureVersionAdmin

__all__ = [
    "DatasetAdmin",
    "DatasetVersionAdmin",
    "DerivedColumnAdmin",
    "MeasureAdmin",
    "MeasureVersionAdmin",
]
