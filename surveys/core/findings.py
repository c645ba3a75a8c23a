"""What an import noticed about a file, variable by variable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"  # the import was refused because of this
    WARNING = "warning"  # somebody should look
    INFO = "info"  # worth knowing


@dataclass(frozen=True)
class Finding:
    """One remark on one variable (or on the whole file when ``variable`` is empty); quotes no cell."""

    severity: Severity
    code: str
    message: str
    variable: str = ""
