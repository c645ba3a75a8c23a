"""Pages of the analytics room, split by subject."""

from analytics.views.analyses import analyses, analysis, start_run
from analytics.views.asking import new_analysis
from analytics.views.errata import erratum
from analytics.views.graph import freshness_of_run, rerun, study_freshness
from analytics.views.hypotheses import hypotheses
from analytics.views.mappings import map_table
from analytics.views.numbers import number, number_history
from analytics.views.outputs import bundle, picture, table
from analytics.views.runs import run, run_again, withdraw
from analytics.views.tables import audit_table, new_target
from analytics.views.targets import target
from analytics.views.two_runs import compare_runs, compare_runs_csv

__all__ = [
    "analyses",
    "analysis",
    "audit_table",
    "bundle",
    "compare_runs",
    "compare_runs_csv",
    "erratum",
    "freshness_of_run",
    "hypotheses",
    "map_table",
    "new_analysis",
    "new_target",
    "number",
    "number_history",
    "picture",
    "rerun",
    "run",
    "run_again",
    "start_run",
    "study_freshness",
    "table",
    "target",
    "withdraw",
]
