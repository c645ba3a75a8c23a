"""What the analytics room stores; split by subject."""

from analytics.models.hypotheses import HypothesisRegister, TargetMapping
from analytics.models.runs import Analysis, Run
from analytics.models.targets import Target, TargetCell

__all__ = ["Analysis", "HypothesisRegister", "Run", "Target", "TargetCell", "TargetMapping"]
