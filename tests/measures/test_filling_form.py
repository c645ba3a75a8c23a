"""The form beside the rule, as a browser asks for it: drawn from the text, and written as text."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from measures.core.filling import Recoding
from measures.core.filling.recode_rows import CodeBox, code_rows
from tests.factories import make_member, make_study
from tests.measures.conftest import MALE, Room

FORM = "/admin/measures/measure/form/"
WRITTEN = "/admin/measures/measure/written/"


@pytest.fixture
def researcher(room: Room, client: Client) -> Client:
    client.force_login(room.user)
    return client


def drawn(client: Client, room: Room, rule: str = "", **more: Any) -> str:
    sent = {"study": room.study.pk, "wave": room.version.pk, "rule": rule} | more
    return str(client.post(FORM, sent).content.decode())


def written(client: Client, room: Room, kind: str, **boxes: Any) -> dict[str, Any]:
    sent = {"study": room.study.pk, "f_kind": kind} | {f"f_{name}": value for name, value in boxes.items()}
    return dict(json.loads(client.post(WRITTEN, sent).content))


def boxes(page: str, name: str) -> list[str]:
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', one)[1] for one in found]  # type: ignore[index]


@pytest.mark.parametrize(
    ("kind", "sent", "rule"),
    [
        (
            "recode",
            {"item": "q_sex", "from": ["1", "2", ""], "to": ["1", "0", ""], "other_how": "value",
             "other": "9", "reason": ["refused"], "reason_to": ["missing:no_answer"]},
            'recode(q_sex, {1: 1, 2: 0, missing("refused"): missing("no_answer")}, other=9)',
        ),
        ("recode", {"item": "q_sex", "from": ["1"], "to": ["5"], "other_how": "keep"},
         "recode(q_sex, {1: 5}, other=q_sex)"),
        ("band", {"item": "q_income", "cuts": "100，200"}, "band(q_income, 100, 200)"),
        ("reverse", {"item": "q_home", "low": "1", "high": "3"}, "reverse(q_home, low=1, high=3)"),
        ("combine", {"function": "any_of", "items": ["q_union", "q_party", ""]}, "any_of(q_union, q_party)"),
        ("combine", {"function": "count_of", "items": ["q_home"], "holds": "1, 3", "at_least": "1"},
         "count_of(q_home in (1, 3), at_least=1)"),
        (
            "case",
            {"line": ["0", "0", "1", "2"], "asked_item": ["q_sex", "q_union", "q_home", ""],
             "operator": ["==", "holds", "missing", "=="], "value": ["1", "", "refused", ""],
             "line_to": ["1", "0", ""], "otherwise": "2"},
            'case((q_sex == 1 and q_union, 1), (is_missing(q_home, "refused"), 0), otherwise=2)',
        ),
        ("score", {"function": "quantile_band", "item": "q_income", "bands": "4"},
         "quantile_band(q_income, 4)"),
        ("factor", {"items": ["q_union", "q_party"], "method": "minres", "scores": "regression"},
         'factor_score(q_union, q_party, method="minres")'),
        (
            "factor",
            {"items": ["q_union", "q_party"], "method": "principal", "scores": "regression",
             "factors": "2", "rotation": "varimax", "factor": "1"},
            'factor_score(q_union, q_party, rotation="varimax", factors=2)',
        ),
        ("combine", {"function": "mean_of", "items": ["q_home", "q_sex"], "turned": "q_sex"},
         "mean_of(q_home, reverse(q_sex))"),
    ],
)  # fmt: skip
def test_boxes_write_a_rule_and_the_rule_fills_the_boxes(
    researcher: Client, room: Room, kind: str, sent: dict[str, Any], rule: str
) -> None:
    assert written(researcher, room, kind, **sent) == {"rule": rule, "problems": []}
    page = drawn(researcher, room, rule)
    assert f'<option value="{kind}" selected>' in page
    again = {name: boxes(page, f"f_{name}") for name in ("item", "from", "to", "cuts", "items", "asked_item")}
    for name, values in again.items():
        told = sent.get(name, [])
        told = [told] if isinstance(told, str) else told
        if name != "cuts":
            assert [one for one in values if one][: len(told)] == [one for one in told if one]


def test_codes_stand_with_labels_rows_and_outcomes(researcher: Client, room: Room) -> None:
    page = drawn(researcher, room, MALE)
    assert boxes(page, "f_from") == ["1", "2", ""] and boxes(page, "f_to") == ["1", "0", ""]
    assert "male" in page and boxes(page, "f_reason") == []
    page = drawn(researcher, room, "recode(q_home, {1: 0})")
    assert "old town" in page and boxes(page, "f_reason") == ["refused", "dont_know"]


def test_a_label_stands_for_its_code_and_a_range_stays_a_range() -> None:
    form = Recoding("x", (('"Yes"', "1"), ("2..3", "0"), ("9", "5")))
    labels = [(1, {"en": "yes", "zh": "是"}), (2, {"en": "no"}), (3, {})]
    assert code_rows(form, labels) == (
        [CodeBox("1", "1"), CodeBox("2", "", "0"), CodeBox("3", "", "0")],
        [("2..3", "0"), ("9", "5")],
    )
    assert code_rows(Recoding("x", (("1; 2, 3", "1"),)), labels)[1] == [("1; 2, 3", "1")]


def test_what_is_lacking_is_said_in_the_language_of_the_page(researcher: Client, room: Room) -> None:
    assert written(researcher, room, "band")["problems"][0] == "No item is chosen yet."
    sent = {"study": room.study.pk, "f_kind": "band"}
    answer = researcher.post(WRITTEN, sent, headers={"accept-language": "zh-hans"})
    assert json.loads(answer.content)["problems"][0] == "尚未选择题项。"


def test_a_rule_that_says_more_is_told_so(researcher: Client, room: Room) -> None:
    for rule in ("ln(q_income) + 1", "any_of("):
        page = drawn(researcher, room, rule)
        assert 'id="says-more"' in page and " selected>choose" in page
    assert 'id="says-more"' not in drawn(researcher, room)


def test_another_kind_keeps_the_items(researcher: Client, room: Room) -> None:
    page = drawn(researcher, room, "any_of(q_union, q_party)", kind="factor", f_kind="combine",
                 f_items=["q_union", "q_party"])  # fmt: skip
    assert boxes(page, "f_items") == ["q_union", "q_party", ""]
    assert boxes(drawn(researcher, room, kind="band", f_items="q_home"), "f_item") == ["q_home"]


def test_an_item_chosen_anew_draws_its_codes(researcher: Client, room: Room) -> None:
    page = drawn(researcher, room, "q_sex", redraw="1", f_kind="recode", f_item="q_home")
    assert boxes(page, "f_from") == ["1", "2", "3", ""]
    assert "no item called nothing" in drawn(researcher, room, redraw="1", f_kind="recode", f_item="nothing")


def test_what_is_typed_is_text(researcher: Client, room: Room) -> None:
    page = drawn(researcher, room, redraw="1", f_kind="band", f_item='"><script>', f_cuts="<u>")
    assert "<script>" not in page and "<u>" not in page
    told = written(researcher, room, "recode", item="q_sex", **{"from": ["1"], "to": ["__import__('os')"]})
    assert told["rule"] == "recode(q_sex, {1: \"__import__('os')\"})"
    assert written(researcher, room, "recode", item="a`b", **{"from": ["1"], "to": ["1"]})["rule"] is None


def test_forms_are_for_those_who_may_define(client: Client, room: Room) -> None:
    client.force_login(make_member(room.study, "reads", "reader"))
    assert client.post(FORM, {"study": room.study.pk}).status_code == 403
    assert client.post(WRITTEN, {"study": room.study.pk, "f_kind": "band"}).status_code == 403
    client.force_login(make_member(make_study("else"), "stranger"))
    assert client.post(FORM, {"study": room.study.pk}).status_code == 404


def test_an_unknown_kind_is_not_found(researcher: Client, room: Room) -> None:
    assert researcher.post(WRITTEN, {"study": room.study.pk, "f_kind": "eval"}).status_code == 404


def test_several_factors_come_back_into_their_boxes(researcher: Client, room: Room) -> None:
    text = 'factor_score(q_union, q_party, q_home, factors=2, rotation="promax", factor=2)'
    page = drawn(researcher, room, text)
    assert boxes(page, "f_factors") == boxes(page, "f_factor") == ["2"]
    assert "<option selected>promax</option>" in page and "<option selected>pearson</option>" in page
    one = drawn(researcher, room, "factor_score(q_union, q_party, factors=1)")
    assert boxes(one, "f_factors") == [""] and "<option selected>none</option>" in one
