"""What lies where in a bundle."""

from __future__ import annotations

FORMAT = 1  # goes up whenever a bundle is laid out otherwise

README = "README.txt"
CRATE = "ro-crate-metadata.json"
MANIFEST = "manifest-sha256.txt"
RUN = "run.json"
SPECIFICATION = "specification.json"
RESULT = "result.json"
FIGURES = "figures.csv"
SCRIPT = "replicate.R"
COLUMNS = "data/columns.json"
DATA = "data/data.csv"
CELLS = "data/cells/"  # one file per column, as the hashes are taken over them
TABLES = "tables/"
PICTURES = "pictures/"
CODEBOOKS = "codebooks/"
RULES = "rules/"
