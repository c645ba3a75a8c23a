"""Citations name the version and the content."""

from __future__ import annotations

from datetime import date

from surveys.core.citation import cite

HASH = "0123456789abcdef" * 4


def test_the_sentence_names_version_date_and_content() -> None:
    cited = cite(
        title="Study, 2014", name="mdms/2014@1", made=date(2026, 1, 2), content_hash=HASH, source="A. (2014)."
    )
    assert cited.text == "A. (2014). Study, 2014, version mdms/2014@1, 2026-01-02. SHA-256 0123456789abcdef."


def test_synthetic_data_say_so_in_both_forms() -> None:
    cited = cite(title="S", name="a/b@1", made=date(2026, 1, 2), content_hash=HASH, is_synthetic=True)
    assert "[synthetic data]" in cited.text and "[synthetic data]" in cited.bibtex


def test_bibtex_takes_no_command_from_a_title() -> None:
    cited = cite(title="50% & {more} \\input{x}_y", name="a/b_c@1", made=date(2026, 1, 2), content_hash=HASH)
    assert cited.bibtex.startswith("@misc{a_b_c_1,")
    assert "50\\% \\& \\{more\\} /input\\{x\\}\\_y" in cited.bibtex
