"""The grammar of formulas: R's, cut down and closed.  Nothing here is ever evaluated as a program."""

from __future__ import annotations

GRAMMAR = r"""
formula: (outcome "~")? sum
outcome: numeric
sum: summand ("+" summand)*
?summand: ONE -> one
    | ZERO -> zero
    | cross
cross: interaction ("*" interaction)*
interaction: atom (":" atom)*
?atom: factor | numeric
factor: C_OPEN name ("," REF "=" level)? ")"
?numeric: variable
    | LN_OPEN variable ")" -> log
    | CENTER_OPEN numeric ")" -> center
    | WITHIN_OPEN numeric ")" -> within
    | MEAN_OPEN numeric ")" -> group_mean
    | I_OPEN numeric "^" INTEGER ")" -> power
variable: name
name: NAME | QUOTED_NAME
level: STRING | NUMBER | INTEGER | ONE | ZERO

C_OPEN.3: /C[ \t]*\(/
LN_OPEN.3: /ln[ \t]*\(/
CENTER_OPEN.3: /center[ \t]*\(/
WITHIN_OPEN.3: /within[ \t]*\(/
MEAN_OPEN.3: /group_mean[ \t]*\(/
I_OPEN.3: /I[ \t]*\(/
REF.2: /ref(?=\s*=)/
NAME: /[A-Za-z_][A-Za-z0-9_.]*/
QUOTED_NAME: /`[^`\n]+`/
STRING: /"(\\.|[^"\\\n])*"/ | /'(\\.|[^'\\\n])*'/
ONE.2: /1(?![0-9.])/
ZERO.2: /0(?![0-9.])/
NUMBER: /-?[0-9]+(\.[0-9]+)?/
INTEGER.1: /[0-9]+(?![0-9.])/
%ignore /\s+/
"""
