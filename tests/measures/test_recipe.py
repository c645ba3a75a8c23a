import pytest

from measures.core.recipe import Named, read_recipe
from surveys.core.problems import Refused

WHOLE = {"wave": "2014", "measures": ["fsp", "no_contract@1"], "items": ["city"], "key": "rid"}


def test_a_recipe_is_read_and_written_back() -> None:
    recipe = read_recipe(WHOLE)
    assert recipe.measures == (Named("fsp"), Named("no_contract", 1))
    assert recipe.as_json() == WHOLE


def test_a_wave_may_be_a_number_and_named_with_its_study() -> None:
    assert read_recipe(WHOLE | {"wave": 2014}).wave == Named("2014")
    assert read_recipe(WHOLE | {"wave": "mdms/2014@3"}).wave == Named("2014", 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"wave": None}, "no_wave"),
        ({"wave": ["2014"]}, "bad_name"),
        ({"measure": ["fsp"]}, "unknown_field"),
        ({"measures": "fsp"}, "bad_recipe"),
        ({"measures": [{"fsp": 1}]}, "bad_name"),
        ({"measures": ["fsp", "fsp@1"]}, "named_twice"),
        ({"items": ["fsp"]}, "named_twice"),
        ({"measures": [], "items": []}, "empty_recipe"),
        ({"metric": "integration@abc"}, "bad_metric"),
        ({"metric": "integration"}, "bad_metric"),
        ({"metric": "a/b/integration@1"}, "bad_metric"),
        ({"metric": ["integration@1"]}, "bad_metric"),
        ({"metric": "integration@" + "9" * 5000}, "bad_metric"),
        ({"measures": ["fsp@" + "9" * 5000]}, "bad_name"),
        ({"where": "q == 'a\0b'"}, "not_storable"),
        ({"items": ["a\ud800"]}, "not_storable"),
        ({"wave": float("inf")}, "not_storable"),
        ({"wave": "2014@" + "9" * 5000}, "bad_name"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_named(change: dict, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_recipe(WHOLE | change)
    assert code in [problem.code for problem in refused.value.problems]


def test_every_mistake_at_once_with_near_misses() -> None:
    with pytest.raises(Refused) as refused:
        read_recipe({"mesures": ["fsp"], "items": "city"})
    problems = {problem.code: problem for problem in refused.value.problems}
    assert set(problems) == {"unknown_field", "no_wave", "bad_recipe"}
    assert problems["unknown_field"].near == ("measures",)


def test_a_recipe_that_is_no_table_is_refused() -> None:
    with pytest.raises(Refused):
        read_recipe(["fsp"])
