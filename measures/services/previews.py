"""What a rule would do, before anybody keeps it: in words, in tables, in rows that would change."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from measures.core.axes import Axis
from measures.core.coverage import Coverage, coverage_row
from measures.core.engine import DuckEngine
from measures.core.engine.interface import Fitted
from measures.core.falls import Shown, plain, shown
from measures.core.language import sentence
from measures.core.tables import MOST_LISTED, MOST_OUTCOMES, ItemTable, Labelled, item_table, labelled, mapped
from measures.core.transitions import Changes, Pair, changes, tally
from measures.core.wording import example_shape_problems, plain_examples
from measures.models import Measure, MeasureVersion
from measures.policy import require_define
from measures.selectors.examples import example_problems, label_problems
from measures.selectors.losing import lost_waves
from measures.selectors.scopes import Ground, ground, measure_variable, parsed, study_wave_versions
from measures.selectors.trying import Tried, covered, fallen_of, has_all_of, run_rules, session, try_rule
from surveys.core.codebook import Variable
from surveys.core.frequencies import count
from surveys.core.problems import Problem, Refused
from surveys.core.table import read_split
from surveys.models import Study, User, WaveVersion
from surveys.services.files import path_of, working_folder

MOST_TABLES = 12  # items whose source x derived table is shown
NEW, OLD = "wavebook_new", "wavebook_old"


@dataclass(frozen=True)
class Preview:
    """Everything a researcher sees while typing.  With ``problems`` of the text nothing else is known."""

    wave_version: WaveVersion
    problems: tuple[Problem, ...]
    is_understood: bool = False
    sentences: Mapping[str, str] = field(default_factory=dict)  # "en", "zh"
    type: str = ""
    tally: Mapping[str, int] = field(default_factory=dict)
    values: tuple[Labelled, ...] = ()
    stats: Mapping[str, float] = field(default_factory=dict)
    histogram: tuple[tuple[float, float, float], ...] = ()  # (low, high, rows)
    coverage: Coverage | None = None
    tables: tuple[ItemTable, ...] = ()
    against: MeasureVersion | None = None  # the published version the rows are compared with
    changes: Changes | None = None
    seconds: float = 0.0

    @property
    def is_publishable(self) -> bool:
        return self.is_understood and not self.problems

    def as_json(self) -> dict[str, Any]:
        """Plain types, for ``--json`` and the API."""
        covering = self.coverage.rows if self.coverage else ()
        return {
            "wave_version": str(self.wave_version),
            "problems": [problem.as_json() for problem in self.problems],
            "sentence": dict(self.sentences),
            "type": self.type,
            "coverage": [coverage_row(row) for row in covering],
            "is_covered": bool(self.coverage and self.coverage.is_total),
            "tally": dict(self.tally),
            "values": [[one.value, one.rows] for one in self.values],
            "stats": dict(self.stats),
            "against": str(self.against) if self.against else None,
            "changed_rows": self.changes.changed if self.changes else None,
        }


def preview(
    user: User,
    study: Study,
    rule: str,
    wave_version: WaveVersion,
    *,
    measure: Measure | None = None,
    value_labels: list[dict[str, Any]] | None = None,
    examples: Sequence[Any] = (),
    language: str = "en",
    compare: bool = True,
) -> Preview:
    """What ``rule`` gives on ``wave_version``; mistakes come back in ``problems``, nothing is kept.

    ``measure`` is the one the rule belongs to; with ``compare`` its version in force is run beside the rule
    and the rows that differ are counted.  Only for those who may define: counts of a rule of one's own
    making could tell a single respondent's answer.  Labels of values and worked ``examples`` that do not
    hold are told as publishing would.
    """
    require_define(user, study)
    started = time.perf_counter()
    here = ground(study, wave_version)
    itself = measure.name if measure else ""
    as_labelled = MeasureVersion(measure=measure or Measure(name="rule"), value_labels=value_labels or [])
    as_labelled.examples = plain_examples(examples)
    try:
        tried = try_rule(here, rule, itself)
        old = _published(here, measure if compare else None)
        return _preview(here, tried, old, as_labelled, language, started)
    except Refused as refused:
        return Preview(wave_version, refused.problems, seconds=time.perf_counter() - started)


def preview_falls(
    user: User, study: Study, rule: str, wave_version: WaveVersion, measure: Measure | None = None
) -> Shown | None:
    """Why rows of the wave would be absent, and by which item; None of a rule that is not understood."""
    require_define(user, study)
    here = ground(study, wave_version)
    try:
        tried = try_rule(here, rule, measure.name if measure else "")
        with session(here) as engine:
            found = fallen_of(here, tried, engine)
    except Refused:
        return None
    return shown(plain(found), found.valid, whole=True)


@dataclass(frozen=True)
class Elsewhere:
    """How many rows of another wave the rule changes against the version in force.

    With a ``problem`` the wave is lost: the version in force is read on it, and the rule is not.
    """

    wave_version: WaveVersion
    changed: int
    rows: int
    problem: Problem | None = None


def changed_elsewhere(
    user: User, study: Study, rule: str, wave_version: WaveVersion, measure: Measure
) -> tuple[Elsewhere, ...]:
    """The other waves that the version in force is read on, each with its rows that ``rule`` changes, or with
    why it is lost.

    Waves that have all of ``rule`` and are refused otherwise are left out: publishing tells of them.
    """
    require_define(user, study)
    try:
        node = parsed(rule)
    except Refused:
        return ()
    others = [ground(study, version) for version in study_wave_versions(study) if version != wave_version]
    reading = [here for here in others if has_all_of(here, node, measure.name)]
    found = {here.version: _changed(here, rule, measure) for here in reading}
    if reading or has_all_of(ground(study, wave_version), node, measure.name):  # else it is a slip of the pen
        found |= {here.version: _lost(here, rule, measure) for here in others if here.version not in found}
    return tuple(one for here in others if (one := found.get(here.version)))


def _lost(here: Ground, rule: str, measure: Measure) -> Elsewhere | None:
    as_typed = MeasureVersion(measure=measure, rule=rule)
    lost = lost_waves(measure.published, as_typed, [here])
    return Elsewhere(here.version, 0, here.version.rows, lost[0].problem) if lost else None


def _changed(here: Ground, rule: str, measure: Measure) -> Elsewhere | None:
    try:
        tried = try_rule(here, rule, measure.name)
        _against, old = _published(here, measure)
        if old is None:
            return None
        with working_folder() as folder, session(here) as engine:
            results = run_rules(here, {NEW: tried, OLD: old}, folder, engine)
    except Refused:
        return None
    found = changes(results[OLD].pair, results[NEW].pair)
    return Elsewhere(here.version, found.changed, found.rows)


def _preview(
    here: Ground,
    tried: Tried,
    published: tuple[MeasureVersion | None, Tried | None],
    said: MeasureVersion,
    language: str,
    started: float,
) -> Preview:
    against, old = published
    variable = measure_variable(said, tried.checked.type)
    with working_folder() as folder, session(here) as engine:
        covering = covered(here, tried, language, engine)
        results = run_rules(here, {NEW: tried} | ({OLD: old} if old else {}), folder, engine)
        new = results[NEW].pair
        changed = changes(results[OLD].pair, new) if old else None
        beside = _beside(tried, said, variable, results[NEW].fitted, engine)
    counted = count(new[0], new[1], variable)
    return Preview(
        here.version,
        (*covering.problems, *beside),
        is_understood=True,
        sentences={code: sentence(tried.checked, code) for code in ("en", "zh")},
        type=tried.checked.type.value,
        tally=tally(new[1]),
        values=labelled(counted["values"], variable, language),
        stats=counted["stats"],
        histogram=tuple((low, high, n) for low, high, n in counted["histogram"]),
        coverage=covering,
        tables=_tables(here, tried, new, covering, variable, language),
        against=against if old else None,
        changes=changed,
        seconds=time.perf_counter() - started,
    )


def _beside(
    tried: Tried, said: MeasureVersion, variable: Variable, fitted: Fitted, engine: DuckEngine
) -> list[Problem]:
    """What publishing would tell of the labels and the worked examples beside the rule."""
    kind, examples = tried.checked.type, said.examples
    problems = label_problems(said.value_labels, kind, variable.name)
    misshapen = example_shape_problems(variable.name, examples)
    return problems + (misshapen or example_problems(tried.checked, examples, variable, fitted, engine))


def _published(here: Ground, measure: Measure | None) -> tuple[MeasureVersion | None, Tried | None]:
    """The version in force, checked against this wave; nothing when it does not fit the wave any more."""
    against = measure.published if measure and measure.pk else None
    if against is None or measure is None:
        return None, None
    try:
        return against, try_rule(here, against.rule, measure.name)
    except Refused:
        return against, None


def _tables(
    here: Ground, tried: Tried, new: Pair, covering: Coverage, variable: Variable, language: str
) -> tuple[ItemTable, ...]:
    path, tables = path_of(here.version.data), []
    heads = Axis(variable, new, MOST_OUTCOMES, language)
    for name in tried.checked.items[:MOST_TABLES]:
        carried = here.items[name]
        source = mapped(read_split(path, carried.position, carried.source), carried.code_map)
        uncovered = {
            (row.value, row.reason) for row in covering.rows if row.item == name and not row.is_covered
        }
        rows = Axis(carried.variable, source, MOST_LISTED, language)
        tables.append(item_table(carried.variable, rows, heads, uncovered, language))
    return tuple(tables)
