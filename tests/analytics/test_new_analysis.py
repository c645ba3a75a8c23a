"""A new analysis by page: an example of every kind, everything wrong told at once, kept and run."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from django.test import Client

from analytics.core.fields import read_yaml
from analytics.core.first_specs import first_spec, sort_out
from analytics.core.kinds import KINDS, check_spec_names, read_spec
from analytics.models import Analysis, Run
from analytics.selectors import variables_of
from analytics.services.analyses import run_analysis
from surveys.core.codebook import Code, Level, MissingRule, Role, ValueType, Variable
from surveys.models import Job
from surveys.services.jobs import claim, perform
from tests.analytics.conftest import Desk
from tests.factories import make_member, make_wave, make_wave_version

PAGE = "/studies/mdms/new_analysis/"


def coded(name: str, *codes: int, level: Level = Level.UNKNOWN) -> Variable:
    return Variable(name, ValueType.INTEGER, level=level, codes=tuple(Code(k, {}) for k in codes))


BOOK = [
    Variable("rid", ValueType.INTEGER, role=Role.KEY),
    Variable("w", ValueType.DECIMAL, role=Role.WEIGHT),
    coded("member", 0, 1),
    Variable(
        "party", ValueType.INTEGER, codes=(Code(0), Code(1), Code(9)), missing=(MissingRule("refused", 9),)
    ),
    coded("home", 1, 2, 3),
    *(coded(f"trust{at}", 1, 2, 3, 4, 5) for at in range(1, 4)),
    Variable("age", ValueType.INTEGER),
    Variable("income", ValueType.DECIMAL),
    coded("city", *range(1, 20)),
    Variable("name", ValueType.TEXT),
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_begins_with_a_specification_that_can_be_read(kind: str) -> None:
    known = sort_out(BOOK)
    assert known.flags == ("member", "party") and known.weight == "w" and known.amounts == ("age", "income")
    spec = read_spec(first_spec(kind, known, "integration"))
    assert not check_spec_names(spec, tuple(one.name for one in BOOK)), "in variables that there are"
    read_spec(first_spec(kind, sort_out([]), "integration"))  # also where nothing fits


ODD = ["no", "性别", "a-b", "a b", "x#y", "$w", "1a", "@x", "on", "null", "y:z"]


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_any_signs_stand_as_the_languages_write_them(kind: str) -> None:
    book = [replace(one, name=ODD[at]) for at, one in enumerate(BOOK) if at < len(ODD)]
    known = sort_out(book)
    for dataset in ("2016_2", "010", "一"):
        text = first_spec(kind, known, dataset)
        assert read_yaml(text)["dataset"] == dataset
        assert not check_spec_names(read_spec(text), tuple(one.name for one in book)), text


def test_data_without_codes_are_known_by_their_values(desk: Desk) -> None:
    """As imported from a CSV: what is 0 and 1 is a flag, few texts are categories, what differs is a key."""
    bare = [
        (Variable("id", ValueType.INTEGER), list(range(40))),
        (Variable("member", ValueType.INTEGER), [0, 1] * 20),
        (Variable("home", ValueType.TEXT), ["own", "rent", "free", "own"] * 10),
        (Variable("trust", ValueType.INTEGER), [1, 2, 3, 4, 5] * 8),
        (Variable("income", ValueType.DECIMAL), [0.5 * at for at in range(40)]),
    ]
    known = sort_out(variables_of(make_wave_version(make_wave(desk.study, "bare"), bare)))
    assert (known.flags, known.coded, known.answers) == (("member",), ("home",), ("trust",))
    assert known.amounts == ("income",)


def test_data_and_kind_are_chosen_and_an_example_stands_there(desk: Desk, client: Client) -> None:
    client.force_login(desk.user)
    page = client.get("/studies/mdms/analyses/").content.decode()
    assert PAGE in page
    page = client.get(f"{PAGE}?data=2014&kind=logit").content.decode()
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert (
        text and "kind: logit" in text[1] and 'dataset: "2014"' in unescape(text[1]) and "formula:" in text[1]
    )
    assert client.get(f"{PAGE}?data=nowhere&kind=logit").status_code == 200
    first = unescape(client.get(PAGE).content.decode())
    assert "kind: descriptives" in first and 'dataset: "2014"' in first, "an example stands there at once"
    client.force_login(make_member(desk.study, "reader", role="reader"))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/studies/mdms/analyses/").content.decode()


def test_what_is_sent_is_kept_and_run(desk: Desk, client: Client) -> None:
    client.force_login(desk.user)
    sent = {
        "slug": "ages",
        "label_en": "Ages",
        "spec": "kind: descriptives\ndataset: '2014'\nvariables: [x]\n",
    }
    answer = client.post(PAGE, sent)
    assert answer.status_code == 302 and Analysis.objects.get().labels == {"en": "Ages"}
    job = claim("w")
    assert job is not None
    perform(job)
    assert Job.objects.get(pk=job.pk).state == "done" and Run.objects.get().analysis is not None
    again = client.post(PAGE, sent)
    assert again.status_code == 422 and "has an analysis called ages already" in again.content.decode()


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("kind: descriptives\ndataset: '2014'\nvariables: [nothing]\n", "nothing"),
        ("kind: descriptives\ndataset: nowhere\nvariables: [x]\n", "nowhere"),
        ("kind: descriptive\nvariables: [x]\n", "descriptive"),
        ("kind: [", "YAML"),
    ],
)
def test_nothing_is_kept_of_what_cannot_run(desk: Desk, client: Client, spec: str, told: str) -> None:
    client.force_login(desk.user)
    answer = client.post(PAGE, {"slug": "ages", "spec": spec})
    assert answer.status_code == 422 and told in answer.content.decode()
    assert not Analysis.objects.exists() and not Job.objects.exists()


def test_runs_of_specifications_that_were_not_kept_are_found(desk: Desk, client: Client) -> None:
    run = run_analysis(desk.user, "kind: descriptives\nvariables: [x]\n", desk.version)
    client.force_login(desk.user)
    page = client.get("/studies/mdms/analyses/").content.decode()
    assert "Runs of specifications that were not kept" in page and f"/runs/{run.pk}/" in page


def test_the_page_has_no_style_that_its_own_policy_forbids(desk: Desk, client: Client) -> None:
    client.force_login(desk.user)
    assert 'style="' not in client.get(PAGE).content.decode()
