"""Pages of the analytics room, split by subject."""

from analytics.views.analyses import analyses, analysis, start_run
from analytics.views.errata import erratum
from analytics.views.hypotheses import hypotheses
from analytics.views.mappings import map_table
from analytics.views.outputs import bundle, picture, table
from analytics.views.runs import run, run_again, withdraw
from analytics.views.tables import audit_table, new_target
from analytics.views.targets import target

__all__ = [
    "analyses",
    "analysis",
    "audit_table",
    "bundle",
    "erratum",
    "hypotheses",
    "map_table",
    "new_target",
    "picture",
    "run",
    "run_again",
    "start_run",
    "table",
    "target",
    "withdraw",
]
