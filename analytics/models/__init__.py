"""What the analytics room stores; split by subject."""

from analytics.models.runs import Analysis, Run
from analytics.models.targets import Target, TargetCell

__all__ = ["Analysis", "Run", "Target", "TargetCell"]
