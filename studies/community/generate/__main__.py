"""Writes the survey, the community records beside it, and the hash the survey has on this machine."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from studies.community.generate.places import Places
from studies.community.generate.records import codebook, generate
from studies.community.generate.spec import SEED
from studies.making.sav import write, write_checksum

STUDY = Path(__file__).parents[1]
LABEL = "SYNTHETIC: migrants in communities | 模拟数据：社区"
NOTES = (
    "SYNTHETIC DATA: no record belongs to a real person, no city is real.",
    "模拟数据：没有任何记录来自真实个人，城市均为虚构。",
    "Items are ours, for the constructs of Chow and Lou (2015), Wang (2011)",
    "and Chang (2018); none of the three papers prints data.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=STUDY)
    asked = parser.parse_args()
    columns, places = generate(asked.seed)
    wave = asked.output / "waves" / "community_2017.sav"
    for folder in (wave.parent, asked.output / "context"):
        folder.mkdir(parents=True, exist_ok=True)
    write(columns, codebook(), wave, label=LABEL, notes=NOTES)
    write_records(places, asked.output / "context" / "communities.csv")
    print(write_checksum(wave))  # noqa: T201 - a program for people


def write_records(places: Places, path: Path) -> None:
    """The community questionnaire, one row per community."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(places.record_heads)
        writer.writerows(places.records)


if __name__ == "__main__":
    main()
