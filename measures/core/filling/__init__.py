"""Forms that write rules: what stands in their boxes as nodes, and the nodes of a rule as boxes.

    form = Recoding("q_sex", rows=(("1", "1"), ("2", "0")))
    write(form.node())                       # recode(q_sex, {1: 1, 2: 0})
    filled(parse("recode(q_sex, {1: 1, 2: 0})"))   # the same form again

``form.node()`` raises ``Refused`` with every box that is not filled as it must be.  What a rule of these
nodes means, and whether it is right, is said where all rules are checked.
"""

from __future__ import annotations

from collections.abc import Mapping

from measures.core.filling.cases import Asked, Choosing, Line
from measures.core.filling.pieces import Unfit
from measures.core.filling.sets import Combining, Factor
from measures.core.filling.values import Banding, Recoding, Reversing, Scoring
from measures.core.language.nodes import Node

Form = Recoding | Banding | Reversing | Combining | Choosing | Scoring | Factor

KINDS: Mapping[str, type[Form]] = {
    "recode": Recoding,
    "band": Banding,
    "reverse": Reversing,
    "combine": Combining,
    "case": Choosing,
    "score": Scoring,
    "factor": Factor,
}

__all__ = [
    "KINDS",
    "Asked",
    "Banding",
    "Choosing",
    "Combining",
    "Factor",
    "Form",
    "Line",
    "Recoding",
    "Reversing",
    "Scoring",
    "filled",
    "kind_of",
]


def filled(node: Node) -> Form | None:
    """The form that says what ``node`` says; None where a rule says more than a form holds."""
    for kind in KINDS.values():
        try:
            return kind.of(node)
        except Unfit:
            continue
    return None


def kind_of(form: Form) -> str:
    """The name of a form's kind."""
    return next(name for name, kind in KINDS.items() if isinstance(form, kind))
