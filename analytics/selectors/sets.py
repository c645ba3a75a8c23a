"""Multiple-response sets that a specification names: which variables they are in the version it is run on."""

from __future__ import annotations

from dataclasses import replace

from analytics.core.answer_specs import ANSWERS, TICKS, MultipleSpec
from analytics.core.spec import Spec
from analytics.selectors.inputs import Subject
from surveys.core.problems import near_misses, refuse
from surveys.core.said import say
from surveys.models import WaveVersion


def with_set(spec: Spec, version: Subject) -> Spec:
    """``spec`` with the variables of the set that it names; Refused where the version has no such set.

    A specification that came from a run names both: the set of the version then decides.
    """
    if not isinstance(spec, MultipleSpec) or not spec.set:
        return spec
    if not isinstance(version, WaveVersion):
        message = say("{name} is a set, and datasets have none.", name=spec.set)
        raise refuse("unknown_set", message, hint="Name its variables instead.", where="set")
    known = {one.name: one for one in version.response_sets}
    found = known.get(spec.set) or known.get(f"${spec.set}")
    if found is None:
        raise refuse(
            "unknown_set",
            say("There is no multiple-response set {name} in this version.", name=spec.set),
            near=near_misses(spec.set, known),
            where="set",
        )
    form = ANSWERS if found.kind == "C" else TICKS
    counted = None if form == ANSWERS else found.counted_value
    return replace(spec, variables=found.variables, form=form, counted=counted)
