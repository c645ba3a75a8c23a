"""Two codebooks, and two versions of one wave, side by side: pure, and nothing is decided here."""

from surveys.core.comparison.books import Book, compare_books
from surveys.core.comparison.cells import (
    CellDifference,
    ColumnDifference,
    cell_difference,
    changed_cells,
    differing_columns,
    told,
    told_rows,
)
from surveys.core.comparison.codes import suggested_map
from surveys.core.comparison.difference import Comparison, Kind, Renaming, VariableDifference
from surveys.core.comparison.document import cells_document, comparison_document, distribution_document
from surveys.core.comparison.matching import StoredColumn, StoredRows, match_rows
from surveys.core.comparison.texts import word_difference
from surveys.core.comparison.variables import IN_ONE_WAVE, NOTICEABLE, differs_in_words

__all__ = [
    "IN_ONE_WAVE",
    "NOTICEABLE",
    "Book",
    "CellDifference",
    "ColumnDifference",
    "Comparison",
    "Kind",
    "Renaming",
    "StoredColumn",
    "StoredRows",
    "VariableDifference",
    "cell_difference",
    "cells_document",
    "changed_cells",
    "compare_books",
    "comparison_document",
    "differing_columns",
    "differs_in_words",
    "distribution_document",
    "match_rows",
    "suggested_map",
    "told",
    "told_rows",
    "word_difference",
]
