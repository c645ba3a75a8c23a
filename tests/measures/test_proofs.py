"""What is proved at publishing, and what is told of it."""

from __future__ import annotations

from django.test import Client

from measures.services.rules import preview
from tests.measures.conftest import Room

SHARE = "case((group_mean(recode(q_home, {1..3: 1}, other=0), by=city) > 0.5, 1), otherwise=0)"


def test_outcomes_of_a_part_are_told_with_their_part(room: Room, client: Client) -> None:
    shared = room.publish("shared", SHARE)
    rows = shared.published.report["waves"][0]["coverage"]
    assert {row["item"]: row["through"].get("en") for row in rows} == {
        "q_home": "“Home”, recoded: 1 to 3 becomes 1; any other value becomes 0",
        "city": "“City”",
    }
    whole = preview(room.user, room.study, "recode(q_sex, {1: 1}, other=0)", room.version).as_json()
    assert all(row["through"] == {} for row in whole["coverage"])
    client.force_login(room.user)
    page = client.get("/studies/mdms/measures/shared/").content.decode()
    assert "What this part of the rule makes of q_home; the measure depends on more than that" in page
    page = client.get(
        "/studies/mdms/measures/shared/", headers={"accept-language": "zh-hans"}
    ).content.decode()
    assert "规则的这一部分对 q_home 给出的结果" in page and "“住房”" in page
