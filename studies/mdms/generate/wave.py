"""The whole wave: one draw, its faults, and the columns in the order of the questionnaire."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from studies.making.sav import Columns
from studies.mdms.generate.answers import Answers, answer
from studies.mdms.generate.blocks import answer_blocks
from studies.mdms.generate.identity import add_identity
from studies.mdms.generate.latents import Draw, draw_latents
from studies.mdms.generate.ranks import Ints
from studies.mdms.generate.spec import SEED, Spec, read_spec

NO_ANSWER = -9


def generate(seed: int = SEED, spec: Spec | None = None) -> Columns:
    """The columns of the wave by variable, each of shape (15999,), for one seed."""
    draw, answers = draw_answers(seed, spec)
    spec = draw.spec
    answers = _with_unanswered(draw, answers | _where(draw))
    rng = np.random.default_rng(spec.faults["seed"])
    answers["q_contract"] = _contract_gaps(spec, answers, rng)
    answers["interview_date"] = _interview_dates(spec, answers, rng)
    answers["rid"] = np.arange(1, len(answers["city"]) + 1)
    return {name: answers[name] for name in spec.codebook.names}


def draw_answers(seed: int, spec: Spec | None = None) -> tuple[Draw, Answers]:
    """The draw and the answers of everyone with an identity answer, before faults are planted."""
    draw = draw_latents(spec or read_spec(), np.random.default_rng(seed))
    return draw, add_identity(draw, answer_blocks(draw, answer(draw)))


def _where(draw: Draw) -> Answers:
    city = np.array([one.code for one in draw.spec.cities])[draw.city]
    return {"city": city, "community_id": city * 100 + draw.community + 1}


def _with_unanswered(draw: Draw, answers: Answers) -> Answers:
    """The records without an identity answer at the end of their city: another record's other answers."""
    order: list[int] = []
    extra: list[int] = []
    for index, city in enumerate(draw.spec.cities):
        here = np.flatnonzero(draw.city == index).tolist()
        order += here + here[: city.without_identity]
        extra += range(len(order) - city.without_identity, len(order))
    answers = {name: column[order] for name, column in answers.items()}
    answers["q_local_identity"][extra] = NO_ANSWER
    return answers


def _contract_gaps(spec: Spec, answers: Answers, rng: np.random.Generator) -> Ints:
    """Employees without a long contract who refused, did not know or gave no answer."""
    contract = answers["q_contract"].copy()
    candidates = np.flatnonzero((answers["q_empstat"] == 1) & (contract > 1))
    gaps = spec.faults["contract_without_answer"]
    chosen = rng.choice(candidates, sum(gaps.values()), replace=False)
    contract[chosen] = np.repeat(list(gaps), list(gaps.values()))
    return np.asarray(contract)


def _interview_dates(spec: Spec, answers: Answers, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Days of fieldwork, a few days a community; some with an impossible year."""
    want = spec.faults["interview_date"]
    first: date = want["first"]
    communities, place = np.unique(answers["community_id"], return_inverse=True)
    start = rng.integers(0, want["days"] - 3, len(communities))
    days = np.datetime64(first) + start[place] + rng.integers(0, 4, len(place))
    wrong = rng.choice(len(days), want["impossible"]["records"], replace=False)
    shift = date(want["impossible"]["year"], 1, 1).toordinal() - date(first.year, 1, 1).toordinal()
    days[wrong] = days[wrong] + shift
    return days
