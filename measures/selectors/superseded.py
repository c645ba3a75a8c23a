"""Columns whose counts would tell single answers beside those of the corrected wave: the wave was corrected
since in what they were made of, see :mod:`surveys.services.superseded`."""

from __future__ import annotations

from measures.models import DatasetVersion
from measures.policy import may_download
from measures.selectors.errata import ReadBy
from surveys.models import User
from surveys.services.superseded import superseded


def superseded_columns(version: DatasetVersion) -> dict[str, str]:
    """Column -> why what was counted of it is told only with the data: every column where rows of the wave
    came or went, else those that read a variable which was corrected."""
    found: dict[str, str] = {}
    for wave in version.wave_versions.select_related("wave__study"):
        corrected = superseded(wave)
        if not corrected.names:
            continue
        columns = version.columns.values_list("name", "derived_id", "derived__inputs")
        read = ReadBy({key: inputs for _name, key, inputs in columns})
        found |= {
            name: corrected.sentence
            for name, key, _inputs in columns
            if corrected.moves_rows or read.variables(key) & corrected.names
        }
    return found


def untold_columns(user: User, version: DatasetVersion) -> dict[str, str]:
    """Column -> why what was counted of it is not told to this person."""
    found = superseded_columns(version)
    return {} if found and may_download(user, version.study) else found
