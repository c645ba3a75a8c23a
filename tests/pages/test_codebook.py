"""Studies, waves, variables and search."""

from __future__ import annotations

import re

from django.test import Client

from surveys.core.codebook import Limits, MissingRule
from surveys.views.studies import findings_by_variable
from tests.factories import make_wave, make_wave_version, variable
from tests.pages.conftest import EVIL, Library, text, visit


def test_the_first_page_teaches_who_has_no_study(client: Client, db: None) -> None:
    page = text(visit(client, "/"))
    assert "There is no study here that you can see." in page
    assert "Sign in" in page


def test_the_first_page_lists_studies_with_their_waves(client: Client, library: Library) -> None:
    page = text(visit(client, "/"))
    assert "Migrants" in page and "60 rows, 7 variables" in page


def test_a_study_shows_everything_it_holds(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["study"]))
    for words in (
        "Fieldwork 2014",
        "Formal participation",
        "Integration",
        "Analysis table2",
        "A paper, Table 2",
    ):
        assert words in page
    assert 'class="badge fresh"' in page


def test_a_wave_without_a_number_is_its_latest_version(client: Client, library: Library) -> None:
    page = visit(client, "/studies/mdms/waves/2014/")
    assert page.status_code == 302
    assert page.headers["Location"] == library.pages["wave"]


def test_facets_count_what_the_other_facets_leave(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["wave"] + "?missing=some"))
    assert "2 of 7 variables" in page
    assert "q_party" in page and "q_ins/" not in page
    assert (
        text(visit(client, library.pages["wave"] + "?missing=some&type=decimal")).count(
            '<th scope="row" class="code">'
        )
        == 1
    )


def test_searching_a_wave_as_one_types_gives_the_list_alone(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["wave"] + "?q=社保", headers={"HX-Request": "true"}))
    assert page.lstrip().startswith('<div id="variables"')
    assert "q_ins" in page and "q_union" not in page


def test_a_variable_shows_both_languages_codes_and_absences(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["variable"].replace("q_local", "q_party")))
    assert "Party branch" in page and "党支部" in page
    rows = [
        " ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    ]
    assert "1 yes 是 12 20.7 20.0" in rows
    assert "−1 refused “would not say” 1 – 1.7" in rows
    assert "60 rows: 58 with a value, 2 without" in page
    assert 'lang="zh-Hans"' in page


def test_an_absence_is_said_once_where_its_label_is_its_reason(client: Client, library: Library) -> None:
    absent = (
        MissingRule("refused", value=-1, labels={"en": "Refused"}),
        MissingRule("dont_know", value=-2, labels={"en": "never heard of it"}),
    )
    make_wave_version(make_wave(library.study, "2016"), [(variable("q", missing=absent), [1, -1, -2])])
    page = text(visit(client, "/studies/mdms/waves/2016@1/variables/q/"))
    assert "refused" in page and "“Refused”" not in page
    assert page.count("“never heard of it”") == 2  # with the codes and with the counts


def test_a_variable_shows_its_valid_range_in_the_language_of_the_page(
    client: Client, library: Library
) -> None:
    age = variable("age", limits=Limits(above=0, high=120))
    make_wave_version(make_wave(library.study, "2016"), [(age, [1, 121, 3])])
    address = "/studies/mdms/waves/2016@1/variables/age/"
    assert "<dt>Valid range</dt><dd>more than 0 and at most 120</dd>" in text(visit(client, address))
    chinese = client.get(address, headers={"accept-language": "zh-hans"})
    assert "<dt>有效范围</dt><dd>大于 0 且不大于 120</dd>" in text(chinese)


def test_a_variable_names_what_uses_it(client: Client, library: Library) -> None:
    page = text(visit(client, library.pages["variable"].replace("q_local", "q_union")))
    assert "/measures/fsp@1/" in page and "/datasets/integration@1/columns/fsp/" in page


def test_two_chinese_characters_are_found(client: Client, library: Library) -> None:
    page = text(visit(client, "/search/?q=社保"))
    assert "q_ins" in page and "<mark>社保</mark>" in page


def test_texts_of_codes_and_questions_are_searched(client: Client, library: Library) -> None:
    assert "q_local" in text(visit(client, "/search/?q=认同自己"))
    assert "q_union" in text(visit(client, "/search/?q=yes&study=mdms"))
    assert "Nothing matches" in text(visit(client, "/search/?q=unicorn"))


def test_an_exact_name_comes_first(client: Client, library: Library) -> None:
    names = re.findall(r'class="title"[^>]*><code>(.*?)</code>', text(visit(client, "/search/?q=q_ins")))
    assert names[0] == "<mark>q_ins</mark>"


def test_search_survives_what_people_type(client: Client, library: Library) -> None:
    for typed in ("%", "_", "'", '"', "\\", "(", "[", "*", "<b>", "&amp;", "a" * 3000, "   "):
        assert client.get("/search/", {"q": typed}).status_code == 200
    assert EVIL not in text(client.get("/search/", {"q": EVIL}))


def test_findings_stand_by_severity_then_as_the_file_has_its_variables() -> None:
    told = [
        ("job", "info", "1"), ("age", "warning", "2"), ("gone", "warning", "3"), ("sex", "warning", "4"),
        ("", "info", "5"), ("age", "info", "6"), ("", "warning", "7"), ("sex", "warning", "8"),
    ]  # fmt: skip
    findings = [{"variable": name, "severity": severity, "message": text} for name, severity, text in told]
    grouped = [
        (name, [one["message"] for one in group])
        for name, group in findings_by_variable(findings, ["age", "sex", "job"])
    ]
    assert grouped == [
        ("", ["7"]), ("age", ["2"]), ("sex", ["4", "8"]), ("gone", ["3"]),
        ("", ["5"]), ("age", ["6"]), ("job", ["1"]),
    ]  # fmt: skip
    assert findings_by_variable([], ["age"]) == []
