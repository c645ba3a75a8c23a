"""Descriptive tables of a mixed list of variables, as the first table of a paper prints them."""

from analytics.core.descriptives.described import Described, Groups
from analytics.core.descriptives.table import describe

__all__ = ["Described", "Groups", "describe"]
