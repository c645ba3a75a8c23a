"""The API of studies, waves, variables, jobs, tokens and downloads: who sees what, and how it is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from surveys.core.codebook import Code, MissingRule, ValueType
from surveys.models import ApiToken, AuditEntry, Job, Membership, Study, User, WaveVersion
from surveys.services import jobs
from surveys.services.tokens import create_token
from tests.clients import INSIDE, WITH_MICRODATA, client_of, clients_of, statuses
from tests.factories import make_member, make_study, make_user, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
FILE = f"{ROOT}/waves/mdms/2014/v1/data.sav"


@pytest.fixture
def study() -> Study:
    return make_study(labels={"en": "Movers", "zh": "流动人口"})


@pytest.fixture
def version(study: Study) -> WaveVersion:
    codes = (Code(1, {"en": "male", "zh": "男"}), Code(2, {"en": "female", "zh": "女"}))
    rules = (MissingRule("refused", value=-1),)
    sex = variable("sex", labels={"en": "Sex", "zh": "性别"}, codes=codes, missing=rules)
    cells = [
        (variable("rid"), [1, 2, 3]),
        (sex, [1, 2, -1]),
        (variable("note", ValueType.TEXT), ["a", "b", None]),
    ]
    return make_wave_version(make_wave(study), cells)


@pytest.fixture
def people(study: Study) -> dict[str, Client]:
    return clients_of(study)


# address -> who is told what
ADDRESSES = {
    "/studies/mdms/": INSIDE,
    "/waves/mdms/2014/": INSIDE,
    "/waves/mdms/2014/v1/": INSIDE,
    "/waves/mdms/2014/v1/variables/": INSIDE,
    "/waves/mdms/2014/v1/variables/sex/": INSIDE,
    "/waves/mdms/2014/v1/data.sav": WITH_MICRODATA,
    "/waves/mdms/2014/v1/data.codebook.csv": WITH_MICRODATA,
    "/waves/mdms/2014/v1/exports/parquet/": WITH_MICRODATA,
    "/waves/mdms/2014/v1/data.ddi": INSIDE,
    "/waves/mdms/2014/v1/data.html": INSIDE,
    "/waves/mdms/2014/v1/exports/codebook/": INSIDE,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_sees_what_of_a_closed_study(
    address: str, version: WaveVersion, people: dict[str, Client]
) -> None:
    assert statuses(people, ROOT + address) == ADDRESSES[address]


@pytest.mark.parametrize("address", ["/studies/", "/waves/", "/variables/?q=sex"])
def test_lists_hold_nothing_of_a_closed_study(
    address: str, version: WaveVersion, people: dict[str, Client]
) -> None:
    counts = {name: client.get(ROOT + address).json()["count"] for name, client in people.items()}
    assert counts == {"anonymous": 0, "outsider": 0, "reader": 1, "holder": 1, "manager": 1}


def test_an_open_study_shows_its_codebook_but_asks_to_sign_in_for_data(
    version: WaveVersion, study: Study, client: Client
) -> None:
    Study.objects.filter(pk=study.pk).update(is_open=True)
    assert client.get(f"{ROOT}/waves/mdms/2014/v1/variables/").status_code == 200
    answer = client.get(FILE)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["problems"][0]["code"] == "sign_in"


def test_a_variable_carries_labels_missing_codes_and_counts(
    version: WaveVersion, people: dict[str, Client]
) -> None:
    said = people["reader"].get(f"{ROOT}/waves/mdms/2014/v1/variables/sex/").json()
    assert said["codebook"]["labels"] == {"en": "Sex", "zh": "性别"}
    assert said["codebook"]["missing"] == [{"reason": "refused", "value": -1}]
    assert (said["frequencies"]["n"], said["frequencies"]["valid"]) == (3, 2)
    assert said["wave_version"] == "mdms/2014@1"


def test_pages_of_a_list(version: WaveVersion, people: dict[str, Client]) -> None:
    said = people["reader"].get(f"{ROOT}/waves/mdms/2014/v1/variables/?page_size=2&page=2").json()
    assert [row["name"] for row in said["results"]] == ["note"]
    assert said["previous"] and not said["next"]


@pytest.mark.parametrize(
    "address", ["/studies/?stdy=x", "/waves/?studdy=x", "/studies/mdms/?x=1", "/variables/?query=a"]
)
def test_a_misspelt_parameter_is_refused(
    address: str, version: WaveVersion, people: dict[str, Client]
) -> None:
    answer = people["reader"].get(ROOT + address)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert "There is no parameter called" in answer.json()["title"]


def test_the_parameter_that_was_meant_is_named(people: dict[str, Client]) -> None:
    assert "Did you mean study?" in people["reader"].get(f"{ROOT}/waves/?studdy=x").json()["title"]


@pytest.fixture
def holder(people: dict[str, Client]) -> Client:
    return people["holder"]


def _body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_download_names_itself_and_its_bytes(version: WaveVersion, holder: Client) -> None:
    answer = holder.get(FILE)
    body = _body(answer)
    assert int(answer["Content-Length"]) == len(body)
    assert answer["Accept-Ranges"] == "bytes"
    assert 'filename="mdms-2014-v1.sav"' in answer["Content-Disposition"]
    assert "filename*=UTF-8''Movers" in answer["Content-Disposition"]
    assert answer["Wavebook-Version"] == "mdms/2014@1"
    about = holder.get(f"{ROOT}/waves/mdms/2014/v1/exports/sav/").json()
    assert answer["ETag"] == f'"{about["sha256"]}"'
    assert about["size"] == len(body)
    assert about["url"].endswith("/waves/mdms/2014/v1/data.sav?language=en")


def test_parts_of_a_file(version: WaveVersion, holder: Client) -> None:
    whole = _body(holder.get(FILE))
    size = len(whole)
    parts = {
        "bytes=0-9": whole[:10],
        "bytes=10-": whole[10:],
        "bytes=-7": whole[-7:],
        f"bytes=5-{size + 99}": whole[5:],
    }
    for asked, expected in parts.items():
        answer = holder.get(FILE, headers={"Range": asked})
        assert (answer.status_code, _body(answer)) == (206, expected)
        assert int(answer["Content-Length"]) == len(expected)
        assert answer["Content-Range"].endswith(f"/{size}")


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=-0", "bytes=5-2"])
def test_a_part_that_is_not_there(asked: str, version: WaveVersion, holder: Client) -> None:
    answer = holder.get(FILE, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize(
    "asked", ["bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-", f"bytes={10**4000}-"]
)
def test_a_range_we_do_not_serve_gives_the_whole_file(
    asked: str, version: WaveVersion, holder: Client
) -> None:
    assert holder.get(FILE, headers={"Range": asked}).status_code == 200


def test_conditional_requests(version: WaveVersion, holder: Client) -> None:
    tag = holder.get(FILE)["ETag"]
    assert holder.get(FILE, headers={"If-None-Match": tag}).status_code == 304
    assert holder.get(FILE, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert holder.get(FILE, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200


def test_a_file_that_is_handed_out_is_audited_once(version: WaveVersion, holder: Client) -> None:
    def audited(**headers: str) -> int:
        before = AuditEntry.objects.filter(action="export").count()
        _ = holder.get(FILE, headers=headers)
        return AuditEntry.objects.filter(action="export").count() - before

    assert audited(Range="bytes=9999999-") == 0
    assert audited(Range="bytes=1-") == 1  # all but a byte, of a file that was never given
    assert audited(Range="bytes=5-9") == 0
    assert audited(Range="bytes=0-4") == 1
    tag = holder.head(FILE)["ETag"]
    assert audited(**{"If-None-Match": tag}) == 0
    assert audited() == 1


def test_head_gives_the_same_headers(version: WaveVersion, holder: Client) -> None:
    answer, whole = holder.head(FILE), holder.get(FILE)
    assert (answer.status_code, answer["ETag"], answer["Content-Length"]) == (
        200,
        whole["ETag"],
        whole["Content-Length"],
    )


def test_latest_names_the_version_it_leads_to(
    version: WaveVersion, holder: Client, people: dict[str, Client]
) -> None:
    answer = holder.get(f"{ROOT}/waves/mdms/2014/latest/data.sav?language=zh")
    assert (answer.status_code, answer["Location"]) == (302, f"{FILE}?language=zh")
    assert answer["Wavebook-Version"] == "mdms/2014@1"
    assert people["outsider"].get(f"{ROOT}/waves/mdms/2014/latest/data.sav").status_code == 404


def test_a_study_may_be_called_latest(db: None) -> None:
    study = make_study("latest", is_open=True)
    make_wave_version(make_wave(study, "latest"), [(variable("latest"), [1, 2])])
    answer = Client().get(f"{ROOT}/waves/latest/latest/latest/variables/latest/?language=zh")
    assert answer["Location"] == f"{ROOT}/waves/latest/latest/v1/variables/latest/?language=zh"


def test_every_download_is_audited(version: WaveVersion, holder: Client, people: dict[str, Client]) -> None:
    people["reader"].get(FILE)
    assert not AuditEntry.objects.filter(action="export").exists()
    holder.get(FILE)
    entry = AuditEntry.objects.get(action="export")
    assert (entry.actor, entry.object_label, entry.detail["format"]) == ("a_holder", "mdms/2014@1", "sav")


def test_asking_about_an_export_hands_nothing_out(version: WaveVersion, holder: Client) -> None:
    assert holder.get(f"{ROOT}/waves/mdms/2014/v1/exports/sav/").status_code == 200
    assert holder.head(FILE).status_code == 200
    assert not AuditEntry.objects.filter(action="export").exists()


@pytest.mark.parametrize("address", [FILE, f"{ROOT}/waves/mdms/2014/v1/exports/sav/"])
def test_a_large_file_is_accepted_and_written_by_a_job(
    address: str, version: WaveVersion, holder: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.services.exports.MOST_CELLS_AT_ONCE", 0)
    answers = [holder.get(address) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    job = Job.objects.get()  # asked for twice, written once
    assert int(answers[0]["Retry-After"]) > 0
    assert answers[0]["Location"] == answers[0].json()["job"] == f"http://testserver{ROOT}/jobs/{job.pk}/"
    assert not AuditEntry.objects.filter(action="export").exists()
    claimed = jobs.claim("test")
    assert claimed is not None and jobs.perform(claimed).state == "done"
    assert holder.get(answers[0]["Location"]).json()["state"] == "done"
    assert holder.get(address).status_code == 200


def test_an_unknown_format_is_refused_in_words(version: WaveVersion, holder: Client) -> None:
    answer = holder.get(f"{ROOT}/waves/mdms/2014/v1/data.sas")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["near"] == ["sps", "sav"]


def test_a_signed_link_works_without_a_header_for_its_own_file_only(
    version: WaveVersion, holder: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = holder.get(f"{ROOT}/waves/mdms/2014/v1/exports/sav/").json()["signed_url"]
    address = link.removeprefix("http://testserver")
    assert client.get(address).status_code == 200
    assert client.get(address.replace("data.sav", "data.dta")).status_code == 401
    assert client.get(address.replace("signature=", "signature=x")).status_code == 401
    Membership.objects.update(microdata=False)  # a link lends the person's rights, it freezes none
    assert client.get(address).status_code == 403
    monkeypatch.setattr("surveys.http.authentication.LINK_SECONDS", -1)
    assert client.get(address).status_code == 401


def test_a_token_is_made_listed_used_and_revoked(study: Study) -> None:
    user = make_member(study, "me", role="reader")
    page = Client()
    page.force_login(user)
    made = page.post(f"{ROOT}/tokens/", {"name": "laptop, R", "days": 30}, content_type="application/json")
    assert made.status_code == 201
    program = Client(headers={"Authorization": f"Token {made.json()['secret']}"})
    assert program.get(f"{ROOT}/studies/").json()["count"] == 1
    listed = program.get(f"{ROOT}/tokens/").json()["results"]
    assert [(row["name"], "secret" in row, row["last_used_at"] is None) for row in listed] == [
        ("laptop, R", False, False)
    ]
    assert AuthToken.objects.get().digest != made.json()["secret"]
    assert program.delete(f"{ROOT}/tokens/{listed[0]['id']}/").status_code == 204
    assert program.get(f"{ROOT}/studies/").status_code == 401
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("given", [{"name": " "}, {"name": "x", "days": 0}, {"name": "x", "days": 5000}, {}])
def test_a_token_without_name_or_end_is_refused(given: dict[str, Any]) -> None:
    page = Client()
    page.force_login(make_user("me"))
    answer = page.post(f"{ROOT}/tokens/", given, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert not AuthToken.objects.exists()


def test_a_token_makes_no_tokens(study: Study) -> None:
    client = client_of(make_user("mine"))
    answer = client.post(f"{ROOT}/tokens/", {"name": "more", "days": 366}, content_type="application/json")
    assert answer.status_code == 403
    assert not ApiToken.objects.filter(name="more").exists()


def test_tokens_of_others_and_expired_ones(study: Study) -> None:
    mine, theirs = make_user("mine"), make_user("theirs")
    token, _ = create_token(theirs, "theirs")
    client = client_of(mine)
    assert client.delete(f"{ROOT}/tokens/{token.pk}/").status_code == 404
    AuthToken.objects.filter(user=mine).update(expiry=timezone.now() - timedelta(days=1))
    assert client.get(f"{ROOT}/tokens/").status_code == 401
    assert Client().get(f"{ROOT}/tokens/").status_code == 401


def _job(user: User, study: Study | None = None, **fields: Any) -> Job:
    return Job.objects.create(
        kind="import", created_by=user, study=study, **{"idempotency_key": "k"} | fields
    )


def test_jobs_are_shown_to_their_owner_and_cancelled_by_nobody_else(
    people: dict[str, Client], study: Study
) -> None:
    job = _job(User.objects.get(username="a_manager"), study)
    address = f"{ROOT}/jobs/{job.pk}/"
    assert statuses(people, address) == INSIDE
    cancel: Callable[[str], int] = lambda name: people[name].post(f"{address}cancel/").status_code  # noqa: E731
    assert (cancel("anonymous"), cancel("outsider"), cancel("reader")) == (404, 404, 403)
    assert people["manager"].post(f"{address}cancel/").json()["state"] == "cancelled"
    assert people["manager"].get(f"{ROOT}/jobs/?state=cancelled").json()["count"] == 1
    assert people["manager"].get(f"{ROOT}/jobs/?state=gone").status_code == 400
