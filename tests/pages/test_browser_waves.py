"""Waves in a real browser: one comes in, two are compared, a codebook goes out and back, files are taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from surveys.core.codebook import Code
from surveys.models import WaveVersion
from surveys.services import jobs, waves
from tests.factories import make_wave, make_wave_version, variable
from tests.pages.conftest import GONE, YES_NO, Library, complaints_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROWS = (
    "rid,q_sex,q_when,q_money\n1,1,2014-05-01,12\n2,2,2014-02-31,3\n3,1,2014-05-02,none\n4,2,2014-05-04,8\n"
)
POLL = 2_100  # milliseconds: a little more than a job's page waits before it asks again


@pytest.fixture
def page(browser: Any, site: tuple[str, Library], client: Any) -> Iterator[Any]:
    """A window in which the study's owner is signed in; nothing may have gone wrong in it by the end."""
    url, library = site
    client.force_login(library.owner)
    context = browser.new_context(base_url=url, accept_downloads=True)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    opened = context.new_page()
    complaints = complaints_of(opened, url)
    yield opened
    context.close()
    assert not complaints


@pytest.fixture
def library(site: tuple[str, Library]) -> Library:
    return site[1]


def says(page: Any, *told: str) -> None:
    """The page in front says all that is ``told``."""
    for words in told:
        page.locator("main", has_text=words).wait_for(timeout=5_000)


def press(page: Any, selector: str) -> None:
    """A press that leads to another page, which is there when this returns."""
    with page.expect_navigation():
        page.click(selector)


def taken(page: Any, selector: str) -> tuple[str, bytes]:
    """The name and the bytes of the file that a press brings."""
    with page.expect_download() as download:
        page.click(selector)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_an_uploaded_wave_shows_how_far_it_is_and_then_what_was_noticed(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = waves.import_wave

    def watched(*args: Any, **more: Any) -> Any:
        page.clock.run_for(POLL)  # the page asks when the test says so, never in the middle of the writing
        says(page, "Running", "10 %", "Reading wave.csv")
        assert page.locator("progress").evaluate("bar => bar.value") == 0.1
        return read(*args, **more)

    monkeypatch.setattr(waves, "import_wave", watched)
    page.clock.install(time=0)
    page.goto("/studies/mdms/waves/2014@1/")
    press(page, '#versions a[href^="/import/"]')
    assert page.input_value("#id_study") == "mdms"
    page.set_input_files("#id_file", {"name": "wave.csv", "mimeType": "text/csv", "buffer": ROWS.encode()})
    page.fill("#id_wave", "2017")
    page.fill("#id_key", "rid")
    says(page, "Import a file")
    page.clock.pause_at(60_000)
    press(page, ".form button.first")
    says(page, "Queued", "0 %", "Waiting for a worker.", "Cancel this job")
    claimed = jobs.claim("test")
    assert claimed is not None
    done = jobs.perform(claimed)
    assert done.state == "done", done.problems
    page.clock.run_for(POLL)
    says(page, "Done", "mdms/2017@1 is there.", "4 rows, 4 variables", "2 findings")
    assert page.locator("progress, [hx-trigger]").count() == 0
    page.clock.resume()
    press(page, "#job .button.first")
    assert page.url.endswith("/waves/2017@1/")
    says(page, "Findings", "4 variables have no label", "q_when")
    assert page.locator("#findings .badge.warning").count() >= 1


def test_a_large_file_shows_how_much_of_it_has_arrived(page: Any) -> None:
    page.goto("/import/?study=mdms&wave=2019")
    data = b"rid,text\n" + b"1," + b"x" * 3_000_000 + b"\n"
    page.set_input_files("#id_file", {"name": "wave.csv", "mimeType": "text/csv", "buffer": data})
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)
    page.click(".form button.first", no_wait_after=True)
    under_way = "() => (value => value > 0 && value < 1)(document.querySelector('.sending progress').value)"
    page.wait_for_function(under_way)
    assert "MB" in page.locator(".sending span").inner_text()
    page.wait_for_url("**/jobs/*/")
    says(page, "Queued", "Waiting for a worker.")


def second_wave(library: Library) -> WaveVersion:
    """Two years later: union as before, local with codes turned round, party asked of others."""
    turned = (
        Code(1, {"en": "yes", "zh": "是"}),
        Code(2, {"en": "no", "zh": "否"}),
        Code(3, {"en": "unsure", "zh": "说不准"}),
    )
    union, local = {"en": "Union", "zh": "工会"}, {"en": "Feels local", "zh": "本地认同"}
    party = {"en": "Party branch at work", "zh": "工作单位党支部"}
    people = range(30)
    return make_wave_version(
        make_wave(library.study, "2016", position=1, labels={"en": "Fieldwork 2016", "zh": "2016年调查"}),
        [
            (variable("rid"), list(people)),
            (variable("q_union", labels=union, codes=YES_NO, missing=GONE), [i % 2 for i in people]),
            (variable("q_local", labels=local, codes=turned), [1 + i % 3 for i in people]),
            (
                variable("q_party", labels=party, codes=YES_NO, missing=GONE),
                [int(i % 4 == 0) for i in people],
            ),
        ],
    )


def test_rows_of_a_comparison_are_decided_seen_in_the_grid_and_undone(page: Any, library: Library) -> None:
    second_wave(library)
    page.goto("/studies/mdms/compare/")
    says(page, "Compare two versions")
    assert [page.input_value(f"select[name={side}]") for side in ("before", "after")] == ["2014@1", "2016@1"]
    press(page, ".chooser button")
    says(page, "Fieldwork 2014 and Fieldwork 2016", "Feels local")
    here = page.url

    def decide(name: str, kind: str, reason: str = "", **codes: str) -> None:
        page.goto(here)
        if page.locator(f'#comparison a[href*="new={name}"]').count() == 0:
            page.goto(here + "&kind=same")
        press(page, f'#comparison a[href*="new={name}"]')
        says(page, "Nobody has decided")
        page.check(f"input[name=kind][value={kind}]")
        for line, value in codes.items():
            page.select_option(f"select[name={line.replace('_', '-')}]", value)
        page.fill("#reason", reason)
        press(page, "#decision form.wide button.first")
        says(page, "Decided:", "signed by owner_mdms", "Decide otherwise")

    decide("q_union", "same")
    decide("q_local", "map", map_2="!dont_know")
    says(page, "1 → 1, 2 → 0", "3 → don't know")
    decide("q_party", "not_comparable", "Asked of people in work alone.")
    says(page, "Asked of people in work alone.")

    def standing() -> list[str]:
        page.goto("/studies/mdms/items/")
        lines = {
            row.locator("th code").inner_text(): row.locator("td.cell").nth(1).get_attribute("class")
            for row in page.locator("#grid tbody tr").all()
        }
        return [str(lines[name]).split()[-1] for name in ("q_union", "q_local", "q_party")]

    assert standing() == ["complete", "complete", "impossible"]
    says(page, "Items and waves")
    press(page, 'a[href$="q_party/?wave=2016#wave-2016"]')
    says(page, "Asked of people in work alone.")
    page.fill("#decisions input[name=note]", "It was asked of all.")
    press(page, "#decisions form button")
    says(page, "Undone:", "was taken back", "It was asked of all.")
    assert standing() == ["complete", "complete", "same_name"]


def edited(sheet: bytes) -> bytes:
    """The sheet with the union's label and one of its codes put otherwise."""
    book = openpyxl.load_workbook(BytesIO(sheet))
    table = book.worksheets[0]
    (head,) = [row for row in table.iter_rows() if row[0].value == "variable"]
    column = {str(cell.value): cell.column for cell in head}
    (line,) = [row[0].row for row in table.iter_rows() if row[0].value == "q_union"]
    codes = table.cell(line, column["codes_en"])
    table.cell(line, column["label_en"]).value = "Trade union"
    codes.value = str(codes.value).replace("0=no", "0=never")
    book.save(out := BytesIO())
    return out.getvalue()


def test_a_codebook_goes_out_as_a_sheet_and_comes_back_as_a_version(page: Any, library: Library) -> None:
    page.goto(library.pages["wave"])
    press(page, '#versions a[href$="/codebook/"]')
    says(page, "Edit the codebook", "1. Download the sheet")
    name, sheet = taken(page, 'a[href$="download/sheet/"]')
    assert name.endswith(".xlsx")
    page.set_input_files("#id_codebook", {"name": name, "mimeType": "", "buffer": edited(sheet)})
    press(page, ".form button.first")
    says(page, "What would change", "Nothing is saved yet.")
    marked = [page.locator(f".changes {tag}").all_inner_texts() for tag in ("del", "ins")]
    assert marked == [["Union", "no"], ["Trade union", "never"]]
    assert library.wave.versions.count() == 1
    page.fill("#id_note", "Plainer words")
    press(page, ".form button.first")
    assert page.url.endswith("/waves/2014@2/")
    says(page, "mdms/2014@2 was made", "What changed against version 1", "Plainer words", "Trade union")
    assert library.wave.versions.get(number=2).content_hash == library.version.content_hash
    page.goto(library.pages["wave"])
    says(page, "There is a later version of this wave: @2.")


def test_a_file_is_taken_in_a_language_and_is_what_the_page_says(page: Any, library: Library) -> None:
    page.goto(library.pages["wave"])
    press(page, '.toc a[href$="/download/"]')
    press(page, 'main a[href="?language=zh"]')
    says(page, "Labels in", "Written at the first download.")
    for form in ("html", "ddi", "codebook"):
        assert page.locator(f'#{form} a[href^="{form}/?language=zh"]').count() == 1
    press(page, "#csv form button")
    assert page.url.endswith("?language=zh#csv")
    printed = page.inner_text("#csv .hash")
    name, content = taken(page, '#csv a[href^="csv/"]:not([href*=part])')
    assert name == "mdms-2014-v1.csv"
    assert hashlib.sha256(content).hexdigest() == printed
    assert len(content.splitlines()) == library.version.rows + 1
    page.click("#csv details summary")
    assert all(words.strip() for words in page.locator("#csv details li").all_inner_texts())
    assert page.locator("#csv details li").first.is_visible()
    says(page, "What it could not carry")
    _name, codebook = taken(page, '#html a[href^="html/"]')
    assert "本地认同" in codebook.decode()
