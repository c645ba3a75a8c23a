"""From waves to printed tables: what rests on what, and whether it still holds, with the causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.core.hypotheses import read_register
from analytics.models import HypothesisRegister, Run, Target
from analytics.selectors.graph_of_data import DataNodes
from analytics.selectors.graph_parts import KINDS, Node, PrintedCell, worst
from analytics.selectors.latest import latest_runs
from analytics.selectors.published import compare_to, latest_beside
from analytics.selectors.shown import shown_to
from analytics.selectors.standing import run_freshness
from measures.core.freshness import FRESH, Freshness, State, stale
from measures.models import DatasetVersion
from measures.selectors import one_look
from surveys.models import Study, User


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which one rests on another; ``needs`` of each are keys of earlier ones."""

    study: Study
    nodes: tuple[Node, ...]
    users: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.nodes if node.kind == kind]

    def layers(self) -> list[tuple[str, list[Node], list[Node]]]:
        """(kind, nodes that do not hold, nodes that do) of every kind that there is."""
        told = []
        for kind in KINDS:
            nodes = self.of_kind(kind)
            holding = [node for node in nodes if node.freshness.is_fresh]
            if nodes:
                told.append((kind, [node for node in nodes if not node.freshness.is_fresh], holding))
        return told

    def counts(self) -> dict[str, int]:
        """State -> number of nodes."""
        states = [str(node.freshness.state) for node in self.nodes]
        return {str(state): states.count(str(state)) for state in State}

    def named(self, keys: Iterable[str]) -> list[Node]:
        by_key = {node.key: node for node in self.nodes}
        return [by_key[key] for key in keys if key in by_key]

    def as_json(self) -> dict[str, Any]:
        return {
            "study": self.study.slug,
            "counts": self.counts(),
            "nodes": [node.as_json() | {"goes_into": list(self.users[node.key])} for node in self.nodes],
        }


def graph_of_study(user: User, study: Study) -> Graph:
    """The latest version of every dataset, the latest run of every question, and what lies round them."""
    with one_look():
        runs = latest_runs(user, study)
        data = DataNodes(study)
        data.add_datasets()
        return _graph(study, runs, data, list(study.targets.all()), list(study.hypotheses.all()))


def graph_of_run(user: User, run: Run) -> Graph:
    """What one run rests on, measure by measure, and what stands on it, to the printed cell."""
    study, run = run.study, shown_to(user, run)
    with one_look():
        data = DataNodes(study, only=frozenset(run.inputs))
        targets = [one for one in study.targets.all() if run.pk in latest_beside(one)]
        slug = run.analysis.slug if run.analysis else ""
        registers = [one for one in study.hypotheses.all() if slug in _analyses(one)]
        found = _graph(study, [run], data, targets, registers)
    cells = {f"target:{one.slug}": tuple(_cells(user, run, one)) for one in targets}
    nodes = (replace(node, cells=cells.get(node.key, ())) for node in found.nodes)
    return replace(found, nodes=tuple(nodes))


def _cells(user: User, run: Run, target: Target) -> Iterator[PrintedCell]:
    """The printed cells that the run stands beside, with the verdict on each."""
    comparison = compare_to(user, run, target)
    for row in comparison.rows if comparison is not None else ():
        for cell in row.cells:
            if cell is not None:
                yield PrintedCell(row.term, row.label, cell.column, cell.printed, cell.shown, cell.verdict)


def _graph(
    study: Study,
    runs: list[Run],
    data: DataNodes,
    targets: list[Target],
    registers: list[HypothesisRegister],
) -> Graph:
    made = [_run_node(run, data) for run in runs]
    by_pk = dict(zip((run.pk for run in runs), made, strict=True))
    printed = [_target_node(one, [by_pk[pk] for pk in latest_beside(one) if pk in by_pk]) for one in targets]
    tested = [_register_node(one, runs, made) for one in registers]
    nodes = (*data.nodes(), *made, *printed, *tested)
    users: dict[str, list[str]] = {node.key: [] for node in nodes}
    for node in nodes:
        for key in node.needs:
            if key in users:
                users[key].append(node.key)
    return Graph(study, nodes, {key: tuple(found) for key, found in users.items()})


def _run_node(run: Run, data: DataNodes) -> Node:
    subject = run.subject
    needs = data.add(subject) if isinstance(subject, DatasetVersion) else data.add_wave(subject)
    called = run.analysis.slug if run.analysis else run.kind
    freshness = run_freshness(run)
    return Node(
        key=f"run:{run.pk}",
        kind="run",
        name=f"#{run.pk} {called}",
        freshness=freshness,
        url=reverse("analytics:run", args=[run.pk]),
        needs=(needs,),
        remark=_("gave no numbers") if run.state == "failed" else "",
    )


def _target_node(target: Target, runs: list[Node]) -> Node:
    url = reverse("analytics:target", args=[target.study.slug, target.slug])
    none = stale(_("no run stands beside it"), step=_("Run an analysis that names it."))
    n = target.cells.count()
    return Node(
        key=f"target:{target.slug}",
        kind="target",
        name=target.slug,
        freshness=_from(runs) if runs else none,
        url=url,
        needs=tuple(one.key for one in runs),
        remark=_("%(n)s printed figures") % {"n": n},
    )


def _register_node(register: HypothesisRegister, runs: list[Run], nodes: list[Node]) -> Node:
    tested = _analyses(register)
    beside = [
        node for run, node in zip(runs, nodes, strict=True) if run.analysis and run.analysis.slug in tested
    ]
    none = stale(_("none of its analyses was run"), step=_("Run them."))
    return Node(
        key=f"hypotheses:{register.slug}",
        kind="hypotheses",
        name=register.slug,
        freshness=_from(beside) if beside else none,
        url=reverse("analytics:hypotheses", args=[register.study.slug, register.slug]),
        needs=tuple(one.key for one in beside),
    )


def _analyses(register: HypothesisRegister) -> tuple[str, ...]:
    return read_register(register.register).analyses


def _from(runs: list[Node]) -> Freshness:
    """What is printed or tested beside runs holds as long as each of them does."""
    state = worst(one.freshness.state for one in runs)
    if state is State.FRESH:
        return FRESH
    return Freshness(state, tuple(dict.fromkeys(_told(runs))), _("Run again what the causes name."))


def _told(runs: list[Node]) -> Iterator[str]:
    for one in runs:
        for cause in one.freshness.causes:
            yield f"{one.name}: {cause}"
