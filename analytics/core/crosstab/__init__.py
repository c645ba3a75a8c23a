"""Crosstabs: counts and percentages of one variable by another, plain or weighted, with their tests."""

from analytics.core.crosstab.asked import Asked
from analytics.core.crosstab.rounded import percent
from analytics.core.crosstab.table import crosstab

__all__ = ["Asked", "crosstab", "percent"]
