"""Answers about the person, the move, work, money and the place, each from its latent.

The order of the functions in :func:`answer` is the order in which chance is used: it is part of the
recipe, as another order would be another draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from studies.mdms.generate.latents import Draw
from studies.mdms.generate.ranks import Floats, Ints, amounts, highest, ordinal, quantiles

Answers = dict[str, Any]  # variable -> column of shape (n,)
NOT_ASKED = -8


def answer(draw: Draw) -> Answers:
    """Columns of questionnaire blocks A to C up to the occupation, as raw codes."""
    answers: Answers = {}
    for block in (_person, _work, _money, _place, _move, _home):
        answers |= block(draw, answers)
    return answers


def pick(draw: Draw, options: Mapping[Any, float], size: int) -> Ints:
    """``size`` codes drawn with the given shares."""
    return draw.rng.choice(list(options), size, p=list(options.values()))


def _person(draw: Draw, _: Answers) -> Answers:
    want, rng, n = draw.spec.margins, draw.rng, draw.n
    born = want["age"]
    curve = stats.beta(born["alpha"], born["beta"], born["low"], born["width"]).ppf
    age = np.round(quantiles(draw.latent["age"], curve))
    age = np.clip(age, born["youngest"], born["oldest"]).astype(int)
    month = rng.integers(1, 13, n)
    others = want["han"]["other_groups"]
    is_han = highest(draw.latent["han"], want["han"]["ones"]) == 1
    hukou = want["rural_hukou"]
    answers = {
        "q_sex": np.where(highest(draw.latent["male"], want["male"]["ones"]) == 1, 1, 2),
        "q_birth_year": want["survey"]["year"] - age - (month > want["survey"]["month"]),
        "q_birth_month": month,
        "q_ethnic": np.where(is_han, 1, rng.integers(min(others), max(others) + 1, n)),
        "q_edu": ordinal(draw.latent["edu"], want["education"]),
        "q_marital": _marital(draw, want["marital"]),
    }
    is_rural = highest(draw.latent["hukou"], hukou["ones"]) == 1
    elsewhere = np.where(rng.random(n) < hukou["non_rural_among_others"], 2, 3)
    answers["q_hukou"] = np.where(is_rural, 1, elsewhere)
    return answers


def _marital(draw: Draw, want: dict[str, Any]) -> Ints:
    """1 for the lowest latents; of the others the oldest are remarried, divorced or widowed."""
    code = np.zeros(draw.n, dtype=np.int64)
    order = np.argsort(draw.latent["marry"], kind="stable")
    code[order[: want["unmarried"]]] = 1
    married = draw.rng.permutation(order[want["unmarried"] :])
    code[married] = 2
    noise = draw.rng.normal(size=len(married)) * want["noise_sd"]
    oldest = married[np.argsort(-(draw.latent["age"][married] + noise))]
    start = 0
    for value, status in ((3, "remarried"), (4, "divorced"), (5, "widowed")):
        code[oldest[start : start + want[status]]] = value
        start += want[status]
    return code


def _work(draw: Draw, _: Answers) -> Answers:
    want, rng = draw.spec.margins, draw.rng
    counts, contract = want["employment"], want["contract"]
    is_employee = highest(draw.latent["emp"], counts["employee"]) == 1
    status = np.where(is_employee, 1, 3)
    others = np.flatnonzero(~is_employee)
    ranked = others[np.argsort(-(draw.latent["inc"][others] + rng.normal(size=len(others))))]
    status[ranked[: counts["employer"]]] = 2
    status[ranked[-counts["not_working"] :]] = 4
    asked = np.flatnonzero(is_employee)
    longest = asked[np.argsort(-draw.latent["long"][asked])[: contract["long"]]]
    kind = np.full(draw.n, NOT_ASKED)
    kind[asked] = np.where(np.isin(asked, longest), 1, pick(draw, contract["others"], len(asked)))
    hours = want["hours"]
    worked = quantiles(draw.latent["hours"], stats.norm(hours["mean"], hours["sd"]).ppf)
    worked = np.clip(np.round(worked), hours["fewest"], hours["most"]).astype(int)
    return {"q_empstat": status, "q_contract": kind, "q_hours": worked}


def _money(draw: Draw, _: Answers) -> Answers:
    answers = {}
    for name, latent in (("income", "inc"), ("expenditure", "exp")):
        want = dict(draw.spec.margins[name])
        step, least = want.pop("step"), want.pop("least")
        raw = amounts(draw.latent[latent], **want)
        answers[f"q_{name}"] = np.maximum(np.round(raw / step) * step, least).astype(int)
    return answers


def _place(draw: Draw, _: Answers) -> Answers:
    want, rng = draw.spec.margins, draw.rng
    place, near = want["community"], want["neighbours"]
    is_good = highest(draw.latent["comm"], place["good"]) == 1
    good, other = pick(draw, place["good_kinds"], draw.n), pick(draw, place["other_kinds"], draw.n)
    level = ordinal(draw.latent["neigh"], near["shares"])
    number = round(near["not_sure"] * draw.n)
    unsure = rng.choice(np.flatnonzero(level == 2), number, replace=False)
    neighbours = np.array(near["codes"])[level - 1]
    neighbours[unsure] = near["not_sure_code"]
    return {
        "q_community": np.where(is_good, good, other),
        "q_neighbours": neighbours,
        **chosen(draw, "q_act", "act", want["activities"]),
    }


def chosen(draw: Draw, block: str, latent: str, want: dict[str, Any]) -> Answers:
    """A multiple-response block: how many options from the latent, which ones by weighted chance."""
    number = ordinal(draw.latent[latent], want["numbers"]) - 1
    options = len(want["weights"])
    luck = draw.rng.gumbel(size=(draw.n, options)) + np.log(np.array(want["weights"]))
    place = (-luck).argsort(axis=1).argsort(axis=1)
    return {f"{block}_{k + 1}": (place[:, k] < number).astype(int) for k in range(options)}


def _move(draw: Draw, _: Answers) -> Answers:
    want, survey = draw.spec.margins, draw.spec.margins["survey"]
    stay = want["duration"]
    years = quantiles(draw.latent["dur"], stats.gamma(stay["shape"], scale=stay["scale"]).ppf)
    months = np.minimum(np.round(years * 12), stay["most_months"]).astype(int)
    moved = survey["year"] * 12 + survey["month"] - 1 - months
    reason = want["business_reason"]
    answers: Answers = {"q_move_year": moved // 12, "q_move_month": moved % 12 + 1, "q_range": _range(draw)}
    for_business = highest(draw.latent["biz"], reason["ones"]) == 1
    answers["q_reason"] = np.where(for_business, 1, pick(draw, reason["others"], draw.n))
    return answers


def _range(draw: Draw) -> Ints:
    """1 between provinces, 2 within the province, 3 within the city: exact counts in every city."""
    code = np.full(draw.n, 2)
    for index, city in enumerate(draw.spec.cities):
        here = np.flatnonzero(draw.city == index)
        ranked = here[np.argsort(-draw.latent["range"][here])]
        code[ranked[: city.between_provinces]] = 1
        if city.within_city:
            code[ranked[-city.within_city :]] = 3
    short = draw.spec.margins["between_provinces"] - int((code == 1).sum())
    if short:
        codes = [city.code for city in draw.spec.cities]
        there = draw.city == codes.index(draw.spec.margins["make_good_in"])
        code[draw.rng.choice(np.flatnonzero((code == 2) & there), short, replace=False)] = 1
    return code


def _home(draw: Draw, answers: Answers) -> Answers:
    want, rng, n = draw.spec.margins, draw.rng, draw.n
    home = chosen(draw, "q_worry", "home", want["worries"])
    home["q_land_mu"] = _land(draw, want["land"])
    home["q_training"] = np.where(highest(draw.latent["train"], want["training"]["ones"]) == 1, 1, 2)
    work = want["occupation"]
    mixed = work["education_weight"] * draw.latent["edu"] + work["noise_weight"] * rng.normal(size=n)
    groups = len(work["shares"])
    home["q_occupation"] = groups + 1 - ordinal(mixed, work["shares"][::-1])
    idle = (home["q_occupation"] == groups) & (rng.random(n) < want["hours"]["none_in_last_occupation"])
    home["q_hours"] = np.where(idle, 0, answers["q_hours"])
    return home


def _land(draw: Draw, want: dict[str, Any]) -> Floats:
    normal = quantiles(draw.latent["land"], stats.norm.ppf)
    outliers = draw.rng.choice(draw.n, want["outliers"], replace=False)
    area = np.exp(want["log_mean"] + want["log_sd"] * normal) - want["shift"]
    area = np.where(normal < stats.norm.ppf(want["without"]), 0, area)
    area = np.round(np.clip(area, 0, want["most"]), 1)
    area[outliers] = draw.rng.choice(want["outlier_sizes"], want["outliers"])
    return area
