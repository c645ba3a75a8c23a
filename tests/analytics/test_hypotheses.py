"""Hypotheses: read with every problem at once, judged by one rule from print and from runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from analytics.core.hypotheses import Hypothesis, TriedIn, printed_verdict, read_register, verdict_of
from analytics.core.targets import Cell, PublishedTable
from analytics.models import HypothesisRegister
from analytics.selectors import verdicts
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.hypotheses import define_hypotheses
from analytics.services.targets import define_target
from config.study_folder.reading import read_folder
from surveys.core.problems import Refused
from surveys.models import AuditEntry
from tests.analytics.conftest import Desk
from tests.conftest import ROOT
from tests.factories import make_user

ONE = {"text": {"en": "x matters", "zh": "x 有作用"}, "term": "x", "sign": "+", "published": "supported"}
REGISTER: dict[str, Any] = {
    "target": "paper/table2",
    "hypotheses": {
        "H1": ONE | {"tested": {"logit": "first#model1", "linear": "second#model1"}},
        "H2": ONE | {"sign": "-", "tested": {"logit": "first#model1"}},
        "H3": ONE | {"term": "not_there", "tested": {"logit": "first#model1"}},
    },
}


def test_every_problem_at_once() -> None:
    wrong = {
        "level": 5,
        "hypothesis": {},
        "hypotheses": {"H1": {"sign": "up", "tested": {"logit": "table2"}}, "H2": "text"},
    }
    with pytest.raises(Refused) as refused:
        read_register(wrong)
    text = " ".join(problem.sentence() for problem in refused.value.problems)
    for words in (
        "between 0 and 1",
        "“up”",
        "“term” is missing",
        "ANALYSIS#MODEL",
        "fields of H2",
        "hypothesis",
    ):
        assert words in text, words


def _result(estimate: float, p: float) -> dict[str, Any]:
    row = {"term": "x", "estimate": estimate, "std_error": 0.1, "p_value": p}
    model = {"name": "m", "label": "M", "column": "", "columns": [{"name": "x", "key": "x", "term": "x"}]}
    return {"models": [model | {"result": {"estimates": [row]}}]}


@pytest.mark.parametrize(
    ("estimate", "p", "sign", "verdict"),
    [
        (0.3, 0.01, "+", "supported"),
        (0.3, 0.01, "-", "other_sign"),
        (0.3, 0.05, "+", "not_supported"),
        (-0.3, 0.01, "-", "supported"),
    ],
)
def test_the_rule(estimate: float, p: float, sign: str, verdict: str) -> None:
    tested = TriedIn("logit", "a", "m")
    one = Hypothesis("H", {}, "x", sign, (tested,))
    assert verdict_of(one, tested, _result(estimate, p), 0.05).verdict == verdict
    assert (
        verdict_of(one, TriedIn("logit", "a", "other"), _result(estimate, p), 0.05).verdict == "not_computed"
    )


def test_printed_stars_decide_before_z() -> None:
    one = Hypothesis("H", {}, "x", "+", ())
    cells = [Cell("m", "x", "estimate", "0.098"), Cell("m", "x", "se", "0.051")]

    def printed(*more: Cell) -> str:
        return printed_verdict(one, PublishedTable("t", "models", (*cells, *more)), "m", 0.05).verdict

    assert printed() == "not_supported"
    assert printed(Cell("m", "x", "stars", "†")) == "not_supported"
    assert printed(Cell("m", "x", "stars", "*")) == "supported"


def test_the_shipped_register_repeats_the_published_verdicts() -> None:
    """Printed figures by the rule: the linear models give all ten verdicts, the logits all but three."""
    contents = read_folder(ROOT / "studies/mdms")
    (entry,) = contents.hypotheses
    register = read_register(entry.register)
    target = next(one for one in contents.targets if one.slug == register.target)
    table = PublishedTable(target.slug, target.kind, tuple(Cell(**one) for one in target.cells), target.notes)
    by_family: dict[str, list[str]] = {"logit": [], "multilevel_linear": []}
    for one in register.hypotheses:
        for tested in one.tested:
            if tested.family in by_family:
                found = printed_verdict(one, table, tested.model, register.level).verdict
                by_family[tested.family] += [] if found == one.published else [one.name]
    assert len(register.hypotheses) == 10
    assert by_family == {"logit": ["H1a", "H2a", "H4"], "multilevel_linear": []}


def _defined(desk: Desk) -> HypothesisRegister:
    cells = [
        {"column": "model1", "term": "x", "statistic": name, "printed": text}
        for name, text in (("estimate", "0.500"), ("se", "0.100"))
    ]
    define_target(desk.user, desk.study, "paper/table2", kind="models", cells=cells)
    first = define_analysis(
        desk.user,
        desk.study,
        "first",
        spec={"kind": "series", "base": "y ~ x", "models": [{"name": "model1", "kind": "logit"}]},
    )
    run_analysis(desk.user, first, desk.version)
    return define_hypotheses(desk.user, desk.study, "paper", register=REGISTER, labels={"en": "Paper"})


def test_verdicts_by_version_and_family(desk: Desk) -> None:
    found = _defined(desk)
    told = verdicts(desk.user, found)
    (tally,) = told.versions
    assert told.register.families == ("logit", "linear")
    estimate = tally.rows[0][0].estimate
    assert estimate is not None
    expected = "supported" if estimate > 0 else "other_sign"
    assert tally.rows[0][0].verdict in (expected, "not_supported")
    assert tally.rows[0][1].verdict == "not_computed"  # nobody ran the second analysis
    assert tally.rows[2][0].verdict == "not_computed"
    assert [one[0].verdict for one in told.printed] == ["supported", "other_sign", "not_computed"]
    assert told.kinds == ("model1",)


def test_the_same_register_again_changes_nothing(desk: Desk) -> None:
    found = _defined(desk)
    before = AuditEntry.objects.count()
    assert (
        define_hypotheses(desk.user, desk.study, "paper", register=REGISTER, labels={"en": "Paper"}) == found
    )
    assert AuditEntry.objects.count() == before
    with pytest.raises(Refused):
        define_hypotheses(make_user("other"), desk.study, "paper", register=REGISTER)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_and_the_api(client: Client, desk: Desk, language: str) -> None:
    _defined(desk)
    client.force_login(desk.user)
    client.cookies["django_language"] = language
    page = client.get(f"/studies/{desk.study.slug}/hypotheses/paper/")
    assert page.status_code == 200
    assert ("x matters" if language == "en" else "x 有作用") in page.content.decode()
    told = client.get(f"/api/v1/hypotheses/{desk.study.slug}/paper/").json()
    assert [one["hypothesis"] for one in told["hypotheses"]] == ["H1", "H2", "H3"]
    assert told["hypotheses"][0]["printed"]["model1"]["verdict"] == "supported"
    address = f"/api/v1/hypotheses/{desk.study.slug}/other/"
    answer = client.put(address, {"register": REGISTER}, content_type="application/json")
    assert answer.status_code == 200
    assert client.get("/api/v1/hypotheses/").json()["count"] == 2
