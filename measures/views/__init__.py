"""Pages of the measures room, split by subject."""

from measures.views.datasets import build, column, dataset, dataset_version
from measures.views.downloads import dataset_download, dataset_file
from measures.views.rules import measure, measures
from measures.views.scales import scale

__all__ = [
    "build",
    "column",
    "dataset",
    "dataset_download",
    "dataset_file",
    "dataset_version",
    "measure",
    "measures",
    "scale",
]
