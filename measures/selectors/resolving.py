"""From a recipe to columns: every name found, every rule checked, every column under its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Min

from measures.core.engine import Fitted, Plan
from measures.core.language import Checked, check
from measures.core.language.nodes import Name, Node, walk
from measures.core.language.tree import Type
from measures.core.recipe import Named, Recipe, read_recipe
from measures.models import Dataset, DatasetColumn, DatasetVersion, MeasureVersion
from measures.selectors.keys import Column, Keyed
from measures.selectors.scopes import Ground, ground, measure_variable, parsed
from measures.selectors.unlisted import Unlisted
from surveys.core.problems import Problem, Refused, near_misses, refuse
from surveys.core.said import say
from surveys.models import Study, WaveVersion

Problems = list[Problem]


@dataclass(frozen=True)
class Resolved:
    """A recipe against the data and rules in force: ``columns`` in the order of the dataset."""

    recipe: Recipe
    ground: Ground
    where: Checked | None
    columns: tuple[Column, ...]
    order: tuple[str, ...]  # names of measures, each after those it uses

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def frozen(self) -> dict[str, Any]:
        """The recipe with every version by number."""
        pinned = [str(c.measure_version) for c in self.columns if c.measure_version is not None]
        items = [c.name for c in self.columns if c.kind == DatasetColumn.Kind.ITEM]
        used = {table for c in self.columns for table, _ in c.rule.checked.contexts}
        contexts = {slug: v.number for slug, v in self.ground.contexts.items() if slug in used}
        key = self.columns[0].name
        return self.recipe.as_json() | {
            "wave": str(self.ground.version),
            "measures": pinned,
            "items": items,
            "key": key,
            "contexts": contexts,
        }


def resolve_dataset(dataset: Dataset) -> Resolved:
    """The dataset's recipe against what is in force now; Refused with every problem."""
    return resolve(dataset.study, read_recipe(dataset.recipe, where=str(dataset)))


def resolve_part(dataset: Dataset, names: Iterable[str]) -> Resolved:
    """The recipe with its key, its filter, the columns ``names`` and the measures these rest on, alone.

    What hinders other columns is of no concern; Refused with what hinders these.
    """
    study, recipe = dataset.study, read_recipe(dataset.recipe, where=str(dataset))
    versions = _measure_versions(study, recipe, [])
    wanted, waiting = set(names), list(names)
    while waiting:
        version = versions.get(waiting.pop())
        spoken = names_in(parsed(version.rule)) if version is not None else ()
        waiting += [name for name in spoken if name in versions and name not in wanted]
        wanted |= {name for name in spoken if name in versions}
    part = replace(
        recipe,
        items=tuple(name for name in recipe.items if name in wanted),
        measures=tuple(named for named in recipe.measures if named.name in wanted),
    )
    return resolve(study, part)


def resolve(study: Study, recipe: Recipe) -> Resolved:
    """Finds every wave, item and measure, checks every rule; Refused with every problem at once."""
    here = ground(study, wave_version_of(study, recipe.wave))
    problems: Problems = []
    key = _key(here, recipe, problems)
    _check_items(here, recipe, problems)
    measures = _measure_versions(study, recipe, problems)
    where = _where(here, recipe, problems)
    rules = _rules(here, measures, problems)
    metric = _metric(study, recipe, problems)
    if problems:
        raise Refused(problems)
    assert key is not None
    keyed = Keyed(here, where, metric)
    columns = [keyed.item(key, DatasetColumn.Kind.KEY)]
    columns += [keyed.item(name, DatasetColumn.Kind.ITEM) for name in recipe.items if name != key]
    by_name = {name: keyed.measure(measures[name], checked) for name, checked in rules.items()}
    columns += [by_name[measure.name] for measure in recipe.measures]
    return Resolved(recipe, here, where, tuple(columns), tuple(rules))


def wave_version_of(study: Study, named: Named) -> WaveVersion:
    """The wave version a recipe names: pinned, or the latest."""
    versions = WaveVersion.objects.filter(wave__study=study, wave__slug=named.name)
    versions = versions.select_related("wave__study", "data").order_by("-number")
    found = (versions.filter(number=named.number) if named.number else versions).first()
    if found is not None:
        return found
    slugs = study.waves.values_list("slug", flat=True)
    if named.name not in slugs:
        problem = Problem(
            "unknown_wave",
            say("{study} has no wave called {name}.", study=study, name=named.name),
            near=near_misses(named.name, slugs),
            hint=say("Its waves are {slugs}.", slugs=slugs) if slugs else "Import a wave first.",
        )
    else:
        problem = Problem(
            "no_version",
            say("{study}/{named} has no data.", study=study, named=named),
            hint="Import a file into it first.",
        )
    raise Refused(problem)


def earlier_in(here: Ground, node: Node, measures: Iterable[str], itself: str) -> Iterator[str]:
    """The measures a rule speaks of, without those whose name is that of an item (:func:`two_meanings`)."""
    known = set(measures) - {itself} - set(here.items)
    return (name for name in names_in(node) if name in known)


def two_meanings(here: Ground, node: Node, itself: str) -> list[Problem]:
    """Names of a rule that were a measure of the study before they were an item: which is meant is not known.

    A measure may read the item of its own name.
    """
    items = [name for name in names_in(node) if name in here.items and name != itself]
    both = [name for name in items if name in here.published and _came_later(here, name)]
    return [
        Problem(
            "two_meanings",
            say(
                "“{name}” is a measure of the study, and an item of {wave} too.", name=name, wave=here.version
            ),
            hint=say(
                "Give the item another name in the crosswalk, decide that nothing carries {name} there, or "
                "retire the measure.",
                name=name,
            ),
        )
        for name in both
    ]


def _came_later(here: Ground, name: str) -> bool:
    """Whether the item came when there was a measure of its name: until then the name meant the measure."""
    versions = MeasureVersion.objects.filter(measure__study=here.study, measure__name=name)
    known = versions.aggregate(first=Min("published_at"))["first"]
    waves = WaveVersion.objects.filter(wave__study=here.study, variables__name=name)
    first = waves.aggregate(first=Min("created_at"))["first"]
    return known is not None and (first is None or known < first)


def names_in(node: Node) -> tuple[str, ...]:
    """The names a parsed rule speaks of, in order of first use."""
    return tuple(dict.fromkeys(part.name for part, _ in walk(node) if isinstance(part, Name)))


def _key(here: Ground, recipe: Recipe, problems: Problems) -> str | None:
    key = recipe.key or here.version.wave.key
    if not key:
        hint = "Add key: with the item that identifies a respondent, or name the key of the wave."
        problems.append(Problem("missing_key", "The recipe names no key.", "recipe.key", hint=hint))
        return None
    if key not in here.items:
        problems.append(_unknown_item(here, key, "recipe.key"))
        return None
    return key


def _unknown_item(here: Ground, name: str, where: str) -> Problem:
    if name in here.unreadable:
        return here.unreadable[name]
    if name in here.barred:
        return replace(here.barred[name], where=where)
    message = say("{version} has no item called “{name}”.", version=here.version, name=name)
    return Problem("unknown_item", message, where, near=near_misses(name, here.items))


def _check_items(here: Ground, recipe: Recipe, problems: Problems) -> None:
    problems += [
        _unknown_item(here, name, "recipe.items")
        for name in recipe.items
        if name not in here.items and name != recipe.key
    ]


def _measure_versions(study: Study, recipe: Recipe, problems: Problems) -> dict[str, MeasureVersion]:
    """Measure name -> the version meant: as pinned, else the one in force."""
    names = [named.name for named in recipe.measures]
    stored = MeasureVersion.objects.filter(measure__study=study, measure__name__in=names)
    versions = list(stored.exclude(number=None).select_related("measure").defer("report").order_by("number"))
    known = list(study.measures.values_list("name", flat=True))
    found = {}
    for named in recipe.measures:
        mine = [v for v in versions if v.measure.name == named.name]
        if named.number is None:
            mine = [v for v in mine if v.state == MeasureVersion.State.PUBLISHED]
        else:
            mine = [v for v in mine if v.number == named.number]
        if mine:
            found[named.name] = mine[-1]
        else:
            problems.append(_no_measure(study, named, known))
    return found


def _no_measure(study: Study, named: Named, known: list[str]) -> Problem:
    where = "recipe.measures"
    if named.name not in known:
        near = near_misses(named.name, known)
        return Problem(
            "unknown_measure",
            say("{study} has no measure called “{name}”.", study=study, name=named.name),
            where,
            near=near,
        )
    if named.number is not None:
        return Problem(
            "no_version",
            say("There is no version {named}.", named=named),
            where,
            hint="Leave out the number.",
        )
    hint = "Publish it, or name a version by its number."
    return Problem(
        "not_published",
        say("The measure {name} has no published version.", name=named.name),
        where,
        hint=hint,
    )


def _where(here: Ground, recipe: Recipe, problems: Problems) -> Checked | None:
    if not recipe.where:
        return None
    try:
        checked = check(parsed(recipe.where), here.scope())
        if checked.root.type is not Type.CONDITION:
            raise refuse(
                "not_a_condition",
                "Rows are kept by a condition, and this is none.",
                hint="Compare it with something, as in q_sex == 1.",
            )
        if checked.is_data_dependent:
            message = "A condition on rows cannot rest on what is fitted on these rows."
            raise refuse("fitted_condition", message, hint="Compare with a number of your own.")
        return checked
    except Refused as refused:
        problems += _placed(refused, "recipe.where")
        return None


def _placed(refused: Refused, where: str) -> list[Problem]:
    """The problems of a rule with the place where the rule stands."""
    return [
        Problem(
            p.code,
            p.message,
            f"{where} {p.where}".strip(),
            p.hint,
            p.near,
            p.position,
        )
        for p in refused.problems
    ]


def _rules(here: Ground, measures: Mapping[str, MeasureVersion], problems: Problems) -> dict[str, Checked]:
    """Every rule checked, each after the measures it uses."""
    nodes: dict[str, Node] = {}
    for name, version in measures.items():
        try:
            nodes[name] = parsed(version.rule)
        except Refused as refused:
            problems += _placed(refused, str(version))
    for name, node in nodes.items():
        problems += [replace(one, where=str(measures[name])) for one in two_meanings(here, node, name)]
    uses = {name: list(earlier_in(here, node, measures, name)) for name, node in nodes.items()}
    unlisted = Unlisted(here.study, frozenset(measures))
    checked: dict[str, Checked] = {}
    for name in _ordered(uses, problems):
        earlier = {n: measure_variable(measures[n], checked[n].type) for n in uses[name] if n in checked}
        try:
            checked[name] = check(
                nodes[name], unlisted.told(here.scope(earlier), name, names_in(nodes[name]))
            )
        except Refused as refused:
            problems += _placed(refused, str(measures[name]))
    return checked


def _ordered(uses: Mapping[str, Iterable[str]], problems: Problems) -> list[str]:
    """Names so that each follows those it uses; a circle is a problem."""
    done: list[str] = []
    left = dict(uses)
    while left:
        ready = [name for name, needs in left.items() if not any(n in left for n in needs)]
        if not ready:
            circle = ", ".join(sorted(left))
            problems.append(
                Problem("circular", say("These measures use one another: {circle}.", circle=circle), "recipe")
            )
            break
        done += ready
        for name in ready:
            del left[name]
    return done


def _metric(study: Study, recipe: Recipe, problems: Problems) -> dict[int, Fitted]:
    """Measure version id -> what was fitted for it in the dataset version named as the metric."""
    if not recipe.metric:
        return {}
    name, _, number = recipe.metric.partition("@")
    owner, _, slug = name.rpartition("/")
    if owner and owner != study.slug:
        hint = say("Name a dataset version of {study}; its own fitted numbers are the metric.", study=study)
        message = say("{metric} belongs to another study.", metric=recipe.metric)
        problems.append(Problem("other_study", message, "recipe.metric", hint=hint))
        return {}
    version = DatasetVersion.objects.filter(
        dataset__study=study, dataset__slug=slug, number=int(number)
    ).first()
    if version is None:
        hint = "Write it with its number, as in integration@1."
        problems.append(
            Problem(
                "unknown_metric",
                say("There is no {metric}.", metric=recipe.metric),
                "recipe.metric",
                hint=hint,
            )
        )
        return {}
    columns = version.columns.filter(kind=DatasetColumn.Kind.MEASURE).select_related("derived")
    return {c.measure_version_id: c.derived.fitted for c in columns if c.derived.fitted}


def plan_of(resolved: Resolved, names: Iterable[str], known: Mapping[str, Any]) -> Plan:
    """What the engine is asked: the columns ``names``, with earlier measures that are ``known``."""
    wanted = set(names)
    measures = [resolved.column(name) for name in resolved.order if name in wanted]
    carried = [c for c in resolved.columns if c.name in wanted and c.kind != DatasetColumn.Kind.MEASURE]
    items = {name for c in (*measures, *carried) for name in c.rule.checked.items}
    items |= set(resolved.where.items) if resolved.where else set()
    return Plan(
        source=resolved.ground.source(sorted(items)),
        rules=tuple(column.rule for column in (*measures, *carried)),
        where=resolved.where,
        contexts=resolved.ground.tables,
        known=known,
    )
