"""Pages of the measures room, split by subject."""

from measures.views.comparing import compare, compare_json, count_moves
from measures.views.datasets import build, column, count_absences, dataset, dataset_version
from measures.views.downloads import dataset_download, dataset_file
from measures.views.indices import count_index, index
from measures.views.proposals import decide_proposal, proposal
from measures.views.rules import measure, measures
from measures.views.scales import count_scale, scale
from measures.views.sheets import measures_sheet, measures_sheet_file

__all__ = [
    "build",
    "column",
    "compare",
    "compare_json",
    "count_absences",
    "count_index",
    "count_moves",
    "count_scale",
    "dataset",
    "dataset_download",
    "dataset_file",
    "dataset_version",
    "decide_proposal",
    "index",
    "measure",
    "measures",
    "measures_sheet",
    "measures_sheet_file",
    "proposal",
    "scale",
]
