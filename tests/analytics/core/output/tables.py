"""A small table with everything a table can have, hostile texts among it."""

from __future__ import annotations

from analytics.core.output.table import Span, Table, TableCell, TableRow

HOSTILE = '=HYPERLINK("x") & 50% of $a_b^2 {c} ~ <script> \\input{x} --'

STATUS = (TableCell("-0.123** (0.045)", -0.12345, 0.0451, "**"), None, TableCell("in"))
MEMBER = (TableCell("1.000", 1.0, marks=(1,)), TableCell("0.010† (0.006)", 0.01, 0.006, "†"), None)
ROWS = (TableCell("15,999", 15999.0), TableCell("1.2e-05", 1.2e-5), TableCell("–"))

TABLE = Table(
    columns=("Model 1", "模型 2", HOSTILE),
    rows=(TableRow("x", "Status", STATUS), TableRow("z", HOSTILE, MEMBER), TableRow("n", "N", ROWS, "fit")),
    notes=("Standard errors in parentheses.", HOSTILE),
    title="Table 2: 本地认同",
    spans=(Span("Logit", 0, 2),),
    sections={"fit": "Fit"},
    footnotes=("Few groups.",),
    language="zh",
    about={"run": 7},
)
