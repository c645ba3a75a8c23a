"""Tries a rule on a wave: the sentence, its type, coverage and tally, or every mistake."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import CommandParser

from measures.services.rules import preview
from surveys.management.base import WavebookCommand
from surveys.models import User
from surveys.selectors import wave_version_named

AROUND = 200  # characters of a rule told on either side of where a mistake begins


class Command(WavebookCommand):
    help = "Try a rule on a wave without keeping anything."

    def add_arguments(self, parser: CommandParser) -> None:
        # a rule may begin with a minus, as in -a+b: what no option is called is taken for the rule
        parser._negative_number_matcher = re.compile(r"-[^-]")
        parser.add_argument(
            "rule", metavar="RULE", help='for example: recode(q_sex, {"male": 1, "female": 0})'
        )
        parser.add_argument("--wave", required=True, metavar="STUDY/WAVE[@n]")
        parser.add_argument("--language", default="en", choices=("en", "zh"))

    def work(self, user: User, **options: Any) -> dict[str, Any]:
        version = wave_version_named(user, options["wave"])
        tried = preview(user, version.study, options["rule"], version, language=options["language"])
        for problem in tried.problems:
            self.talk(problem.sentence())
            if problem.position is not None:
                self.talk(marked(options["rule"], problem.position))
        return tried.as_json() | {"seconds": round(tried.seconds, 3)}

    def show(self, outcome: dict[str, Any]) -> None:
        if outcome["sentence"]:
            self.stdout.write("\n".join(outcome["sentence"].values()))
            self.stdout.write(f"type: {outcome['type']}")
            for reason, rows in outcome["tally"].items():
                self.stdout.write(f"{rows:>10}  {reason}")
            for value, rows in outcome["values"]:
                self.stdout.write(f"{rows:>10}  = {value}")

    def refused(self, outcome: dict[str, Any]) -> bool:
        return bool(outcome["problems"])


def marked(rule: str, position: tuple[int, int]) -> str:
    """The line of the rule with a mark under the slice that is meant; of a long line what is around it."""
    start, end = position
    begin = max(rule.rfind("\n", 0, start) + 1, start - AROUND)
    line = rule[begin : start + AROUND].split("\n", 1)[0]
    length = max(1, min(end - start, len(line) - (start - begin)))
    return f"    {line}\n    {' ' * (start - begin)}{'^' * length}"
