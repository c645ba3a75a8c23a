"""The published coding rules on plain arrays, for drawing the outcome only.

The product derives these constructs with the rules in ``studies/mdms/measures``; the generator keeps its
own short copy because the outcome depends on them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from studies.mdms.generate.latents import Draw
from studies.mdms.generate.ranks import Floats, weighted_score

Constructs = dict[str, Floats]
Answers = dict[str, Any]
CENTRED = ("neighbour_locals", "hometown_pressure", "ln_land", "social_status")
MODERATORS = ("good_community", *CENTRED)
NEIGHBOURS = {1: 1, 3: 2, 2: 3, 4: 2}  # elsewhere, about equal, locals; "not sure" counts as about equal
DUMMIES = {
    "male": ("q_sex", (1,)),
    "han": ("q_ethnic", (1,)),
    "unmarried": ("q_marital", (1,)),
    "first_married": ("q_marital", (2,)),
    "remarried": ("q_marital", (3,)),
    "rural_hukou": ("q_hukou", (1,)),
    "employee": ("q_empstat", (1,)),
    "employer": ("q_empstat", (2,)),
    "long_contract": ("q_contract", (1,)),
    "no_contract": ("q_contract", (-8,)),
    "good_community": ("q_community", (1, 2, 3, 4)),
    "interprovincial": ("q_range", (1,)),
    "intraprovincial": ("q_range", (2,)),
    "business_reason": ("q_reason", (1,)),
    "training": ("q_training", (1,)),
}
COUNTS = {"community_activities": "q_act_", "hometown_pressure": "q_worry_", "insured": "q_ins_"}


def derive(answers: Answers, draw: Draw) -> Constructs:
    """The constructs of Tables 1 and 2, without the outcome; social status only once its items are there."""
    survey = draw.spec.margins["survey"]
    derived = {name: np.isin(answers[item], codes).astype(float) for name, (item, codes) in DUMMIES.items()}
    derived |= {name: block(answers, prefix).sum(axis=1) for name, prefix in COUNTS.items()}
    derived["hukou_constraints"] = 5 - derived.pop("insured")
    derived["isp"] = _any(answers, draw, "informal")
    derived["fsp"] = _any(answers, draw, "formal")
    derived["age"] = survey["year"] - answers["q_birth_year"] - (answers["q_birth_month"] > survey["month"])
    derived["education"], derived["work_hours"] = answers["q_edu"], answers["q_hours"]
    derived |= {f"ln_{name}": np.log(answers[f"q_{name}"]) for name in ("income", "expenditure")}
    derived["ln_land"] = np.log1p(answers["q_land_mu"])
    derived["neighbour_locals"] = np.vectorize(NEIGHBOURS.__getitem__)(answers["q_neighbours"])
    moved = answers["q_move_year"] * 12 + answers["q_move_month"]
    derived["duration"] = (survey["year"] * 12 + survey["month"] - moved) / 12
    exclusion = block(answers, "q_excl_")
    exclusion[:, 0] = 5 - exclusion[:, 0]
    derived["exclusion"] = weighted_score(exclusion)
    if "q_ladder_1" in answers:
        derived["social_status"] = weighted_score(block(answers, "q_ladder_"))
    return {name: np.asarray(column, dtype=float) for name, column in derived.items()}


def block(answers: Answers, prefix: str) -> Floats:
    """The items of a block side by side, shape (n, k)."""
    return np.column_stack([answers[name] for name in answers if name.startswith(prefix)]).astype(float)


def _any(answers: Answers, draw: Draw, kind: str) -> Floats:
    names = [f"q_org_{name}" for name in draw.spec.margins["organisations"][kind]["options"]]
    return np.asarray(np.column_stack([answers[name] for name in names]).any(axis=1))


def terms_of_model_3(constructs: Constructs) -> Constructs:
    """Main effects with the moderators centred as in Model 3, and the ten products."""
    terms = dict(constructs)
    for name in CENTRED:
        terms[name] = constructs[name] - constructs[name].mean()
    for participation in ("isp", "fsp"):
        for moderator in MODERATORS:
            terms[f"{participation}:{moderator}"] = constructs[participation] * terms[moderator]
    return terms
