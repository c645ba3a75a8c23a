"""DDI-Codebook in: every version and encoding, tolerant of what it does not know, never followed outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surveys.core.codebook import (
    Code,
    Codebook,
    Level,
    Limits,
    MissingRule,
    ResponseSet,
    Role,
    ValueType,
    Variable,
)
from surveys.core.problems import Refused
from surveys.core.reading import ReadOptions, read
from surveys.core.reading.ddi import lay_over_ddi
from surveys.core.reading.ddi_xml import looks_like_xml, parse_ddi

BASE = Codebook(
    (Variable("sex", ValueType.INTEGER, labels={"und": "SEX"}), Variable("age", ValueType.INTEGER))
)
SEX = """
<var ID="V1" name="SEX" nature="nominal" measUnit="persons"><location width="1"/>
  <labl>
     Sex of the
     respondent
  </labl><labl xml:lang="zh">性别</labl><labl xml-lang="fr">Sexe</labl>
  <qstn><preQTxt>Now to you.</preQTxt><qstnLit>Are you male or female?</qstnLit>
  <ivuInstr>Do not ask.</ivuInstr></qstn>
  <invalrng><item VALUE="9"/><range min="90" maxExclusive="100"/></invalrng>
  <universe>Everyone</universe>
  <sumStat type="vald">3</sumStat>
  <catgry><catValu> 1 </catValu><labl>male</labl><catStat type="freq">2</catStat></catgry>
  <catgry><catValu>2</catValu><labl>female</labl></catgry>
  <catgry missing="Y" missType="DK"><catValu>8</catValu><labl>does not know</labl></catgry>
  <catgry missing="Y"><catValu>.a</catValu><labl>left</labl></catgry>
  <catgry><catValu>one</catValu><labl>no code</labl></catgry>
  <concept>Gender</concept><varFormat type="numeric" formatname="F1.0"/><notes>Seen, not asked.</notes>
</var>"""


def document(variables: str, *, root: str = "<codeBook>", rest: str = "") -> str:
    return f"{root}<stdyDscr/>{rest}<dataDscr>{variables}</dataDscr></codeBook>"


def over(tmp_path: Path, text: str | bytes, base: Codebook = BASE) -> tuple[Codebook, dict[str, list[str]]]:
    """The codebook, and the variables of each finding by its code."""
    path = tmp_path / "book.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    book, findings = lay_over_ddi(base, path, "en")
    told: dict[str, list[str]] = {}
    for finding in findings:
        told.setdefault(finding.code, []).append(finding.variable)
    return book, told


def test_everything_a_variable_says_is_laid_over_it(tmp_path: Path) -> None:
    book, told = over(tmp_path, document(SEX))
    assert book.variables[0] == Variable(
        "sex",
        ValueType.INTEGER,
        labels={"en": "Sex of the respondent", "zh": "性别", "fr": "Sexe"},
        question={"en": "Now to you.\nAre you male or female?"},
        universe="Everyone",
        level=Level.NOMINAL,
        codes=(Code(1, {"en": "male"}), Code(2, {"en": "female"})),
        missing=(
            MissingRule("dont_know", value=8, labels={"en": "does not know"}),
            MissingRule("code:9", value=9),
            MissingRule("user_missing", low=90.0, high=99.0),
            MissingRule("tag:a", tag="a", labels={"en": "left"}),
        ),
        format="F1.0",
        unit="persons",
        note="Seen, not asked.\nDo not ask.",
    )
    assert book.variables[1] == BASE.variables[1]
    assert told["sheet_variable_missing"] == ["age"] and told["ddi_code_left_out"] == ["sex"]
    assert {"ddi_left_out", "ddi_statistics_left_out", "ddi_sections_left_out"} <= told.keys()


VALID = {
    '<range min="18" maxExclusive="120"/>': Limits(low=18, below=120),
    '<range UNITS="REAL" minExclusive="0"/>': Limits(above=0),
    '<item VALUE="1"/><item VALUE="2"/><item VALUE="3"/>': Limits(low=1, high=3),
}


@pytest.mark.parametrize(("told", "limits"), VALID.items())
def test_the_valid_range_is_its_limits(told: str, limits: Limits, tmp_path: Path) -> None:
    book, findings = over(tmp_path, document(f'<var name="age"><valrng>{told}</valrng></var>'))
    assert book.variable("age").limits == limits
    assert not [code for code in findings if code.startswith("ddi_limits")]


def test_several_valid_ranges_are_joined_and_unfit_ones_left_out(tmp_path: Path) -> None:
    var = '<var name="{}"><valrng><range min="1" max="5"/></valrng><valrng>{}</valrng></var>'
    gap, bad = var.format("sex", '<item VALUE="9"/>'), var.format("age", '<range min="x"/>')
    book, told = over(tmp_path, document(gap + bad))
    assert [v.limits for v in book.variables] == [Limits(low=1, high=9), Limits(low=1, high=5)]
    assert (told["ddi_limits_joined"], told["ddi_limits_left_out"]) == (["sex"], ["age"])


@pytest.mark.parametrize(("year", "limited"), [(2003, 55), (2004, 77)])
def test_the_valid_ranges_of_public_documents(year: int, limited: int, shared: Path) -> None:
    path = shared / "files" / "ddi" / f"ag-eth-survey-{year}_ddi.xml"
    names = re.findall(r'<var [^>]*?name="([^"]+)"', path.read_text("utf-16"))
    base = Codebook(tuple(Variable(name, ValueType.DECIMAL) for name in dict.fromkeys(names)))
    book, findings = lay_over_ddi(base, path, "en")
    assert 0 < sum(v.limits is not None for v in book.variables) <= limited
    assert not [f for f in findings if f.code.startswith("ddi_limits")]


@pytest.mark.parametrize(
    "root",
    [
        "<codeBook>",
        '<codeBook xmlns="http://www.icpsr.umich.edu/DDI" version="1.2.2">',
        '<codeBook xmlns="ddi:codebook:2_5" version="2.5">',
        '<d:codeBook xmlns:d="ddi:codebook:2_6">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_any_namespace_and_encoding(tmp_path: Path, root: str, encoding: str) -> None:
    text = document('<var name="sex"><labl xml:lang="zh">性别</labl></var>', root=root)
    if root.startswith("<d:"):
        text = text.replace("</", "</d:").replace("<stdyDscr/>", "<d:stdyDscr/>")
        text = text.replace("<dataDscr", "<d:dataDscr").replace("<var", "<d:var").replace("<labl", "<d:labl")
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")[:6].rstrip("-")}"?>'
    data = (declared.replace("gb1803", "gb18030") + text).encode(encoding)
    assert looks_like_xml(data[:100])
    assert over(tmp_path, data)[0].variables[0].labels == {"zh": "性别"}


def test_the_language_of_the_root_is_meant_by_texts_without_one(tmp_path: Path) -> None:
    root = '<codeBook xml:lang="de">'
    assert over(tmp_path, document('<var name="age"><labl>Alter</labl></var>', root=root))[0].variable(
        "age"
    ).labels == {"de": "Alter"}


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE codeBook [<!ENTITY e "x">]>',
        '<!DOCTYPE codeBook [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE codeBook SYSTEM "Version1-2-2.dtd" [<!ENTITY e "x">]>',
        '<!DOCTYPE codeBook SYSTEM "Version1-2-2.dtd" []>',
        '<!DOCTYPE codeBook [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        "<!--" + "x" * 200_000 + '--><!DOCTYPE codeBook [<!ENTITY e "x">]>',
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_document_types_with_definitions_are_refused(doctype: str, codec: str) -> None:
    text = document('<var name="sex"><labl>&e;</labl></var>' if "ENTITY e" in doctype else "")
    with pytest.raises(Refused) as refused:
        parse_ddi((doctype + text).encode(codec))
    assert [problem.code for problem in refused.value.problems] == ["document_type"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE codeBook SYSTEM "Version1-2-2.dtd">',
        '<!DOCTYPE codeBook SYSTEM "http://www.icpsr.umich.edu/DDI/Version1-2-2.dtd">',
        '<!DOCTYPE codeBook PUBLIC "-//ICPSR//DTD DDI//EN" "Version2-0.dtd">',
        "<!DOCTYPE codeBook>",
    ],
)
def test_a_document_type_that_names_definitions_elsewhere_is_taken_and_they_are_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doctype: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Version1-2-2.dtd").write_text('<!ENTITY e "from outside">')
    assert over(tmp_path, doctype + document(SEX))[0].variable("sex").labels["zh"] == "性别"
    with pytest.raises(Refused) as refused:  # what is defined elsewhere is not defined here
        parse_ddi((doctype + document('<var name="sex"><labl>&e;</labl></var>')).encode())
    assert refused.value.problems[0].code == "unreadable_ddi"


@pytest.mark.parametrize("described", ['<var name="q&gap;1"/>', '<var name="q1"><labl>a&gap;b</labl></var>'])
@pytest.mark.parametrize("doctype", ["", '<!DOCTYPE codeBook SYSTEM "Version1-2-2.dtd">'])
def test_a_name_that_nothing_explains_is_never_left_out(doctype: str, described: str) -> None:
    """Neither of a text nor of an attribute, whatever is defined elsewhere; its place is told."""
    text = f"{doctype}\n<codeBook>\n<dataDscr>\n{described}</dataDscr></codeBook>"
    for declared in ("", '<?xml version="1.0"?>'):
        with pytest.raises(Refused) as refused:
            parse_ddi((declared + text).encode())
        (problem,) = refused.value.problems
        assert problem.code == "unreadable_ddi" and "(&…;)" in problem.message
        assert f"line 4, column {described.index('&') + 1 if 'labl' in described else 1}" in problem.message


def test_a_variable_described_twice_is_told_of(tmp_path: Path) -> None:
    twice = '<var name="sex"><labl>first</labl></var><var name="sex"><labl>second</labl></var>'
    book, told = over(tmp_path, document(twice + '<var name="age"/>'))
    assert book.variable("sex").labels == {"en": "first"} and told["ddi_variable_twice"] == ["sex"]
    many = Codebook(tuple(Variable(f"v{n}", ValueType.INTEGER) for n in range(25)))
    _, told = over(tmp_path, document("".join(f'<var name="v{n}"/>' * 2 for n in range(25))), many)
    assert told["ddi_variable_twice"] == [*(f"v{n}" for n in range(20)), ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<codeBook><var>", "unreadable_ddi"),
        ("<html></html>", "not_ddi"),
        ("<codeBook>" + "<p>" * 100 + "</p>" * 100 + "</codeBook>", "too_large"),
        (b'<?xml version="1.0" encoding="utf-8"?><codeBook>\xff</codeBook>', "unknown_encoding"),
    ],
)
def test_what_is_no_codebook_is_refused(text: str | bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_ddi(text if isinstance(text, bytes) else text.encode())
    assert [problem.code for problem in refused.value.problems] == [code]


def test_names_that_the_file_has_not_are_told_with_near_misses(tmp_path: Path) -> None:
    _, told = over(tmp_path, document('<var name="sexx"/><var name="age"/><var name="sex"/>'))
    assert told["sheet_variable_unknown"] == ["sexx"]


def test_of_several_files_the_one_with_these_names_is_taken(tmp_path: Path) -> None:
    files = '<fileDscr ID="F1"/><fileDscr ID="F2"><fileTxt><fileName>persons</fileName></fileTxt></fileDscr>'
    variables = (
        '<var name="sex" files="F1"><labl>of the household</labl></var><var name="rooms" files="F1"/>'
        '<var name="sex" files="F2"><labl>of the person</labl></var><var name="age" files="F2"/>'
        '<var name="gone" files="F2"/>'
    )
    book, told = over(tmp_path, document(variables, rest=files))
    assert book.variable("sex").labels == {"en": "of the person"}
    assert told["ddi_file_chosen"] == [""] and told["sheet_variable_unknown"] == ["gone"]
    assert "ddi_variable_twice" not in told


def test_groups_and_response_sets(tmp_path: Path) -> None:
    groups = (
        '<varGrp ID="G1" varGrp="G2"><labl>Person</labl></varGrp>'
        '<varGrp ID="G2" var="V1"><labl>Basics</labl></varGrp>'
        '<varGrp ID="G3" var="V1 V2" type="subject"><labl>Other</labl></varGrp>'
        '<varGrp ID="S1" name="multi" type="multipleResp" var="V1 V2"><labl>Both</labl></varGrp>'
    )
    ticked = "<catgry><catValu>1</catValu><labl>yes</labl></catgry>"
    variables = f'<var ID="V1" name="sex">{ticked}</var><var ID="V2" name="age" wgt="wgt">{ticked}</var>'
    book, told = over(tmp_path, document(groups + variables))
    assert [v.group for v in book.variables] == ["Person / Basics", "Other"]
    assert told["ddi_group_left_out"] == ["sex"] and told["ddi_set_kind_assumed"] == [""]
    assert book.sets == (ResponseSet("multi", "D", ("sex", "age"), {"en": "Both"}, 1),)
    assert book.weight == "age" and book.variable("age").role is Role.WEIGHT


def test_what_the_file_knows_stays_where_the_ddi_is_silent(tmp_path: Path) -> None:
    known = Variable(
        "sex", ValueType.INTEGER, labels={"zh": "性别"}, codes=(Code(1, {"zh": "男"}),),
        missing=(MissingRule("refused", value=9, labels={"zh": "拒答"}),),
    )  # fmt: skip
    text = document('<var name="sex"><labl>Sex</labl><catgry missing="Y"><catValu>9</catValu></catgry></var>')
    assert over(tmp_path, text, Codebook((known,)))[0].variables[0] == Variable(
        "sex", ValueType.INTEGER, labels={"zh": "性别", "en": "Sex"}, codes=known.codes, missing=known.missing
    )


def test_an_import_takes_a_ddi_beside_its_file(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("sex,age\n1,30\n8,31\n2,32\n")
    (tmp_path / "book.xml").write_bytes(document(SEX).encode("utf-16"))
    options = ReadOptions(languages=("en", "zh"), codebook_path=tmp_path / "book.xml")
    (tmp_path / "out").mkdir()
    found = read(tmp_path / "data.csv", tmp_path / "out", options)
    assert found.codebook.variable("sex").labels["zh"] == "性别"
    assert found.frequencies[0]["absent"] == {"dont_know": 1}
    assert "sheet_variable_missing" in {finding.code for finding in found.findings}


def test_codebooks_of_statistical_offices(tmp_path: Path, shared: Path) -> None:
    old = parse_ddi((shared / "files/ddi/ag-eth-survey-2003_ddi.xml").read_bytes())
    assert (old.version, len(old.variables), len(old.files)) == ("1.2.2", 57, 1)
    names = ["v01", "v09", "hweight", "not_there"]
    base = Codebook(tuple(Variable(name, ValueType.INTEGER) for name in names))
    book, findings = lay_over_ddi(base, shared / "files/ddi/ag-eth-survey-2004_ddi.xml", "en")
    region, age, weight, unknown = book.variables
    assert region.question == {"en": "Region"} and region.codes[0] == Code(1, {"en": "Tigray"})
    assert age.missing == (MissingRule("code:99", value=99),)
    assert weight.role is Role.WEIGHT and book.weight == "hweight"
    assert unknown == base.variables[3]
    chosen = next(f.message for f in findings if f.code == "ddi_file_chosen")
    assert "3 files" in chosen and "MAIN97_Holder" in chosen


@pytest.mark.parametrize("name", ["ddi_dataset.xml", "samplestudyddifull.xml"])
def test_a_description_of_a_study_alone_says_so(shared: Path, name: str) -> None:
    book, findings = lay_over_ddi(BASE, shared / "files/ddi" / name, "en")
    assert book == BASE and "ddi_without_variables" in {f.code for f in findings}
