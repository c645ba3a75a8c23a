"""Writes the survey and the hash it has on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from studies.fuzhou.generate.records import SEED, codebook, generate
from studies.making.sav import write, write_checksum

OUTPUT = Path(__file__).parents[1] / "waves" / "fuzhou_2009.sav"
LABEL = "SYNTHETIC: migrants in Fuzhou 2009 | 模拟数据：福州"
NOTES = (
    "SYNTHETIC DATA: no record belongs to a real person.",
    "模拟数据：没有任何记录来自真实个人。",
    "Margins are those of Zhu and Lin (2011), CSP Research Report 01, IDS;",
    "how answers go together was drawn at random.",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    asked = parser.parse_args()
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    write(generate(asked.seed), codebook(), asked.output, label=LABEL, notes=NOTES)
    print(write_checksum(asked.output))  # noqa: T201 - a program for people


if __name__ == "__main__":
    main()
