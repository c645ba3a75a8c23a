"""Kinds of analyses: reading a specification, checking its names, running it."""

from analytics.core.kinds.outcome import DONE, FAILED, Outcome
from analytics.core.kinds.registry import KINDS, Kind, check_spec_names, read_spec, run_spec

__all__ = ["DONE", "FAILED", "KINDS", "Kind", "Outcome", "check_spec_names", "read_spec", "run_spec"]
