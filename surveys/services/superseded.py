"""Counts of a version that was corrected since, beside which those of the version in force would tell single
answers: the difference of the two is what the few people answered whom the correction touched.

Rounding would not do: a count of 78 beside one of 79 tells as much as two means.  So the earlier counts are
not told at all, but to whoever may download the data.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveys import policy
from surveys.core.said import say
from surveys.models import User, WaveVersion
from surveys.selectors import latest_version
from surveys.services.comparing import identity
from surveys.services.errata import CELLS, REMOVED, changed_by_hash


@dataclass(frozen=True)
class Superseded:
    """The variables of a wave version that the version in force holds otherwise; none of one in force."""

    by: WaveVersion | None = None
    names: frozenset[str] = frozenset()
    moves_rows: bool = False  # rows came or went, which alters whatever was made of the version

    def __contains__(self, name: object) -> bool:
        return name in self.names

    @property
    def sentence(self) -> str:
        """The one sentence that stands where counts of the earlier version would."""
        return say(
            "This was corrected in {version}: counts of an earlier version are told only to those who may "
            "download the data, for their difference would tell single answers.",
            version=self.by,
        )

    def why(self, name: str) -> str:
        """Why counts of the variable are not told; nothing where they are."""
        return self.sentence if name in self.names else ""

    def because(self) -> dict[str, str]:
        """Each of the variables, and why its counts are not told."""
        return dict.fromkeys(sorted(self.names), self.sentence)


NOTHING = Superseded()


def superseded(version: WaveVersion) -> Superseded:
    """What of ``version`` was corrected since: every variable where rows came or went, else those whose
    cells or missing codes are other, or that are gone.  Nothing of synthetic rows, which nobody answered."""
    latest = latest_version(version.wave)
    if latest is None or latest.pk == version.pk:
        return NOTHING
    if version.is_synthetic or version.wave.is_synthetic or version.study.is_synthetic:
        return NOTHING
    if version.rows != latest.rows:
        return Superseded(
            latest, frozenset(version.variables.values_list("name", flat=True)), moves_rows=True
        )
    columns = changed_by_hash(identity(version), identity(latest))
    names = frozenset(name for name, what in columns.items() if what in (CELLS, REMOVED))
    return Superseded(latest, names) if names else NOTHING


def untold_to(user: User, version: WaveVersion) -> Superseded:
    """The variables whose counts this person is not told."""
    found = superseded(version)
    may_have_all = bool(found.names) and policy.may(user, policy.DOWNLOAD, version.study)
    return NOTHING if may_have_all else found
