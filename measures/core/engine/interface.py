"""What an engine is asked and what it answers; the same for the embedded and the distributed engine.

An engine computes rules in two steps.  *Fit*: what a rule needs to know about the whole sample (means,
standard deviations, correlations, group means) is aggregated over the rows that pass the filter.
*Apply*: every rule is then a plain row-wise expression.  What was fitted is part of the result, and a
rule given with ``fitted`` is applied on that frozen metric without fitting again.

The same data give the same columns on any machine, by hash, with one reservation: the last bit of ``ln``,
``log10`` and ``exp`` is the C library's, so columns that use them agree between engines to 1e-12, relative.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from measures.core.language.scope import CodeMap, ContextTable
from measures.core.language.tree import Checked
from surveys.core.codebook import Scalar, ValueType, Variable

if TYPE_CHECKING:
    from measures.core.engine.joint import Joint

Fitted = Mapping[str, Any]  # JSON-able; keyed by the fingerprint of the fitted part of the rule


@dataclass(frozen=True)
class SourceColumn:
    """An item in a stored wave: physical column ``c{position}`` and, where ``tags``, ``t{position}``.

    ``variable`` is the wave's own (its missing rules apply to the raw cells); ``code_map`` turns the valid
    source codes into the item's codes (empty: as they are; codes it does not name become ``out_of_range``).
    """

    position: int
    variable: Variable
    tags: bool = False
    code_map: CodeMap = ()


@dataclass(frozen=True)
class Source:
    """A stored wave version: its Parquet file and the items it carries, by item name."""

    path: Path
    columns: Mapping[str, SourceColumn]


@dataclass(frozen=True)
class Rule:
    """A checked rule under the name its column gets; rules of a plan may use earlier ones by that name."""

    name: str
    checked: Checked
    fitted: Fitted | None = None  # a frozen metric to apply; None: fit on this sample


@dataclass(frozen=True)
class Known:
    """A measure computed before under the same source and filter: its ``value``/``reason`` Parquet file."""

    path: Path
    type: ValueType


@dataclass(frozen=True)
class Plan:
    """What is to be computed: rules in an order in which every rule follows those it uses."""

    source: Source
    rules: tuple[Rule, ...]
    where: Checked | None = None  # rows kept: those where the condition holds
    contexts: Mapping[str, ContextTable] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)  # earlier measures that need no computing


@dataclass(frozen=True)
class ColumnResult:
    """One derived column: ``path`` holds ``value`` and ``reason`` (value null exactly where reason is not).

    ``tally``: {"valid": n, reason: n, …}, adding up to ``rows``.  ``left_out``: rows the filter dropped,
    {"filter": n where it was false, reason: n where it was absent}.
    """

    name: str
    path: Path
    type: ValueType
    rows: int
    tally: Mapping[str, int]
    left_out: Mapping[str, int]
    fitted: Fitted


@dataclass(frozen=True)
class Cause:
    """What made a row absent: an ``item``, an earlier ``measure``, or a ``part`` of the rule that reads none
    or several; ``name`` is then the part in words (``zh``: in Chinese)."""

    kind: str
    name: str
    zh: str = ""


@dataclass(frozen=True)
class Fall:
    """Rows that are absent for one reason by one cause."""

    reason: str
    cause: Cause
    rows: int


@dataclass(frozen=True)
class Waterfall:
    """From rows to valid rows: ``valid`` and the rows of all ``falls`` add up to ``rows``."""

    name: str
    rows: int
    valid: int
    falls: tuple[Fall, ...]  # by precedence of the reason, then the most rows first


@dataclass(frozen=True)
class Cell:
    """A value or an absence: exactly one of the two is set."""

    value: Scalar | None
    reason: str | None


class Engine(Protocol):
    """Executes plans.  ``semantics_version`` changes whenever a rule might give another column.

    All engines of one version give the same columns, so that what one computed is reused by the other.
    """

    name: str
    semantics_version: str

    def environment(self) -> dict[str, str]:
        """The program that computes, with its version."""
        ...

    def derive(self, plan: Plan, out_dir: Path) -> tuple[ColumnResult, ...]:
        """Compute every rule in one pass over the source and write one Parquet file each into ``out_dir``."""
        ...

    def waterfalls(self, plan: Plan, names: Collection[str]) -> tuple[Waterfall, ...]:
        """For the rules ``names`` of the plan, how many rows are absent by which cause; writes nothing."""
        ...

    def uncovered(self, plan: Plan) -> tuple[int, ...]:
        """For every rule, the rows with a value that no branch of a recode or case names; writes nothing."""
        ...

    def joint(self, plan: Plan, names: Sequence[str], by: str = "") -> Mapping[Scalar | None, Joint]:
        """How the rows answer the rules ``names`` together, by the groups of the rule ``by`` (None without
        one); writes nothing."""
        ...

    def patterns(self, plan: Plan, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """The different answers to the rules ``names``: (value or None, …, rows), in no order."""
        ...
