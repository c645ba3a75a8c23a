"""The API of analyses, runs and targets: who sees what, results, comparison, audit."""

from __future__ import annotations

import pytest
from django.test import Client

from analytics.models import Run
from analytics.services.analyses import define_analysis, run_analysis
from analytics.services.targets import define_target
from surveys.models import Study, User
from tests.clients import INSIDE, clients_of, statuses
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
SPEC = {"kind": "linear", "formula": "y ~ x", "missing": "listwise", "targets": "paper/table1#model1"}


@pytest.fixture
def study() -> Study:
    return make_study()


@pytest.fixture
def run(study: Study) -> Run:
    user: User = make_member(study)
    cells = {"x": [1, 2, 3, 4, 5, 6, 7, 8] * 2, "y": [2, 3, 5, 4, 6, 8, 7, 9] * 2}
    version = make_wave_version(
        make_wave(study), [(variable(name), values) for name, values in cells.items()]
    )
    printed = [
        {"column": "model1", "term": "x", "statistic": "estimate", "printed": "0.95", "label": "X"},
        {"column": "model1", "term": "x", "statistic": "se", "printed": "0.10", "label": "X"},
        {"column": "model1", "term": "n", "statistic": "n", "printed": "16", "label": "N"},
    ]
    define_target(user, study, "paper/table1", kind="models", cells=printed, citation="A paper (2020)")
    return run_analysis(user, define_analysis(user, study, "line", spec=SPEC), version)


@pytest.fixture
def people(study: Study) -> dict[str, Client]:
    return clients_of(study)


def test_who_sees_what_of_a_closed_study(run: Run, people: dict[str, Client]) -> None:
    addresses = (
        "analyses/mdms/line", f"runs/{run.pk}", f"runs/{run.pk}/comparison", f"runs/{run.pk}/document",
        "targets/mdms/paper/table1",
    )  # fmt: skip
    found = {address: statuses(people, f"{ROOT}/{address}/") for address in addresses}
    assert found == dict.fromkeys(addresses, INSIDE)


@pytest.mark.parametrize("name", ["analyses", "runs", "targets"])
def test_lists_hold_nothing_of_a_closed_study(name: str, run: Run, people: dict[str, Client]) -> None:
    counts = {who: client.get(f"{ROOT}/{name}/?study=mdms").json()["count"] for who, client in people.items()}
    assert counts == {"anonymous": 0, "outsider": 0, "reader": 1, "holder": 1, "manager": 1}


def test_a_run_tells_what_it_read_and_found(run: Run, people: dict[str, Client]) -> None:
    said = people["reader"].get(f"{ROOT}/runs/{run.pk}/").json()
    assert (said["version"], said["analysis"], said["n_used"]) == ("mdms/2014@1", "line", 16)
    assert set(said["inputs"]) == {"x", "y"}
    assert said["freshness"] == {"state": "fresh", "causes": [], "next_step": "", "remarks": []}
    (model,) = run.result["models"]
    model["result"]["diagnostics"]["influence"] = None  # of single rows: told with the data alone
    assert said["result"] == run.result
    document = people["reader"].get(f"{ROOT}/runs/{run.pk}/document/").json()
    slope = next(one for one in document["estimates"] if one["term"] == "x")
    assert slope["estimate"] == pytest.approx(0.952381, abs=1e-6)  # 40 / 42, by hand


def test_a_run_is_laid_beside_its_target(run: Run, people: dict[str, Client]) -> None:
    said = people["reader"].get(f"{ROOT}/runs/{run.pk}/comparison/").json()
    assert said["run"] == run.pk
    assert any(row.get("term") == "x" for row in said["cells"])


def test_a_target_keeps_its_figures_as_printed(run: Run, people: dict[str, Client]) -> None:
    said = people["reader"].get(f"{ROOT}/targets/mdms/paper/table1/").json()
    assert [cell["printed"] for cell in said["cells"]] == ["0.95", "0.10", "16"]
    assert isinstance(said["audit"], list)


def test_runs_of_one_analysis(run: Run, people: dict[str, Client]) -> None:
    assert people["reader"].get(f"{ROOT}/runs/?analysis=line").json()["count"] == 1
    assert people["reader"].get(f"{ROOT}/runs/?analysis=other").json()["count"] == 0
    assert people["reader"].get(f"{ROOT}/runs/?analyses=line").status_code == 400
