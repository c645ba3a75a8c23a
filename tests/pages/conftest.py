"""A small open study from wave to target, somebody of each kind who visits it, and a study that is closed."""

from __future__ import annotations

import atexit
import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from analytics.models import Run, Target
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.hypotheses import define_hypotheses
from analytics.services.targets import define_target
from measures.models import Dataset, DatasetVersion, Measure
from measures.services.datasets import build_dataset, define_dataset
from measures.services.rules import publish, save_draft
from surveys.core.codebook import Code, Level, MissingRule, ValueType
from surveys.models import StoredFile, Study, User, Wave, WaveVersion
from tests.conftest import absent
from tests.factories import make_member, make_study, make_user, make_wave, make_wave_version, variable
from tests.kept_rows import Rows, rows_here, set_down, store_here

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
N = 60
EVIL = "<script>alert('label')</script>"
YES_NO = (Code(0, {"en": "no", "zh": "否"}), Code(1, {"en": "yes", "zh": "是"}))
GONE = (
    MissingRule("refused", value=-1, labels={"en": "would not say", "zh": "不愿回答"}),
    MissingRule("dont_know", value=-2),
)
IDENTITY = {"en": "Feels local", "zh": "本地认同"}
QUESTION = {"en": "Do you feel local?", "zh": "您是否认同自己是本地人？"}


def columns() -> list[Any]:
    def yes_no(name: str, labels: dict[str, str], cells: list[Any], **more: Any) -> Any:
        return variable(name, labels=labels, codes=YES_NO, missing=GONE, **more), cells

    return [
        (variable("rid", level=Level.UNKNOWN), list(range(1, N + 1))),
        yes_no("q_local", IDENTITY, [int(i % 7 < 2) for i in range(N)], question=QUESTION),
        yes_no("q_union", {"en": "Union", "zh": "工会"}, [i % 2 for i in range(N)], group="organisations"),
        yes_no(
            "q_party",
            {"en": "Party branch", "zh": "党支部"},
            [-1, -2, *(int(i % 5 == 0) for i in range(N - 2))],
        ),
        yes_no("q_ins", {"en": "Insurance", "zh": "社保"}, [int(i % 3 == 0 or i % 7 < 2) for i in range(N)]),
        (
            variable("q_income", ValueType.DECIMAL, level=Level.SCALE, labels={"en": "Income", "zh": "收入"}),
            [1000.0 + 37.5 * i if i else None for i in range(N)],
        ),
        (
            variable("evil", labels={"en": EVIL}, codes=(Code(1, {"en": '"><img src=x onerror=alert(1)>'}),)),
            [1] * N,
        ),
    ]


@dataclass(frozen=True)
class Library:
    """What there is to visit; ``owner`` may do everything, ``reader`` may look, ``stranger`` is no member."""

    study: Study
    wave: Wave
    version: WaveVersion
    measure: Measure
    dataset: Dataset
    dataset_version: DatasetVersion
    runs: dict[str, Run]
    target: Target
    owner: User
    reader: User
    stranger: User
    pages: dict[str, str] = field(default_factory=dict)


def build_library(slug: str = "mdms", **fields: Any) -> Library:
    """A library, set down as the first of its kind was where nothing is in its way."""
    asked = (slug, *sorted(fields.items()))
    if connection.vendor != "sqlite" or User.objects.exists() or StoredFile.objects.exists():
        return _built(slug, **fields)
    if asked not in _KEPT:
        library = _built(slug, **fields)
        folder = Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        shutil.copytree(store_here(), folder, dirs_exist_ok=True)
        _KEPT[asked] = library, rows_here(), folder
        return library
    library, rows, folder = _KEPT[asked]
    set_down(rows, folder)
    return _read_anew(library)


_KEPT: dict[tuple[Any, ...], tuple[Library, Rows, Path]] = {}


def _read_anew(library: Library) -> Library:
    def anew(one: Any) -> Any:
        return type(one).objects.get(pk=one.pk) if isinstance(one, Model) else one

    parts = {part.name: anew(getattr(library, part.name)) for part in dataclasses.fields(library)}
    parts["runs"] = {name: anew(run) for name, run in library.runs.items()}
    return Library(**parts | {"pages": dict(library.pages)})


def _built(slug: str, **fields: Any) -> Library:
    study = make_study(
        slug, labels={"en": "Migrants", "zh": "流动人口"}, missing_reasons={"-1": "refused"}, **fields
    )
    owner = make_member(study, f"owner_{slug}", "manager")
    study.memberships.filter(user=owner).update(microdata=True)
    reader = make_member(study, f"reader_{slug}", "reader", is_staff=False)
    wave = make_wave(
        study, labels={"en": "Fieldwork 2014", "zh": "2014年调查"}, is_synthetic=study.is_synthetic
    )
    version = make_wave_version(wave, columns())
    measure = publish_fsp(owner, study)
    recipe = {"wave": "2014", "key": "rid", "measures": ["fsp"], "items": ["q_local", "q_ins"]}
    dataset = define_dataset(
        owner, study, "integration", recipe=recipe, labels={"en": "Integration", "zh": "融合"}
    )
    built = build_dataset(owner, dataset).version
    target = make_target(owner, study)
    define_hypotheses(owner, study, "paper", register=HYPOTHESES, labels={"en": "Paper", "zh": "论文"})
    runs = {name: make_run(owner, study, built, name, spec) for name, spec in SPECS.items()}
    stranger = make_user(f"stranger_{slug}")
    library = Library(study, wave, version, measure, dataset, built, runs, target, owner, reader, stranger)
    library.pages.update(addresses(library))
    return library


HYPOTHESES: dict[str, Any] = {
    "target": "paper/table2",
    "hypotheses": {
        "H1": {
            "text": {"en": "members feel local", "zh": "成员认同本地"},
            "term": "fsp",
            "sign": "+",
            "published": "supported",
            "printed": "model1",
            "tested": {"logit": "table2#model1", "linear": "table2#model2"},
        }
    },
}
SPECS: dict[str, dict[str, Any]] = {
    "table1": {"kind": "descriptives", "variables": ["q_local", "fsp"]},
    "table2": {
        "kind": "series",
        "base": "q_local ~ fsp",
        "models": [
            {"name": "model1", "label": "Model 1", "kind": "logit"},
            {"name": "model2", "label": "Model 2", "kind": "linear", "from": "model1", "add": "q_ins"},
        ],
        "targets": "paper/table2",
    },
    "by_insurance": {"kind": "crosstab", "variable": "q_local", "by": "q_ins"},
}


def publish_fsp(user: User, study: Study) -> Measure:
    draft = save_draft(
        user,
        study,
        "fsp",
        rule="any_of(q_union, q_party)",
        labels={"en": "Formal participation", "zh": "正式社会参与"},
        value_labels=[{"value": 1, "labels": {"en": "yes", "zh": "是"}}],
        examples=[{"given": {"q_union": 1, "q_party": 0}, "then": 1}],
        citation="A paper (2022)",
    )
    publish(user, draft.measure)
    return draft.measure


def make_target(user: User, study: Study) -> Target:
    printed = {"fsp": ("0.500", "0.200", "*"), "constant": ("-1.200", "0.300", "***")}
    cells = [
        {"column": "model1", "term": term, "statistic": statistic, "printed": text, "label": term.upper()}
        for term, texts in printed.items()
        for statistic, text in zip(("estimate", "se", "stars"), texts, strict=True)
    ]
    cells.append({"column": "model1", "term": "n", "statistic": "n", "printed": "60", "label": "N"})
    notes = {"models": {"model1": {"label": "Model 1", "kind": "logit"}}, "outcome": "q_local"}
    labels = {"en": "A paper, Table 2", "zh": "某文表2"}
    return define_target(user, study, "paper/table2", kind="models", cells=cells, labels=labels, notes=notes)


def make_run(user: User, study: Study, version: DatasetVersion, slug: str, spec: dict[str, Any]) -> Run:
    analysis = define_analysis(
        user, study, slug, spec=spec, labels={"en": f"Analysis {slug}", "zh": f"分析{slug}"}
    )
    return run_analysis(user, analysis, version)


def addresses(library: Library) -> dict[str, str]:
    study = f"/studies/{library.study.slug}/"
    wave, dataset = f"{study}waves/2014@1/", f"{study}datasets/integration@1/"
    runs = {f"run_{name}": f"/runs/{run.pk}/" for name, run in library.runs.items()}
    return {
        "study": study,
        "wave": wave,
        "variable": f"{wave}variables/q_local/",
        "evil": f"{wave}variables/evil/",
        "wave_download": f"{wave}download/",
        "edit_codebook": f"{wave}codebook/",
        "measures": f"{study}measures/",
        "measure": f"{study}measures/fsp/",
        "measure_version": f"{study}measures/fsp@1/",
        "compare_measures": f"{study}measures/fsp/compare/?a=1&b=1",
        "dataset": dataset,
        "column": f"{dataset}columns/fsp/",
        "dataset_download": f"{dataset}download/",
        "analyses": f"{study}analyses/",
        "analysis": f"{study}analyses/table2/",
        "target": f"{study}targets/paper/table2/",
        "hypotheses": f"{study}hypotheses/paper/",
        "compare": f"{study}compare/?before=2014@1&after=2014@1",
        "choose": f"{study}compare/",
        "compare_row": f"{study}compare/row/?before=2014@1&after=2014@1&old=q_local&new=q_local",
        "items": f"{study}items/",
        "item": f"{study}items/q_local/",
        "erratum": f"{wave}erratum/",
        "freshness": f"{study}freshness/",
        "run_freshness": f"{runs['run_table2']}freshness/",
        "number": f"{runs['run_table2']}number/?model=model1&term=fsp",
        "compare_runs": "/runs/compare/?a={0}&b={0}".format(library.runs["table2"].pk),
        **runs,
    }


@pytest.fixture
def library(db: None) -> Library:
    return build_library(is_open=True, is_synthetic=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, for as long as one module runs."""
    if CHROMIUM is None:
        absent("no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_playwright() as running:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's own loop runs in this thread
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server: Any) -> tuple[str, Library]:
    """Where the library is served, and the library."""
    return live_server.url, build_library(is_open=True, is_synthetic=True)


def complaints_of(page: Any, url: str) -> list[str]:
    """What goes wrong on a page from now on: errors of scripts and of the console (what the policy refuses
    is among them), and anything asked of another site than ``url``."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(url) else found.append(asked.url))
    return found


def visit(client: Client, address: str, user: User | None = None, **more: Any) -> HttpResponse:
    """The page at ``address`` as ``user`` sees it."""
    if user is not None:
        client.force_login(user)
    return client.get(address, **more)  # type: ignore[return-value]


def text(page: Any) -> str:
    """What the page says."""
    return str(page.content.decode())
