"""What the measures room stores; split by subject."""

from measures.models.datasets import Dataset, DatasetColumn, DatasetVersion, DerivedColumn
from measures.models.rules import Measure, MeasureVersion
from measures.models.scales import JointAnswers

__all__ = [
    "Dataset",
    "DatasetColumn",
    "DatasetVersion",
    "DerivedColumn",
    "JointAnswers",
    "Measure",
    "MeasureVersion",
]
