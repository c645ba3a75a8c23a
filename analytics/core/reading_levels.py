"""Reading what a specification says of groups: which, what differs between them, and how it is estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from analytics.core.fields import Fields
from analytics.core.formula import Formula, by_group, centred
from analytics.core.reading_choices import read_outcome
from analytics.core.spec import METHODS, MOST_NODES, MULTILEVEL, NODES, ModelSpec
from surveys.core.said import say


def read_shared(fields: Fields, kind: str, *, inherited: bool = False) -> dict[str, Any]:
    """The fields that every model has; groups, random terms and methods belong to some kinds only."""
    groups, random = fields.text("groups"), _random(fields)
    given = fields.mapping("method")
    where, multilevel = fields.where_rows(), kind in MULTILEVEL
    if multilevel and not groups:
        hint = "Name the variable of the groups, as in groups: city."
        fields.wrong(
            "groups", say("A {kind} model needs its groups.", kind=kind), code="missing_field", hint=hint
        )
    for name, value in (("groups", groups), ("random", random)):
        if value and not multilevel and kind and not inherited:
            message = say("A {kind} model has no groups.", kind=kind)
            fields.wrong(name, message, hint="Use multilevel_linear or multilevel_logit.")
    method = _method(fields, kind, given, inherited=inherited)
    if multilevel and random is not None and method.get("approximation") == "quadrature":
        fields.wrong(
            "method",
            "Quadrature is for a random intercept alone: with random slopes its points would multiply.",
            hint="Leave “random” out, or ask for approximation: laplace.",
        )
    return {
        "kind": kind,
        "groups": groups if multilevel else "",
        "random": random if multilevel else None,
        "method": method,
        "where": where,
        **read_outcome(fields, kind, inherited=inherited),
    }


@dataclass(frozen=True)
class Centring:
    """Which variables are centred, on the mean of all rows or on those of the groups."""

    overall: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        return (*sorted(self.overall), *sorted(self.within))

    def of(self, fields: Fields, spec: ModelSpec) -> ModelSpec:
        """The model centred in its formula and in its random terms alike; what needs groups has them."""
        random = spec.random
        if random is not None:
            random = centred(random, self.overall, self.within, with_means=False)
        made = replace(spec, formula=centred(spec.formula, self.overall, self.within), random=random)
        needing = next((atom for one in made.formulas for atom in by_group(one)), None)
        if needing is not None and not made.groups:
            message = say(
                "{text} needs groups, and a {kind} model has none.", text=needing.text, kind=made.kind
            )
            fields.wrong("formula", message, hint="Use multilevel_linear or multilevel_logit.")
        outcome = made.formula.outcome
        if outcome is not None and any(True for _ in by_group(Formula((), True, outcome))):
            fields.wrong("formula", "An outcome is not taken within groups: the model does that.")
        return made


def read_centring(fields: Fields) -> Centring:
    """``center: [x]``, or ``center: {x: group, z: sample}``: by name, on which mean."""
    if not isinstance(fields.data.get("center"), dict):
        return Centring(frozenset(fields.names("center")))
    chosen: dict[str, set[str]] = {"sample": set(), "group": set()}
    for name, mean in fields.mapping("center").items():
        if mean in chosen:
            chosen[mean].add(name)
        else:
            message = say("“{name}” is centred on the mean of the sample or of the group.", name=name)
            fields.wrong("center", message, hint="Write group or sample beside its name.")
    return Centring(frozenset(chosen["sample"]), frozenset(chosen["group"]))


def _random(fields: Fields) -> Formula | None:
    """``random: 1 + x``: the constant and the terms whose slopes differ; None where it is the constant."""
    found = fields.formula("random")
    if found is None:
        return None
    if found.outcome is not None:
        fields.wrong("random", "The random part has no outcome.", hint="Write random: 1 + x.")
        return None
    if not found.intercept:
        fields.wrong(
            "random",
            "Groups that differ in a slope differ in the constant too; it cannot be left out.",
            hint="Write random: 1 + x.",
        )
        return None
    return found if found.terms else None


def _method(fields: Fields, kind: str, given: Mapping[str, Any], *, inherited: bool) -> dict[str, str | int]:
    """The choices of a model's kind, those not made at their defaults."""
    known = METHODS.get(kind, {})
    method: dict[str, str | int] = {name: options[0] for name, options in known.items()}
    nodes = given.get("nodes")
    for name, value in given.items():
        if name == "nodes" and "approximation" in known:
            continue
        if name not in known:
            if not inherited or not (name == "nodes" or any(name in own for own in METHODS.values())):
                fields.wrong(
                    "method",
                    say("A {kind} model has no choice called “{name}”.", kind=kind, name=name),
                    hint=_choices(kind),
                )
        elif value not in known[name]:
            fields.wrong(
                "method",
                say("“{value}” is not a {name} of {kind}.", value=value, name=name, kind=kind),
                hint=say("One of {known}.", known=known[name]),
            )
        else:
            method[name] = str(value)
    if "approximation" in known:
        method |= _nodes(fields, nodes, is_quadrature=method["approximation"] == "quadrature")
    return method


def _nodes(fields: Fields, nodes: Any, *, is_quadrature: bool) -> dict[str, int]:
    """How many points a quadrature takes in each group; the Laplace approximation is that of one."""
    if nodes is not None and (isinstance(nodes, bool) or not isinstance(nodes, int)):
        nodes = 0
    if nodes is not None and not 1 <= nodes <= MOST_NODES:
        fields.wrong("method", say("“nodes” must be a whole number from 1 to {most}.", most=MOST_NODES))
    elif is_quadrature:
        return {"nodes": NODES if nodes is None else nodes}
    elif nodes not in (None, 1):
        fields.wrong(
            "method",
            "The Laplace approximation has one node.",
            hint="Ask for approximation: quadrature to have more.",
        )
    return {}


def _choices(kind: str) -> str:
    """What ``method`` may say for a model of this kind."""
    choices = [f"{name}: {option}" for name, options in METHODS.get(kind, {}).items() for option in options]
    if choices:
        return say("It has these: {choices}.", choices=choices)
    return say("It has none: leave “method” out.") if kind in METHODS else ""
