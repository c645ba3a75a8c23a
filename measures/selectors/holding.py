"""Does one version of a dataset still hold, or one column of it?"""

from __future__ import annotations

from django.utils.translation import gettext as _

from measures.core.freshness import FRESH, Freshness, blocked, stale
from measures.models import DatasetColumn, DatasetVersion
from measures.selectors.staleness import causes_since, current_columns, freshness
from surveys.core.codebook import other_meaning
from surveys.core.problems import Refused
from surveys.translation import spoken


def version_freshness(version: DatasetVersion) -> Freshness:
    """That of the dataset for its latest version; one that was replaced is stale and names its successor."""
    latest = version.dataset.latest
    if latest is None or latest.pk == version.pk:
        return freshness(version.dataset)
    return stale(_("it was replaced by %(version)s") % {"version": latest}, step=_read(latest))


def column_freshness(column: DatasetColumn) -> Freshness:
    """Fresh while the column would come out, and be read, as it is; what befell others does not matter."""
    version = column.version
    variable, found = current_columns(version.dataset, [column.name]).get(column.name, (None, None))
    if found == column.derived.content_hash and not (variable and other_meaning(column.codebook, variable)):
        return FRESH
    try:
        causes = causes_since(version, [column.name])
    except Refused as refused:
        told = (spoken(problem.sentence()) for problem in refused.problems)
        return blocked(*told, step=_("Mend what the causes name, then build it again."))
    latest = version.dataset.latest
    has_it = latest is not None and _holds(latest, column.name, found)
    return stale(*causes, step=_read(latest) if latest and has_it else _("Build it again."))


def _holds(latest: DatasetVersion, name: str, found: str | None) -> bool:
    return found is not None and latest.columns.filter(name=name, derived__content_hash=found).exists()


def _read(version: DatasetVersion) -> str:
    return _("Read %(version)s instead.") % {"version": version}
