"""Every shipped dataset has the same hash on every database, by one worker or two, in any place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from measures.models import Dataset
from measures.services.datasets import build_dataset
from surveys.models import User
from tests.conftest import ROOT, WHOLE

KEPT = Path(__file__).with_name("dataset_hashes.txt")
STUDIES = ("community", "fuzhou", "mdms")
ELSEWHERE = {"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}
ASK = """
from measures.models import Dataset
from measures.services.datasets import submit_build
from surveys.services.people import acting_user

for dataset in Dataset.objects.all():
    submit_build(acting_user(), dataset)
"""
TELL = """
from measures.models import DatasetVersion
from surveys.models import Job

assert set(Job.objects.values_list("state", flat=True)) == {"done"}
for version in DatasetVersion.objects.all():
    print("found", version.dataset.study.slug + "/" + version.dataset.slug, version.content_hash)
"""


def kept(studies: tuple[str, ...] = STUDIES) -> dict[str, str]:
    """Dataset -> the hash that it has everywhere."""
    lines = (line.split() for line in KEPT.read_text(encoding="utf-8").splitlines())
    return {name: content for name, content in lines if name.split("/")[0] in studies}


def test_every_shipped_dataset_has_its_hash(boss: User) -> None:
    built = (build_dataset(boss, dataset).version for dataset in Dataset.objects.all())
    assert {f"{one.dataset.study.slug}/{one.dataset.slug}": one.content_hash for one in built} == kept()


@pytest.mark.proof
def test_two_workers_in_another_place_give_the_same_hashes(tmp_path: Path) -> None:
    """Jobs shared by two workers, in a time zone of odd minutes, with other rules of capital letters."""
    here = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "WAVEBOOK"))
    }
    environment = {**here, **ELSEWHERE, "WAVEBOOK_HOME": str(tmp_path / "home")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    studies = STUDIES if WHOLE else ("fuzhou",)
    for study in studies:
        run("load_study", str(ROOT / "studies" / study))
    run("shell", "-v0", "-c", ASK)
    command = [sys.executable, "manage.py", "worker", "--once"]
    workers = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(2)]
    assert [worker.wait(300) for worker in workers] == [0, 0]
    said = (line.split() for line in run("shell", "-v0", "-c", TELL).splitlines())
    assert {line[1]: line[2] for line in said if line[:1] == ["found"]} == kept(studies)
