"""What the cores say: Chinese on Chinese pages; English on the others, in the store and in the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils.translation import override, pgettext

from analytics.models import Run
from config.names import CONTEXT
from measures.services.rules import save_draft
from surveys.core.problems import Refused, refuse
from surveys.models import Job, User
from surveys.services import jobs
from surveys.translation import field_spoken, refusal_spoken, spoken
from tests.pages.conftest import Library, text
from tests.pages.test_imports_and_jobs import given

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ODD = "rid,sex,Sex,const\n1,1,a,7\n2,2,b,7\n3,1,c,7\n"


@pytest.fixture
def owner(client: Client, library: Library) -> User:
    client.force_login(library.owner)
    return library.owner


def both(client: Client, address: str) -> tuple[str, str]:
    """The page in English and in Chinese."""
    pages = [client.get(address, headers={"accept-language": code}) for code in ("en", "zh-hans")]
    return text(pages[0]), text(pages[1])


def uploaded(client: Client, **fields: Any) -> Job:
    client.post("/import/", given(**fields))
    claimed = jobs.claim("test")
    assert claimed is not None
    return jobs.perform(claimed)


def test_import_findings(client: Client, library: Library, owner: User) -> None:
    assert uploaded(client, content=ODD).state == "done"
    english, chinese = both(client, "/studies/mdms/waves/2017@1/")
    assert "Its name differs from Sex by upper and lower case only." in english
    assert "变量名与 Sex 仅大小写不同。" in chinese and "各行取值完全相同。" in chinese
    assert "upper and lower case" not in chinese
    told = client.get("/api/v1/waves/mdms/2017/v1/", headers={"accept-language": "zh-hans"}).json()
    assert "Its name differs from Sex by upper and lower case only." in [
        f["message"] for f in told["findings"]
    ]
    assert all("said" not in finding for finding in told["findings"])


def test_findings_stored_without_their_source_are_shown_in_english() -> None:
    old = {"severity": "warning", "message": "Codes without a label: 9.", "variable": "q_ins"}
    with override("zh-hans"):
        assert field_spoken(old, "message") == "Codes without a label: 9."
        assert field_spoken({**old, "message": "It has no label."}, "message") == "没有标签。"


def test_a_refused_upload(client: Client, library: Library, owner: User) -> None:
    job = uploaded(client, content=ODD, key="nonesuch")
    english, chinese = both(client, f"/jobs/{job.pk}/")
    assert "There is no variable nonesuch to tell the rows apart." in english
    assert "没有用于区分各行的变量 nonesuch。" in chinese and "There is no variable" not in chinese
    ragged = uploaded(client, content="a,b\n1,2,3\n")
    assert "第 2 行" in both(client, f"/jobs/{ragged.pk}/")[1]
    told = client.get(f"/api/v1/jobs/{ragged.pk}/", headers={"accept-language": "zh-hans"}).json()["problems"]
    assert told[0]["message"] == "3 fields, but there are 2 headings." and "said" not in told[0]


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        ("any_of(q_ins, nope)", "There is no item or measure called nope.", "没有名为 nope 的题项或测量。"),
        ("any_of(q_ins", "Expected an operator, “)” or “,” at the end.", "末尾应为运算符、“)” 或 “,”。"),
        ("q_ins == 1 q_ins", "“q_ins” cannot stand here; expected", "此处不能写“q_ins”；应为"),
        ("case((q_union == 1, 1))", "Code 0 “no” of q_union", "q_union 的编码 0“"),
    ],
)  # fmt: skip
def test_the_problems_of_a_rule(
    client: Client, library: Library, owner: User, rule: str, english: str, chinese: str
) -> None:
    address = "/admin/measures/measure/preview/"
    given = {"rule": rule, "study": library.study.pk, "wave": library.version.pk}
    for code, words in (("en", english), ("zh-hans", chinese)):
        answer = client.post(address, given, headers={"accept-language": code})
        assert answer.status_code == 200 and words in text(answer), text(answer)


def test_what_hinders_publishing(client: Client, library: Library, owner: User) -> None:
    save_draft(owner, library.study, "fsp", rule="case((q_union == 1, 1))")
    with override("zh-hans"), pytest.raises(Refused) as refused:
        from measures.services.rules import publish

        publish(owner, library.measure)
    assert "has no outcome" in str(refused.value)
    with override("zh-hans"):
        assert "没有去向" in refusal_spoken(refused.value)


def test_the_checks_of_a_run(client: Client, library: Library, owner: User) -> None:
    english, chinese = both(client, library.pages["run_table2"])
    sentence = "coefficients are differences in probability, not log odds"
    assert sentence in english and sentence not in chinese
    assert "系数是概率之差而非对数优势" in chinese
    run = library.runs["table2"]
    told = client.get(f"/api/v1/runs/{run.pk}/", headers={"accept-language": "zh-hans"}).json()
    assert told["checks"] and all("said" not in check for check in told["checks"])
    assert not CHINESE.search(" ".join(check["message"] for check in told["checks"]))
    assert any("said" in check for check in Run.objects.get(pk=run.pk).checks)


def test_the_notes_of_a_table_that_is_downloaded(client: Client, library: Library, owner: User) -> None:
    english, chinese = both(client, f"{library.pages['run_table2']}table.csv")
    for sentence in ("Model 2: linear, least squares; BIC counts rows (59).", "Data: mdms/integration@1"):
        assert sentence in english and sentence not in chinese
    assert "模型 2：线性回归，最小二乘；BIC 按行计（59）。" in chinese
    assert "数据：mdms/integration@1" in chinese and not CHINESE.search(english)
    english, chinese = both(client, f"{library.pages['run_by_insurance']}table.csv")
    assert "Cramér's V =" in english and "克拉默 V =" in chinese and "Cramér" not in chinese


def test_the_audit_of_a_published_table(client: Client, library: Library, owner: User) -> None:
    english, chinese = both(client, library.pages["target"])
    assert "cells have the stars that estimate / SE gives at print" in english
    assert "的星号与印刷的估计值 / 标准误相符" in chinese and "have the stars" not in chinese


def test_what_a_file_could_not_carry(client: Client, library: Library, owner: User) -> None:
    client.post(library.pages["dataset_download"] + "sav/?language=en")
    english, chinese = both(client, library.pages["dataset_download"] + "?language=en")
    assert "Labels in zh are left out." in english
    assert "略去 zh 语言的标签。" in chinese and "Labels in zh" not in chinese


def test_a_refusal_is_a_page_in_its_language(client: Client, library: Library, owner: User) -> None:
    english, chinese = both(client, library.pages["wave"] + "variables/q_unio/")
    assert "There is no variable called q_unio in mdms/2014@1." in english
    assert "mdms/2014@1 中没有名为 q_unio 的变量。" in chinese


def test_names_in_the_admin(client: Client, library: Library) -> None:
    User.objects.filter(pk=library.owner.pk).update(is_superuser=True)
    client.force_login(User.objects.get(pk=library.owner.pk))
    english, chinese = both(client, "/admin/")
    assert "Measure versions" in english and "测量版本" in chinese and "Measure versions" not in chinese
    with override("zh-hans"):
        for model in admin.site._registry:
            names = [model._meta.verbose_name, model._meta.verbose_name_plural]
            names += [field.verbose_name for field in model._meta.fields if field.name != "id"]
            for name in names:
                assert CHINESE.search(str(name)), (model, str(name))


def test_the_words_of_the_theme_in_the_admin(client: Client, library: Library) -> None:
    User.objects.filter(pk=library.owner.pk).update(is_superuser=True)
    client.force_login(User.objects.get(pk=library.owner.pk))
    for address, head in {"/admin/surveys/study/": "标题", "/admin/analytics/analysis/": "种类"}.items():
        english, chinese = both(client, address)
        for words in ("Type to search", "Dark"):
            assert words in english and words not in chinese, (address, words)
        assert re.search(rf">\s*{head}\s*<", chinese), address
    assert "输入以搜索" in chinese


def test_a_model_that_has_only_a_number_is_called_so_in_chinese(
    client: Client, library: Library, owner: User
) -> None:
    for address in (f"/runs/{library.runs['table2'].pk}/", library.pages["target"]):
        english, chinese = both(client, address)
        chinese = re.sub(r"<pre.*?</pre>", "", chinese, flags=re.DOTALL)  # the specification as it is written
        assert "Model 1" in english and "模型 1" in chinese and "Model 1" not in chinese, address


def test_near_misses_and_hints_follow() -> None:
    refused = refuse(
        "x", "There is no rule.", near=("fsp", "isp"), hint="Write {value: 1, labels: {en: yes}}."
    )
    with override("zh-hans"):
        assert (
            refusal_spoken(refused)
            == "没有规则。您是否想写 fsp 或 isp？请写成 {value: 1, labels: {zh: 是}}。"
        )
        assert spoken("{q} is what somebody typed") == "{q} is what somebody typed"
        assert pgettext(CONTEXT, "dataset version") == "数据集版本"
    with override("en"):
        assert refusal_spoken(refused) == str(refused)
