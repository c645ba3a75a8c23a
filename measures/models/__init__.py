"""What the measures room stores; split by subject."""

from measures.models.datasets import Dataset, DatasetColumn, DatasetVersion, DerivedColumn
from measures.models.falls import ColumnFalls
from measures.models.indices import IndexFigures
from measures.models.proposals import Proposal
from measures.models.rules import Measure, MeasureVersion
from measures.models.scales import JointAnswers
from measures.models.transitions import Transition

__all__ = [
    "ColumnFalls",
    "Dataset",
    "DatasetColumn",
    "DatasetVersion",
    "DerivedColumn",
    "IndexFigures",
    "JointAnswers",
    "Measure",
    "MeasureVersion",
    "Proposal",
    "Transition",
]
