"""Estimates from stratified, clustered, weighted samples by Taylor linearisation of PSU totals."""

from analytics.core.survey_design.cells import CellSums, cell_sums
from analytics.core.survey_design.checks import check_design
from analytics.core.survey_design.declared import SurveyDesign, declare
from analytics.core.survey_design.estimates import Estimated, mean, proportion, ratio, total
from analytics.core.survey_design.rao_scott import rao_scott

__all__ = [
    "CellSums",
    "Estimated",
    "SurveyDesign",
    "cell_sums",
    "check_design",
    "declare",
    "mean",
    "proportion",
    "rao_scott",
    "ratio",
    "total",
]
