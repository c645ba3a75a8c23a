"""`make bench`: every ratio measured side by side in one run; nothing is asserted here.

    make bench                            all parts, with files of 50,000 rows
    make bench ASK=--full                 with files of 200,000 rows, which the goals are set for
    make bench ASK="export --rounds 3"    one part, the median of three turns

The columns are wall seconds, seconds of the processor (the ones to compare on a busy machine), and the peak
memory of the whole process tree.  Goals: import and export in 0.6 of the time and 0.5 of the memory of the
bare program above them, frequencies within 2 s, searches within 100 ms, pages within 200 ms; forty measures
in half of the time and a quarter of the memory of pandas, and in 1.5 x the time of SQL written by hand; a
preview of a rule on 16,000 rows within 0.3 s, on a million and a half within 2 s;
a crosstab of a million and a half rows within a second; 500 models of a multiverse within five minutes.
"""

from __future__ import annotations

import argparse
from importlib import import_module

SIZED = (
    "import",
    "export",
    "frequencies",
    "measures",
    "previews",
    "multilevel",
)  # parts that work on the big file
PARTS = (*SIZED, "catalogue", "models", "multiverse", "tables", "pages")
ROWS, FULL = 50_000, 200_000


def main() -> None:
    parser = argparse.ArgumentParser(
        "make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when not said")
    parser.add_argument(
        "--rows", type=int, default=ROWS, help=f"rows of the big file; {ROWS:,} when not said"
    )
    parser.add_argument("--full", dest="rows", action="store_const", const=FULL, help=f"{FULL:,} rows")
    parser.add_argument("--rounds", type=int, default=1, help="turns of each side; 1 when not said")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in asked.parts or PARTS:
        run = import_module(f"tests.bench.bench_{part}").main
        if part in SIZED:
            run(asked.rows, asked.rounds)
        else:
            run()
        print()


if __name__ == "__main__":
    main()
