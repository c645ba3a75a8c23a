"""Writes the wave, the codebook sheet that is given beside it, and the hash it has on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from studies.making.sav import write, write_checksum
from studies.mdms.generate_2016.sheet import write_sheet
from studies.mdms.generate_2016.spec import SEED, read_drift
from studies.mdms.generate_2016.wave import generate

OUTPUT = Path(__file__).parents[1] / "waves" / "mdms_2016.sav"
LABEL = "SYNTHETIC: migrants in 8 cities 2016 | 模拟数据：八城市"
NOTES = (
    "SYNTHETIC DATA: no record belongs to a real person.",
    "模拟数据：没有任何记录来自真实个人。",
    "Drawn like the wave of 2014 with another seed and asked with other questions.",
    "It is no panel: nobody of the wave of 2014 is in it.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    asked = parser.parse_args()
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    codebook = read_drift().codebook
    write(generate(asked.seed), codebook, asked.output, label=LABEL, notes=NOTES, weight="WGT")
    write_sheet(asked.output.with_name(asked.output.stem + "_codebook.csv"))
    print(write_checksum(asked.output))  # noqa: T201 - a program for people


if __name__ == "__main__":
    main()
