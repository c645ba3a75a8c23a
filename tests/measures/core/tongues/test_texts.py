"""What texts say beside numbers: labels, missing codes, refusals; and the texts of Stata, word by word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from lxml import etree

from measures.core.engine import DuckEngine, Plan, Rule, Source, SourceColumn
from measures.core.language import FUNCTIONS
from measures.core.tongues import TONGUES, derivation, rule_text
from measures.core.tongues.asked import Asked
from measures.core.tongues.in_files import InFiles, Stored, in_files
from measures.core.tongues.r import quoted
from surveys.core.codebook import Code, MissingRule, ValueType, Variable
from surveys.core.problems import Refused
from tests.conftest import ROOT
from tests.measures.core.tongues.programs import program, run_pandas, run_pspp, run_r, text_of, write_sav
from tests.measures.generated_rules import RAW
from tests.measures.small_survey import CITIES, ITEMS, rule, store, variable

GOLDEN = Path(__file__).with_name("golden")
DDI_2_5 = "{ddi:codebook:2_5}"
SCHEMA = ROOT / "tests" / "reference" / "ddi_2_5" / "codebook_extract.xsd"
CODES = {"refused": -1, "dont_know": -2, "not_applicable": -8, "no_answer": -9}
NASTY = "it's “a” \"b\" `c' $d \\ %s {e} */ /* #\n* f. 中文"
# name -> rule; together they hold every function, operator and form of the language.
TEXTS = {
    "formal": "any_of(union, party)",
    "lenient": "all_of(union, party, club, at_least=2)",
    "counted": "5 - count_of(union, party, sex == 1)",
    "shared": "share_of(union, party, at_least=1)",
    "summed": "sum_of(a, b, c, at_least=2) / mean_of(a, b) * -a",
    "extreme": "min(a, b, at_least=1) + max(a, b, c)",
    "first": "first_answered(a, age)",
    "recoded": 'recode(community, {(1, 2): 1, 3..5: 0, missing("refused"): 9}, other=missing("no_answer"))',
    "branched": 'case((is_missing(contract, "not_applicable"), 0), (contract in (1, 2), 1), otherwise=0)',
    "banded": "band(age, 18, 30, 45)",
    "reversed": "reverse(a)",
    "logged": "ln(income) + log10(x) + exp(x) + sqrt(income)",
    "rounded": "round(abs(x), digits=2) + floor(income)",
    "months": "months_between(year, month, 2014, 5) / 12",
    "years": "years_between(year(region), month(region), year(interview), month(interview))",
    "looked": "lookup(cities.gdp, key=city)",
    "logic": '(region == "north" or not (age > 20)) and interview >= "2014-05-01"',
    "scored": "factor_score(reverse(a, low=1, high=7), b, c, at_least=2)",
    "factored": 'factor_score(a, b, c, age, factors=2, factor=2, rotation="varimax", at_least=3)',
    "standard": "standardise(age)",
    "diverse": "diversity(a, b, c, at_least=2)",
    "deprived": "deprivation(union, party, a < 2, cutoff=2)",
    "weighted": "weighted_mean((a, 0.5), (b, 0.3), at_least=1)",
    "ranked": 'rank_weight("step 3", a, b, c, weights=(0.5, 0.3, 0.2))',
    "aged": "age(born, interview)",
    "days": 'days_between(interview, "2015-02-28")',
    "searched": 'starts_with(place, "35", "36") or contains(place, "5")',
    "numbered": "as_number(place)",
    "percentile": "percentile_rank(year)",
    "quantile": "quantile_band(income, 3)",
    "among": "standardise(group_mean(income, by=city, at_least=20), among=city)",
    "grouped": "group_mean(income, by=city) - group_share(club == 1, by=region)",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return store(tmp_path_factory.mktemp("texts") / "wave.parquet", RAW)


def asked(source: Source, name: str, text: str, **more: object) -> Asked:
    checked = rule(text)
    given = {
        "contexts": {"cities": CITIES},
        "codes": CODES,
        "title": f"survey/{name}@1",
        "wave": "survey/2014@1",
    }
    column = variable(name, checked.type, label=name.capitalize())
    return replace(Asked(Rule(name, checked), column, source.columns), **(given | more))  # type: ignore[arg-type]


def fitted(source: Source, one: Asked, folder: Path) -> Asked:
    plan = Plan(source, (one.rule,), contexts=one.contexts)
    (result,) = DuckEngine().derive(plan, folder)
    return replace(one, rule=replace(one.rule, fitted=result.fitted))


def test_the_texts_hold_every_function() -> None:
    """Beside those that make or name values, and what is refused."""
    said = " ".join(TEXTS.values())
    assert [name for name in FUNCTIONS if f"{name}(" not in said] == ["part_of"]


@pytest.mark.parametrize("name", TEXTS)
def test_stata(source: Source, name: str, tmp_path: Path) -> None:
    """What Stata is told, as it was read and found right; nobody can run it here."""
    one = fitted(source, asked(source, name, TEXTS[name]), tmp_path)
    text = rule_text("stata", one)
    assert text == (GOLDEN / f"{name}.do").read_text(encoding="utf-8")


def labelled(source: Source, name: str = "sexed") -> Asked:
    column = Variable(
        name,
        ValueType.INTEGER,
        labels={"en": NASTY},
        codes=(Code(1, {"en": NASTY}), Code(0, {"en": "no", "zh": "否"})),
    )
    return asked(source, name, 'recode(sex, {"male": 1, "female": 0})', variable=column)


def test_a_file_of_spss_gets_labels_and_missing_codes(source: Source, tmp_path: Path) -> None:
    texts = {"sexed": text_of(labelled(source), "spss")}
    run_pspp(write_sav(tmp_path / "wave.sav", RAW, ITEMS), texts, tmp_path)
    _, meta = pyreadstat.read_sav(str(tmp_path / "out.sav"), user_missing=True)
    plain = " ".join(NASTY.split())
    assert meta.column_names_to_labels["sexed"] == plain
    assert meta.variable_value_labels["sexed"] == {
        1: plain, 0: "no", -1: "refused", -2: "don't know", -8: "not applicable", -9: "no answer",
        -91: "out of range", -92: "empty",
    }  # fmt: skip
    assert meta.missing_ranges["sexed"] == [{"lo": -92, "hi": -1}]


def test_a_frame_of_pandas_gets_labels_and_missing_codes(source: Source, tmp_path: Path) -> None:
    one = labelled(source)
    pl.DataFrame(RAW, strict=False).write_parquet(tmp_path / "wave.parquet")
    plain = " ".join(NASTY.split())
    text = text_of(one, "python")
    check = f"assert wave.attrs['variable_labels'] == {{'sexed': {plain!r}}}\n"
    check += f"assert wave.attrs['value_labels'] == {{'sexed': {{1: {plain!r}, 0: 'no'}}}}\n"
    check += "assert wave.attrs['missing_codes']['sexed'][-1] == 'refused'\n"
    run_pandas(tmp_path / "wave.parquet", {"sexed": replace(text, text=text.text + check)}, tmp_path)


def test_a_frame_of_r_gets_labels_and_missing_codes(source: Source, tmp_path: Path) -> None:
    program("Rscript", "r-base-core")
    text, plain = text_of(labelled(source), "r"), quoted(" ".join(NASTY.split()))
    check = f"""
stopifnot(identical(attr(wave$sexed, "label"), {plain}))
stopifnot(identical(names(attr(wave$sexed, "labels")), c({plain}, "no")))
stopifnot(attr(wave$sexed_missing, "labels")["refused"] == -1)
"""
    run_r(pl.DataFrame(RAW, strict=False), {"sexed": replace(text, text=text.text + check)}, tmp_path)


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_label_leaves_its_place(source: Source, tongue: str) -> None:
    """A label is one line, whatever stands in it; and absences are told at the top, as words and codes."""
    text = rule_text(tongue, labelled(source))
    assert not [line for line in text.splitlines() if line.startswith("* f.")]
    assert ("refused -> .b" if tongue == "stata" else "refused -> -1") in text


@pytest.mark.parametrize("tongue", TONGUES)
def test_chinese(source: Source, tongue: str) -> None:
    text = rule_text(tongue, replace(labelled(source), language="zh"))
    assert "缺失编码" in text and "否" in text and "拒答" in text


def refusal(tongue: str, one: Asked) -> str:
    with pytest.raises(Refused) as refused:
        rule_text(tongue, one)
    return str(refused.value)


def test_what_a_tongue_cannot_say_is_refused(source: Source) -> None:
    numbered = asked(source, "numbered", "as_number(place)")
    assert "cannot say this rule: it has texts read as numbers" in refusal("spss", numbered)
    part = asked(source, "part", 'part_of(place, 1, 2) == "35"')
    for tongue in ("spss", "stata"):
        assert "it has texts made by a rule" in refusal(tongue, part)
    text = asked(source, "worded", 'case((a == 1, region), otherwise="rest")')
    for tongue in ("spss", "stata"):
        assert "cannot say this rule: it has texts made by a rule" in refusal(tongue, text)
    assert "ends in a blank" in refusal("spss", asked(source, "blank", 'region == "north "'))
    assert "quotation marks" in refusal("stata", asked(source, "quoted", 'region == "a$b"'))
    assert "no fitted numbers are at hand" in refusal("r", asked(source, "standard", "standardise(age)"))


def test_a_derivation_is_valid_ddi_and_holds_every_command_that_there_is(source: Source) -> None:
    one = asked(source, "worded", 'case((a == 1, "x < y"), otherwise="rest")')
    text = derivation(one, 'case((a == 1, "x < y"), otherwise="rest")')
    found = etree.fromstring(text.encode())
    codebook = etree.Element(f"{DDI_2_5}codeBook", version="2.5")
    study = etree.SubElement(codebook, f"{DDI_2_5}stdyDscr")
    citation = etree.SubElement(etree.SubElement(study, f"{DDI_2_5}citation"), f"{DDI_2_5}titlStmt")
    etree.SubElement(citation, f"{DDI_2_5}titl").text = "A study"
    etree.SubElement(codebook, f"{DDI_2_5}dataDscr").append(found)
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(codebook)
    commands = {one.get("syntax"): one.text for one in found.iter(f"{DDI_2_5}drvcmd")}
    assert list(commands) == ["Wavebook rule", "R", "Python"], "SPSS and Stata make no texts"
    assert commands["R"] == rule_text("r", one) and "x < y" in str(commands["Wavebook rule"])
    words = [one.text for one in found.iter(f"{DDI_2_5}drvdesc")]
    assert len(words) == 2 and "否则" in str(words[1])


def test_names_that_a_program_does_not_allow_are_refused(source: Source) -> None:
    assert "SPSS allows no variable called with." in refusal("spss", asked(source, "with", "a"))
    assert "Stata allows no variable called using." in refusal("stata", asked(source, "using", "a"))
    long = "a" * 33
    assert f"Stata allows no variable called {long}." in refusal("stata", asked(source, long, "a"))
    odd = replace(source.columns["a"], variable=replace(ITEMS["a"], name="my answer"))
    one = asked(source, "fine", "a", columns={**source.columns, "a": odd})
    assert "SPSS allows no variable called my answer." in refusal("spss", one)
    assert rule_text("r", one) and rule_text("python", one)


def test_a_program_blind_to_case_does_not_read_another_variable(source: Source) -> None:
    """Of q1 and Q1 an SPSS file renames the second; a text that reads it would get the first."""
    column = replace(source.columns["a"], variable=replace(ITEMS["a"], name="Q1"))
    one = asked(source, "fine", "a + 1", columns={"a": column}, taken=("q1", "Q1"))
    assert "SPSS cannot tell Q1 from a variable whose name differs by case alone." in refusal("spss", one)
    assert all(rule_text(tongue, one) for tongue in ("stata", "r", "python"))
    first = replace(one, taken=("Q1", "q1"))
    assert "VALUE(Q1)" in rule_text("spss", first), "the first of the two keeps its name"


def test_a_long_name_that_another_is_cut_to_is_refused(source: Source) -> None:
    long = replace(source.columns["a"], variable=replace(ITEMS["a"], name="n" * 33))
    one = asked(source, "fine", "a + 1", columns={"a": long}, taken=("n" * 33, "n" * 32))
    assert f"Stata allows no variable called {'n' * 33}." in refusal("stata", one)
    wide = "中" * 22  # 66 bytes
    assert f"SPSS allows no variable called {wide}." in refusal("spss", asked(source, wide, "a"))


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_variable_of_the_wave_is_overwritten(source: Source, tongue: str) -> None:
    assert "already has a variable a;" in refusal(tongue, asked(source, "a", "a + 1"))
    assert "already has a variable Other;" in refusal(tongue, asked(source, "Other", "a", taken=("other",)))


def test_a_value_that_looks_like_a_missing_code_is_none(tmp_path: Path) -> None:
    """SPSS would read it as an absence; it becomes out_of_range, and the comment names the code."""
    raw = {"income": [-999999991.0, 5.0, None]}
    one = asked(store(tmp_path / "wave.parquet", raw), "doubled", "income + 0")
    found = run_pspp(
        write_sav(tmp_path / "wave.sav", raw, ITEMS), {"doubled": text_of(one, "spss")}, tmp_path
    )
    assert "A value from -999999996 to -999999991 would be read as an absence" in rule_text("spss", one)
    assert found["doubled"] == [(None, "out_of_range"), (5.0, None), (None, "system")]


def test_letters_of_missing_values_stand_in_files_as_exports_write_them() -> None:
    told = Variable(
        "q", ValueType.INTEGER, missing=(MissingRule("refused", tag="a"), MissingRule("dont_know", tag="b"))
    )
    counts = {
        "missing_codes": [[".a", 3, "refused"], [".b", 0, "dont_know"]],
        "absent": {"refused": 3, "tag:c": 1},
    }
    found = in_files([Stored(told, counts, True)], ["q"])
    assert found == {
        "q": InFiles(
            words={"a": "refused", "c": "tag:c"},
            codes={"a": -991, "c": -992},
            letters={".a": "a", ".b": "b", ".c": "c"},
        )
    }
    column = SourceColumn(0, told, tags=True)
    one = replace(asked(Source(Path(), {"a": column}), "held", "a"), files=found)
    assert "ELSE IF (VALUE(q) = (-991))." in rule_text("spss", one)
    assert 'beside("q") %in% "refused"' in rule_text("r", one)
    assert "text('q__reason') == 'refused'" in rule_text("python", one)
    assert "if q == .a" in rule_text("stata", one)


def test_missing_codes_that_move_in_an_spss_file_are_not_read_by_their_old_names() -> None:
    """Four codes with values between them: SPSS can declare neither three nor one range."""
    rules = tuple(MissingRule(f"why {code}", value=code) for code in (7, 8, 98, 99))
    q = Variable("q", ValueType.INTEGER, missing=rules)

    def found(values: list[int], distinct: int = 2) -> InFiles:
        stats = {"min": min(values), "max": max(values)}
        counts = {"values": [[value, 5] for value in values], "distinct": distinct, "stats": stats}
        return in_files([Stored(q, counts, False)], ["q"])["q"]

    assert not found([1, 2]).moves and found([1, 50]).moves and found([1, 120], distinct=300).moves
    one = replace(asked(Source(Path(), {"a": SourceColumn(0, q)}), "held", "a"), files={"q": found([1, 50])})
    assert "more missing codes than its files can declare (q)" in refusal("spss", one)
    assert rule_text("r", one) and rule_text("stata", one)
