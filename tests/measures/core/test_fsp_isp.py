"""Every construct of the paper on social participation, written as a rule and worked out by hand."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from measures.core.coverage import coverage
from measures.core.engine import Cell, DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.examples import evaluate_examples
from measures.core.language import Checked, ContextTable, Scope, check, parse, sentence
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.table import PHYSICAL, physical

MISSING = tuple(
    MissingRule(reason, value=code)
    for code, reason in ((-1, "refused"), (-2, "dont_know"), (-8, "not_applicable"), (-9, "no_answer"))
)
BLOCKS = ("q_will", "q_worry", "q_act")
DECIMALS = ("q_income", "q_expenditure", "q_land_mu")
CITIES = ContextTable(
    "city_context", ("city", "gdp_2013_100m_yuan", "share"), ((1101, 19500.6, 0.54), (4403, 14500.2, 0.41))
)
RULES = {
    "local_identity": "q_local_identity == 1",
    "willingness": 'factor_score(q_will, method="minres", scores="regression")',
    "isp": "any_of(q_org_volunteer, q_org_alumni, q_org_chamber, q_org_fellow_townsmen)",
    "fsp": "any_of(q_org_union, q_org_mobile_party, q_org_local_party)",
    "hukou_constraints": "5 - count_of(q_ins_unemployment, q_ins_urban_employee, q_ins_housing_fund, "
    "q_ins_urban_resident, q_ins_rural)",
    "social_status": 'factor_score(q_ladder_1, q_ladder_2, q_ladder_3, q_ladder_4, scores="component")',
    "exclusion": "factor_score(reverse(q_excl_1), q_excl_2, q_excl_3, q_excl_4, "
    'method="principal", scores="weighted_sum", at_least=3)',
    "ln_income": "ln(q_income)",
    "ln_expenditure": "ln(q_expenditure)",
    "hometown_pressure": "count_of(q_worry)",
    "ln_land": "ln(q_land_mu + 1)",
    "good_community": "recode(q_community, {1..4: 1, 5..9: 0})",
    "neighbour_locals": 'recode(q_neighbours, {"people from elsewhere": 1, "about equal": 2, '
    '"本地市民": 3, "not sure": 2})',
    "male": 'q_sex == "male"',
    "age": "years_between(q_birth_year, q_birth_month, 2014, 5)",
    "han": 'q_ethnic == "Han"',
    "education": "q_edu",
    "unmarried": 'q_marital == "unmarried"',
    "first_married": 'q_marital == "first marriage"',
    "remarried": 'q_marital == "remarried"',
    "rural_hukou": 'q_hukou == "rural"',
    "employee": 'q_empstat == "employee"',
    "employer": 'q_empstat == "employer"',
    "long_contract": 'case((is_missing(q_contract, "not_applicable"), 0), '
    '(q_contract == "long-term", 1), otherwise=0)',
    "no_contract": 'case((is_missing(q_contract, "not_applicable"), 1), otherwise=0)',
    "work_hours": "q_hours",
    "community_activities": "count_of(q_act)",
    "training": 'q_training == "yes"',
    "business_reason": 'q_reason == "work or business"',
    "duration": "months_between(q_move_year, q_move_month, 2014, 5) / 12",
    "interprovincial": 'q_range == "between provinces"',
    "intraprovincial": "q_range == 2",
    "vocation": "q_occupation",
    "city_log_gdp": "log10(lookup(city_context.gdp_2013_100m_yuan, key=city) * 10000)",
    "province_floating_share": "lookup(city_context.share, key=city)",
}
CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("local_identity", {"q_local_identity": "no"}, 0),
    ("local_identity", {"q_local_identity": -9}, "no_answer"),
    ("isp", {"q_org_volunteer": 0, "q_org_alumni": 1, "q_org_chamber": 0, "q_org_fellow_townsmen": 0}, 1),
    ("fsp", {"q_org_union": 0, "q_org_mobile_party": 0, "q_org_local_party": 0}, 0),
    ("fsp", {"q_org_union": None, "q_org_mobile_party": None, "q_org_local_party": None}, "system"),
    (
        "hukou_constraints",
        {
            "q_ins_unemployment": 1,
            "q_ins_urban_employee": 0,
            "q_ins_housing_fund": 0,
            "q_ins_urban_resident": 0,
            "q_ins_rural": 1,
        },
        3,
    ),
    ("hometown_pressure", {f"q_worry_{k}": int(k < 4) for k in range(1, 9)}, 3),
    ("ln_income", {"q_income": 6430.7}, math.log(6430.7)),
    ("ln_income", {"q_income": 0}, "out_of_range"),
    ("ln_land", {"q_land_mu": 0}, 0.0),
    ("good_community", {"q_community": "工矿企业社区"}, 1),
    ("good_community", {"q_community": "urban village or shanty area"}, 0),
    ("neighbour_locals", {"q_neighbours": 2}, 3),
    ("neighbour_locals", {"q_neighbours": "不清楚"}, 2),
    ("male", {"q_sex": "女"}, 0),
    ("age", {"q_birth_year": 1981, "q_birth_month": 5}, 33),
    ("age", {"q_birth_year": 1981, "q_birth_month": 6}, 32),
    ("age", {"q_birth_year": 1981, "q_birth_month": -1}, "refused"),
    ("han", {"q_ethnic": 4}, 0),
    ("education", {"q_edu": "大学本科"}, 6),
    ("long_contract", {"q_contract": -8}, 0),
    ("long_contract", {"q_contract": 1}, 1),
    ("long_contract", {"q_contract": -1}, "refused"),
    ("no_contract", {"q_contract": -8}, 1),
    ("no_contract", {"q_contract": 4}, 0),
    ("duration", {"q_move_year": 2009, "q_move_month": 2}, 5.25),
    ("interprovincial", {"q_range": "跨省流动"}, 1),
    ("intraprovincial", {"q_range": 3}, 0),
    ("city_log_gdp", {"city": 1101}, math.log10(195006000)),
    ("province_floating_share", {"city": 4403}, 0.41),
]


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue("shared")) / "constructs"


@pytest.fixture(scope="module")
def items(folder: Path) -> dict[str, Variable]:
    codes: dict[str, list[Code]] = {}
    for name, code, en, zh in pl.read_csv(
        folder / "codebooks/mdms_2014_values.csv", infer_schema=False
    ).iter_rows():
        codes.setdefault(name, []).append(Code(int(code), {"en": en, "zh": zh}))
    found = {}
    for row in pl.read_csv(folder / "codebooks/mdms_2014_variables.csv", infer_schema=False).iter_rows(
        named=True
    ):
        name = row["variable"]
        kind = ValueType.DECIMAL if name in DECIMALS else ValueType.INTEGER
        labels = {"en": row["label_en"], "zh": row["label_zh"]}
        found[name] = Variable(name, kind, labels=labels, codes=tuple(codes.get(name, ())), missing=MISSING)
    return found


@pytest.fixture(scope="module")
def checked(items: dict[str, Variable]) -> dict[str, Checked]:
    sets = {block: tuple(name for name in items if name.startswith(f"{block}_")) for block in BLOCKS}
    scope = Scope(items=items, contexts={"city_context": CITIES}, sets=sets)
    return {name: check(parse(text), scope) for name, text in RULES.items()}


def test_every_construct_has_a_rule(folder: Path) -> None:
    constructs = yaml.safe_load((folder / "fsp_isp_2022.yaml").read_text())["constructs"]
    assert set(RULES) == {construct["id"] for construct in constructs}


@pytest.mark.parametrize(("name", "given", "then"), CASES)
def test_by_hand(checked: dict[str, Checked], name: str, given: dict[str, Any], then: Any) -> None:
    (cell,) = evaluate_examples(checked[name], [given])
    assert isinstance(cell, Cell)
    assert (cell.reason or cell.value) == (
        pytest.approx(then, rel=1e-14) if isinstance(then, float) else then
    )


@pytest.mark.parametrize("name", RULES)
def test_every_code_has_an_outcome_and_every_rule_a_sentence(checked: dict[str, Checked], name: str) -> None:
    assert coverage(checked[name]).problems == ()
    assert sentence(checked[name], "en").endswith(".") and sentence(checked[name], "zh").endswith("。")


def test_all_constructs_in_one_pass(
    checked: dict[str, Checked], items: dict[str, Variable], tmp_path: Path
) -> None:
    """A wave of 60 made-up records: every column accounts for every row, scores have mean zero."""
    frame, chance = {}, random.Random(2014)
    for at, (name, variable) in enumerate(items.items()):
        values = [code.value for code in variable.codes] or (
            [1, 2, 3, 5, 8, 10] if "ladder" in name else [5, 6, 7]
        )
        cells = [chance.choice(values) for _ in range(60)]
        if name not in ("city", "q_contract"):
            cells[at % 60] = -1
        frame[physical(at)] = pl.Series(cells).cast(PHYSICAL[variable.type])
    pl.DataFrame(frame).write_parquet(tmp_path / "wave.parquet")
    columns = {name: SourceColumn(at, variable) for at, (name, variable) in enumerate(items.items())}
    rules = tuple(Rule(name, rule) for name, rule in checked.items())
    plan = Plan(Source(tmp_path / "wave.parquet", columns), rules, contexts={"city_context": CITIES})
    for result in DuckEngine().derive(plan, tmp_path):
        frame_back = pl.read_parquet(result.path)
        assert sum(result.tally.values()) == frame_back.height == 60
        assert (frame_back["value"].is_null() == frame_back["reason"].is_not_null()).all()
        if result.name in ("social_status", "willingness"):
            assert frame_back["value"].mean() == pytest.approx(0, abs=1e-9)
