"""Pages of the measures room, split by subject."""

from measures.views.datasets import build, column, dataset, dataset_version
from measures.views.downloads import dataset_download, dataset_file
from measures.views.rules import measure, measures
from measures.views.sheets import measures_sheet, measures_sheet_file

__all__ = [
    "build",
    "column",
    "dataset",
    "dataset_download",
    "dataset_file",
    "dataset_version",
    "measure",
    "measures",
    "measures_sheet",
    "measures_sheet_file",
]
