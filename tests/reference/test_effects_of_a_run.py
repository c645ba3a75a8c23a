"""Average marginal effects as a run gives them, from formula to result, against R's marginaleffects."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.core.kinds import read_spec, run_spec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column
from tests.reference.cases import load

RELATIVE = 1e-5  # R's delta method takes its derivatives by differences

FORMULAS = [
    ("main", "k5 + k618 + age + wc + hc + lwg + inc", ()),
    ("square", "k5 + age + I(age^2) + wc + lwg + inc", ("age",)),
    ("square", "k5 + center(age) + I(center(age)^2) + wc + lwg + inc", ("age",)),
    ("interaction", "k5 + wc*inc + C(ageg) + lwg", ("inc", "wc", "C(ageg)[b37_42]", "C(ageg)[d49plus]")),
    ("interaction", "k5 + wc*center(inc) + ageg + lwg", ("inc", "wc", "ageg[c43_48]")),
]


@pytest.mark.parametrize(("model", "terms", "some"), FORMULAS)
def test_effects_of_a_run(shared: Path, model: str, terms: str, some: tuple[str, ...]) -> None:
    case = load(shared / "reference/stats/mroz_logit")
    numbers = ("lfp", "k5", "k618", "age", "wc", "hc", "lwg", "inc")
    frame = {name: column(name, case.numbers(name).tolist(), ValueType.DECIMAL) for name in numbers}
    frame["ageg"] = column("ageg", case.rows["ageg"].to_list(), ValueType.TEXT)
    outcome = run_spec(read_spec(f"kind: logit\nformula: lfp ~ {terms}"), frame)
    (fitted,) = outcome.result["models"]
    ours = {one["term"]: one for one in fitted["result"]["marginal_effects"]}
    reference = case.reference[model]["ame"]
    theirs = {"age": "age_through_square"} if model == "square" else {}
    for term in some or reference:
        name = theirs.get(term, term).replace("C(ageg)[", "ageg").replace("ageg[", "ageg").rstrip("]")
        assert ours[term]["estimate"] == pytest.approx(reference[name]["ame"], rel=RELATIVE)
        assert ours[term]["std_error"] == pytest.approx(reference[name]["se"], rel=RELATIVE)
