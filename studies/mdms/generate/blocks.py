"""Memberships, insurances and attitude items."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from studies.mdms.generate import rules
from studies.mdms.generate.answers import Answers
from studies.mdms.generate.latents import Draw
from studies.mdms.generate.ranks import Floats, Ints, highest, ordinal


def answer_blocks(draw: Draw, answers: Answers) -> Answers:
    """``answers`` with the organisation, insurance, exclusion, ladder and willingness items added."""
    answers = answers | _organisations(draw) | _insurances(draw)
    answers |= _scale(draw, "q_excl", draw.latent["excl"], draw.spec.margins["exclusion"])
    status = _status(draw, rules.derive(answers, draw))
    answers |= _scale(draw, "q_ladder", status, draw.spec.margins["ladders"])
    return answers | _scale(draw, "q_will", draw.latent["will"], draw.spec.margins["willingness"])


def _organisations(draw: Draw) -> Answers:
    want = draw.spec.margins["organisations"]
    members = {kind: highest(draw.latent[name], want[kind]["ones"]) for kind, name in _KINDS.items()}
    formal = _at_least_one(draw, members["formal"], want["formal"]["options"])
    informal = _at_least_one(draw, members["informal"], want["informal"]["options"])
    other = (draw.rng.random(draw.n) < want["other"]).astype(int)
    return {f"q_org_{name}": column for name, column in {**formal, **informal, "other": other}.items()}


_KINDS = {"informal": "isp", "formal": "fsp"}


def _at_least_one(draw: Draw, is_member: Ints, options: Mapping[str, float]) -> dict[str, Ints]:
    """Each option with its share among members, and one for members who would have none."""
    shares = np.array(list(options.values()))
    ticked = (draw.rng.random((draw.n, len(shares))) < shares).astype(int)
    empty = ticked.sum(axis=1) == 0
    ticked[empty, draw.rng.choice(len(shares), empty.sum(), p=shares / shares.sum())] = 1
    return dict(zip(options, (ticked * is_member[:, None]).T, strict=True))


def _insurances(draw: Draw) -> Answers:
    held = {}
    for name, (loading, share) in draw.spec.margins["insurances"].items():
        latent = _mixed(draw, draw.latent["ins"], loading)
        held[f"q_ins_{name}"] = (latent > stats.norm.ppf(1 - share)).astype(int)
    return held


def _mixed(draw: Draw, latent: Floats, loading: float) -> Floats:
    """``latent`` and fresh noise, in the shares that make ``loading`` their correlation."""
    return loading * latent + math.sqrt(1 - loading**2) * draw.rng.normal(size=draw.n)


def _scale(draw: Draw, block: str, latent: Floats, want: dict[str, Any]) -> Answers:
    items = {}
    for number, loading in enumerate(want["loadings"], start=1):
        code = ordinal(_mixed(draw, latent, loading), want["shares"])
        is_reversed = number == want.get("reversed")
        items[f"{block}_{number}"] = len(want["shares"]) + 1 - code if is_reversed else code
    return items


def _status(draw: Draw, constructs: rules.Constructs) -> Floats:
    """The latent of social status: a line through the other constructs, and noise up to variance 1."""
    want = draw.spec.margins["status"]
    line = np.zeros(draw.n)
    for name, slope in draw.spec.slopes.status.items():
        column = constructs[name]
        line = line + slope * (column - column.mean())
    line = line / want["scale"]
    noise = math.sqrt(max(1 - line.var(ddof=1), want["least_noise"]))
    return np.asarray(line + noise * draw.rng.normal(size=draw.n))
