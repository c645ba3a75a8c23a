"""Writes the wave and the hash it has on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from studies.making.sav import write, write_checksum
from studies.mdms.generate.spec import SEED, read_spec
from studies.mdms.generate.wave import generate

OUTPUT = Path(__file__).parents[1] / "waves" / "mdms_2014.sav"
LABEL = "SYNTHETIC: migrants in 8 cities 2014 | 模拟数据：八城市"
NOTES = (
    "SYNTHETIC DATA: no record belongs to a real person.",
    "模拟数据：没有任何记录来自真实个人。",
    "Margins and slopes follow Tables 1 and 2 of Xie et al. (2022),",
    "Frontiers in Psychology 13:919592; everything else was drawn at random.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    asked = parser.parse_args()
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    write(generate(asked.seed), read_spec().codebook, asked.output, label=LABEL, notes=NOTES)
    print(write_checksum(asked.output))  # noqa: T201 - a program for people


if __name__ == "__main__":
    main()
