"""The statement of a plan: stored cells, cleaned columns, filter, earlier measures, stages of the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from measures.core.engine.emit import Emitter
from measures.core.engine.interface import Plan, SourceColumn
from measures.core.engine.sql import LARGEST_INTEGER, LARGEST_STORED, UNCOVERED, Pair, Terms, number
from measures.core.language.scope import mapped_type
from measures.core.language.tree import Absent, Checked, Type, walk
from surveys.core.absence import NO_ANSWER, OUT_OF_RANGE, SYSTEM, tag_reason
from surveys.core.codebook import MissingRule, Scalar, ValueType, Variable
from surveys.core.table import missing_value, physical, tags_of

TAGS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"


@dataclass
class Pipeline:
    """Common table expressions, one reading from the one before; ``last`` is where to select from."""

    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def last(self) -> str:
        return self.steps[-1][0]

    def add(self, name: str, select: str) -> None:
        self.steps.append((name, select))

    def extend(self, stages: Iterable[list[str]], prefix: str) -> None:
        """A step per stage: everything so far, and the stage's columns."""
        for at, stage in enumerate(stages):
            if stage:
                self.add(f"{prefix}{at}", f"SELECT *, {', '.join(stage)} FROM {self.last}")

    def select(self, columns: Iterable[str], rest: str = "") -> str:
        ctes = ", ".join(f"{name} AS ({sql})" for name, sql in self.steps)
        return f"WITH {ctes} SELECT {', '.join(columns)} FROM {self.last} {rest}"


def reasons_of_rules(rules: Iterable[Checked]) -> set[str]:
    """The absences that rules make by themselves."""
    made = {SYSTEM, OUT_OF_RANGE, NO_ANSWER}
    for checked in rules:
        made.update(node.reason for node in walk(checked.root) if isinstance(node, Absent))
    return made


def reasons_of_source(columns: Iterable[SourceColumn]) -> set[str]:
    """The absences that stored columns may hold."""
    found: set[str] = set()
    for column in columns:
        found.update(rule.reason for rule in column.variable.missing)
        if column.tags:
            found.update(tag_reason(tag) for tag in TAGS)
    return found


def items_of(plan: Plan) -> tuple[str, ...]:
    """The items the plan reads, in order of first use."""
    rules = [rule.checked for rule in plan.rules] + ([plan.where] if plan.where else [])
    return tuple(dict.fromkeys(name for checked in rules for name in checked.items))


def source_steps(
    plan: Plan, items: Iterable[tuple[int, str]], terms: Terms
) -> tuple[Pipeline, dict[tuple[bool, str], Pair]]:
    """Reads the columns of ``items``, which are numbered, and parts their cells as
    ``surveys.core.table.split`` does."""
    pipeline, columns = Pipeline(), {}
    physicals: dict[str, None] = {}
    told, parted = [], []
    for at, name in items:
        column = plan.source.columns[name]
        physicals[physical(column.position)] = None
        if column.tags:
            physicals[tags_of(column.position)] = None
        kind = mapped_type(column.variable.type, column.code_map)
        is_exact = kind is ValueType.INTEGER and not column.code_map
        reason = f"r_i{at}"
        if terms.dialect.nests and not column.tags:
            value, reason = _parted(column, f"v_i{at}", terms)
            parted.append(f"{value} AS v_i{at}")
        else:
            told.append(f"{_reason(column, terms)} AS a{at}")
            value, mapped = _mapped(column, physical(column.position), f"a{at}", terms)
            parted.append(f"{value} AS v_i{at}, {mapped} AS r_i{at}")
        most = LARGEST_STORED if is_exact else None
        columns[False, name] = Pair(f"v_i{at}", reason, Type(kind.value), is_exact, most)
    order = [terms.dialect.row] if terms.dialect.row else []
    file = terms.dialect.file(plan.source.path, terms.parameters)
    pipeline.add("base", f"SELECT {', '.join([*order, *physicals]) or '1 AS one'} FROM {file}")
    if told:
        pipeline.add("told", f"SELECT {', '.join(['*', *told])} FROM base")
    kept = ["*"] if terms.dialect.nests else order  # a nested reason speaks of the cell
    pipeline.add("clean", f"SELECT {', '.join([*kept, *parted]) or '1 AS one'} FROM {pipeline.last}")
    return pipeline, columns


def _parted(column: SourceColumn, own: str, terms: Terms) -> tuple[str, str]:
    """The value of a column without tags, and the reason that is asked for where ``own`` may be null."""
    cell = physical(column.position)
    absences = _absences(column, terms)
    branches = [f"WHEN {test} THEN NULL" for test, _ in absences]
    whys = [f"WHEN {test} THEN {rank}" for test, rank in absences]
    whys.append(f"WHEN {cell} IS NULL THEN {terms.rank(SYSTEM)}")
    value = cell
    if column.code_map:
        branches += [f"WHEN {test} THEN {target}" for test, target in _targets(column, cell, terms)]
        whys.append(f"WHEN {own} IS NULL THEN {terms.rank(OUT_OF_RANGE)}")
        value = terms.null(Type(mapped_type(column.variable.type, column.code_map).value))
    return f"CASE {' '.join(branches)} ELSE {value} END" if branches else value, f"CASE {' '.join(whys)} END"


def _reason(column: SourceColumn, terms: Terms) -> str:
    """A tag outranks the cell, a single code a range; then a tag without a word, then the empty cell."""
    branches = [f"WHEN {test} THEN {rank}" for test, rank in _absences(column, terms)]
    if column.tags:
        tag = tags_of(column.position)
        branches += [f"WHEN {tag} = '{sign}' THEN {terms.rank(tag_reason(sign))}" for sign in TAGS]
    branches.append(f"WHEN {physical(column.position)} IS NULL THEN {terms.rank(SYSTEM)}")
    return f"CASE {' '.join(branches)} END"


def _absences(column: SourceColumn, terms: Terms) -> list[tuple[str, str]]:
    """The conditions under which a cell is a declared absence, the strongest first, with its rank."""
    variable, cell = column.variable, physical(column.position)
    rules = sorted(variable.missing, key=lambda rule: (rule.tag is None, rule.value is None))
    return [
        (_matches(rule, variable, cell, tags_of(column.position), terms), terms.rank(rule.reason))
        for rule in rules
        if rule.tag is None or column.tags
    ]


def _matches(rule: MissingRule, variable: Variable, cell: str, tag: str, terms: Terms) -> str:
    if rule.tag is not None:
        return f"{tag} = {terms.text(rule.tag)}"
    if rule.value is not None:
        return f"{cell} = {_cell(missing_value(rule.value, variable.type), variable.type, terms)}"
    ends = [(">=", rule.low), ("<=", rule.high)]
    tests = [f"{cell} {sign} {_bound(end, variable.type, terms)}" for sign, end in ends if end is not None]
    return f"({' AND '.join(tests)})"


def _bound(end: float, kind: ValueType, terms: Terms) -> str:
    """A range's end; of dates and timestamps it is kept as seconds since 1970."""
    if kind not in (ValueType.DATE, ValueType.DATETIME):
        return number(end)
    moment = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=end)).replace(tzinfo=None)
    return _cell(moment.date() if kind is ValueType.DATE else moment, kind, terms)


def _cell(value: object, kind: ValueType, terms: Terms) -> str:
    """A constant as a stored cell of this type."""
    if isinstance(value, int | float):
        is_whole = kind is ValueType.INTEGER and float(value).is_integer() and abs(value) < LARGEST_INTEGER
        return str(int(value)) if is_whole else number(value)
    text = terms.text(value if isinstance(value, str) else value.isoformat())  # type: ignore[attr-defined]
    return text if kind is ValueType.TEXT else f"CAST({text} AS {terms.dialect.type_of(Type(kind.value))})"


def _mapped(column: SourceColumn, cell: str, reason: str, terms: Terms) -> tuple[str, str]:
    """The item's value and reason: source codes through the crosswalk's map, if it has one."""
    if not column.code_map:
        return f"CASE WHEN {reason} IS NULL THEN {cell} END", reason
    kind = mapped_type(column.variable.type, column.code_map)
    targets = _targets(column, cell, terms)
    branches = [f"WHEN {reason} IS NULL AND {test} THEN {target}" for test, target in targets]
    known = " OR ".join(test for test, _ in targets) or "FALSE"
    value = f"CASE {' '.join(branches)} END" if branches else terms.null(Type(kind.value))
    lost = terms.rank(OUT_OF_RANGE)
    return value, f"CASE WHEN {reason} IS NOT NULL THEN {reason} WHEN {known} THEN NULL ELSE {lost} END"


def _targets(column: SourceColumn, cell: str, terms: Terms) -> list[tuple[str, str]]:
    """The conditions under which a cell is a code that the crosswalk carries, with what it becomes."""
    return [
        (f"{cell} = {_cell(source, column.variable.type, terms)}", _target(target, terms))
        for source, target in column.code_map
        if target is not None
    ]


def _target(target: Scalar, terms: Terms) -> str:
    return terms.text(target) if isinstance(target, str) else number(target)


def known_steps(
    pipeline: Pipeline, plan: Plan, emitter: Emitter, names: Iterable[str]
) -> dict[tuple[bool, str], Pair]:
    """Lays columns that were computed before beside the rows that are left."""
    columns, terms = {}, emitter.terms
    for at, name in enumerate(names):
        known = plan.known[name]
        words = [word for word in terms.reasons.words if word != UNCOVERED]
        branches = " ".join(f"WHEN {terms.text(w)} THEN {terms.rank(w)}" for w in words)
        read = f"value AS v_k{at}, CASE reason {branches} END AS r_k{at}"
        file = terms.dialect.file(known.path, terms.parameters)
        is_filtered = plan.where is not None
        beside = terms.dialect.beside(pipeline.last, file, read, is_filtered=is_filtered)
        pipeline.add(f"known{at}", beside)
        is_exact = known.type is ValueType.INTEGER
        most = LARGEST_STORED if is_exact else None
        columns[True, name] = Pair(f"v_k{at}", f"r_k{at}", Type(known.type.value), is_exact, most)
    return columns
