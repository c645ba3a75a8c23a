"""Search and pages of a catalogue of 100 waves x 2,000 variables, on SQLite or what DATABASE_URL names."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

WAVES, VARIABLES, ROUNDS = 100, 2_000, 5
REMARKED = 3  # every so many-th variable has a finding
ENGLISH = [
    *("housing", "fund", "insurance", "employer", "income", "spouse", "residence", "registration"),
    *("neighbours", "trust", "satisfied", "government", "migrant", "children", "school", "wage"),
    *("contract", "union", "party", "community", "local", "identity", "language"),
]
CHINESE = [
    *("住房", "公积金", "养老", "保险", "医疗", "失业", "收入", "配偶", "居住", "登记"),
    *("邻居", "信任", "满意", "政府", "流动", "子女", "学校", "工资", "合同", "工会"),
]
SEARCHES = ("社保", "公积金", "住房", "q7", "q7_99", "housing", "fund income", "zanzibar", "zq", "a", "th")
WAVE = "/studies/panel/waves/w3@1/"
PAGES = (
    "/",
    "/studies/panel/",
    WAVE,
    f"{WAVE}?type=integer&page=7",
    f"{WAVE}variables/q5_3/",
    "/search/?q=住房",
)
PARTS = (f"{WAVE}?q=住房", "/search/?q=住房")  # what a page asks for while somebody types


def main() -> None:
    print(f"Catalogue of {WAVES} waves x {VARIABLES:,} variables: best of {ROUNDS}, wall and processor")
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "WAVEBOOK_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
        subprocess.run([sys.executable, "-m", "tests.bench.bench_catalogue"], env=environment, check=True)


def fill() -> Any:
    """An open study whose waves ask questions of words drawn by chance; returns who may see it."""
    from surveys.core.codebook import Code, ValueType, Variable, as_json
    from surveys.core.findings import Finding, Severity
    from surveys.core.said import say, with_sources
    from surveys.models import StoredFile, Study, User, Wave, WaveVersion
    from surveys.models import Variable as Row
    from surveys.services.waves import save_search_text

    draw = random.Random(1)

    def words(some: list[str], n: int, between: str) -> str:
        return between.join(draw.choices(some, k=n))

    def variable(name: str) -> Variable:
        labels = {"en": words(ENGLISH, 6, " "), "zh": words(CHINESE, 5, "")}
        question = {"en": words(ENGLISH, 12, " "), "zh": words(CHINESE, 10, "")}
        codes = tuple(Code(code, {"en": words(ENGLISH, 2, " ")}) for code in range(5))
        return Variable(name, ValueType.INTEGER, labels=labels, question=question, codes=codes)

    def remark(name: str) -> dict[str, Any]:
        text = say("No row holds the labelled codes {codes}.", codes=[4])
        return with_sources(as_json(Finding(Severity.INFO, "labels_without_cases", text, name)))

    user = User.objects.create(username="bench", is_superuser=True)
    study = Study.objects.create(slug="panel", languages=["en", "zh"], is_open=True)
    file = StoredFile.objects.create(sha256="0" * 64, size=1)
    for w in range(WAVES):
        book = [variable(f"q{i}_{w}") for i in range(VARIABLES)]
        if w == WAVES // 2:
            book[0] = Variable("rare", ValueType.INTEGER, labels={"en": "Zanzibar quota", "zh": "社保缴费"})
        version = WaveVersion.objects.create(
            wave=Wave.objects.create(study=study, slug=f"w{w}", position=w),
            number=1,
            content_hash="a" * 64,
            codebook_hash=f"{w:064d}",
            rows=10,
            columns=VARIABLES,
            data=file,
            original=file,
            original_name="wave.sav",
            format="sav",
            findings=[remark(v.name) for v in book[::REMARKED]],
            created_by=user,
        )
        Row.objects.bulk_create(
            Row(
                version=version,
                position=i,
                name=v.name,
                labels=dict(v.labels),
                type=v.type.value,
                codebook=as_json(v),
                column_hash="b" * 64,
                frequencies={"n": 10, "valid": 10, "absent": {}, "values": [[k, 2] for k in range(5)]},
            )
            for i, v in enumerate(book)
        )
        save_search_text(version, book)
    return user


def best(run: Callable[[], Any]) -> tuple[str, Any]:
    """(milliseconds, wall and processor, of the quickest of some runs; what it returned)."""
    walls, busy, found = [], [], None
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        found = run()
        walls.append(time.perf_counter() - began)
        busy.append(time.process_time() - used)
    return f"{min(walls) * 1000:7.0f} ms {min(busy) * 1000:7.0f} ms busy", found


def measure() -> None:
    import django

    django.setup()
    from django.test import Client

    from surveys import selectors

    user = fill()
    for text in SEARCHES:
        took, hits = best(lambda text=text: selectors.search_variables(user, text, limit=61))
        print(f"  search {text:<39} {took}  {len(hits)} found")
    client = Client(SERVER_NAME="localhost")
    for what, addresses, headers in (("page", PAGES, {}), ("part", PARTS, {"HX-Request": "true"})):
        for address in addresses:
            took, answer = best(lambda address=address, headers=headers: client.get(address, headers=headers))
            print(f"  {answer.status_code} {what} {address:<41} {took}")


if __name__ == "__main__":
    measure()
