"""A rule that stands in no dataset yet: checked against a wave, with the published measures it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from measures.core.coverage import Coverage, coverage
from measures.core.engine import DuckEngine, Fitted, Plan, Rule, Waterfall
from measures.core.language import Checked, check
from measures.core.language.nodes import Node
from measures.core.observed import Observed
from measures.core.possible import Possible, possible
from measures.core.transitions import Pair
from measures.models import MeasureVersion
from measures.selectors.keys import ENGINE
from measures.selectors.resolving import earlier_in, names_in, two_meanings
from measures.selectors.scopes import Ground, measure_variable, parsed
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused, refuse
from surveys.core.said import say
from surveys.core.table import read_derived
from surveys.services.files import path_of


@dataclass(frozen=True)
class Tried:
    """A rule checked against a wave; ``earlier`` holds the measures it rests on, each after its own."""

    checked: Checked
    earlier: Mapping[str, Checked] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What a rule gives on a wave."""

    pair: Pair  # values, reasons
    fitted: Fitted


def try_rule(here: Ground, text: str, itself: str = "") -> Tried:
    """Parses and checks ``text``; Refused with every mistake.  ``itself`` is the measure it belongs to."""
    earlier: dict[str, Checked] = {}
    checked = _checked(here, parsed(text), here.published, earlier, (itself,))
    return Tried(checked, earlier)


def _checked(
    here: Ground,
    node: Node,
    published: Mapping[str, MeasureVersion],
    earlier: dict[str, Checked],
    above: tuple[str, ...],
) -> Checked:
    if problems := two_meanings(here, node, above[-1]):
        raise Refused(problems)
    for name in earlier_in(here, node, published, above[-1]):
        if name in above:
            circle = " → ".join((*above, name))
            raise refuse("circular", say("These measures use one another: {circle}.", circle=circle))
        if name not in earlier:
            own = parsed(published[name].rule)
            earlier[name] = _checked(here, own, published, earlier, (*above, name))
    variables = {
        name: measure_variable(version, earlier[name].type if name in earlier else ValueType.DECIMAL)
        for name, version in published.items()
        if name not in here.items and name not in above
    }
    return check(node, here.scope(variables))


def has_all_of(here: Ground, node: Node, itself: str = "") -> bool:
    """Whether a wave has every item that a rule speaks of; ``itself`` is the measure the rule belongs to."""
    return not lacking(here, node, itself)


def lacking(here: Ground, node: Node, itself: str = "") -> set[str]:
    """The names of a rule that are no item, set or earlier measure of a wave."""
    return {*names_in(node)} - here.names - here.sets.keys() - (here.published.keys() - {itself})


_KEPT: ContextVar[Callable[[frozenset[Path]], DuckEngine] | None] = ContextVar("sessions_kept", default=None)


@contextmanager
def sessions_kept() -> Iterator[None]:
    """Within it the connection to the same waves is opened once, however many rules are run on them."""
    known: dict[frozenset[Path], DuckEngine] = {}
    with ExitStack() as until_the_end:

        def kept(paths: frozenset[Path]) -> DuckEngine:
            if paths not in known:
                known[paths] = until_the_end.enter_context(ENGINE.session(paths))
            return known[paths]

        token = _KEPT.set(kept)
        try:
            yield
        finally:
            _KEPT.reset(token)


def session(*grounds: Ground) -> AbstractContextManager[DuckEngine]:
    """The engine on one connection for everything that is asked of these waves."""
    paths, kept = frozenset(path_of(here.version.data) for here in grounds), _KEPT.get()
    return ENGINE.session(paths) if kept is None else nullcontext(kept(paths))


def run_rules(
    here: Ground, tried: Mapping[str, Tried], folder: Path, engine: DuckEngine = ENGINE
) -> dict[str, Result]:
    """Runs rules over the whole wave in one pass; nothing is kept beyond ``folder``.

    Two rules may rest on the same earlier measure; it is computed once.
    """
    earlier: dict[str, Checked] = {}
    for one in tried.values():
        earlier.update(one.earlier)
    rules = [Rule(name, checked) for name, checked in earlier.items()]
    rules += [Rule(name, one.checked) for name, one in tried.items()]
    items = sorted({item for rule in rules for item in rule.checked.items})
    plan = Plan(here.source(items), tuple(rules), contexts=here.tables)
    results = {result.name: result for result in engine.derive(plan, folder)}
    return {name: Result(read_derived(results[name].path), results[name].fitted) for name in tried}


def fallen_of(here: Ground, tried: Tried, engine: DuckEngine = ENGINE) -> Waterfall:
    """From the rows of the wave to those where the rule gives a value; what it fits is fitted on the wave."""
    earlier = [Rule(name, checked) for name, checked in tried.earlier.items()]
    name = "rule"
    while name in tried.earlier:
        name += "_"
    rules = (*earlier, Rule(name, tried.checked))
    items = sorted({item for rule in rules for item in rule.checked.items})
    (found,) = engine.waterfalls(Plan(here.source(items), rules, contexts=here.tables), [name])
    return found


def covered(here: Ground, tried: Tried, language: str = "en", engine: DuckEngine = ENGINE) -> Coverage:
    """Every code and absence that the wave holds against what the rule makes of it."""
    earlier = [Rule(name, checked) for name, checked in tried.earlier.items()]
    items = {item for checked in (tried.checked, *tried.earlier.values()) for item in checked.items}
    data = Plan(here.source(sorted(items)), tuple(earlier), contexts=here.tables)
    derived: dict[str, Possible] = {}
    for name, checked in tried.earlier.items():
        derived[name] = possible(checked.root, derived)
    return coverage(tried.checked, observed(here, tried.checked.items), language, engine, data, derived)


def observed(here: Ground, items: Iterable[str]) -> dict[str, Observed]:
    """What items hold in the wave, from the frequencies counted at import."""
    return {
        name: Observed.from_frequencies(here.items[name].frequencies, here.items[name].code_map)
        for name in items
        if name in here.items
    }
