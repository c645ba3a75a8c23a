"""The words and the look of the codebook page."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "codebook": "Codebook", "cite": "Cite as", "made": "Version of", "rows": "Rows",
        "variables": "Variables", "content": "Content SHA-256", "codebook_hash": "Codebook SHA-256",
        "licence": "Licence", "weight": "Case weight", "file_label": "File", "notes": "Notes",
        "shown": "Counts",
        "disclosure": "Labelled codes are counted in full. A value without a label is told where at least "
        "ten rows share it.",
        "synthetic": "These data are synthetic: no record belongs to a real person.",
        "contents": "Contents", "name": "Name", "label": "Label", "type": "Type", "valid": "Valid",
        "sets": "Multiple-response sets", "categories": "answers by category",
        "ticked": "ticked answers, counted code", "code": "Code", "count": "Count", "of_all": "% of all",
        "of_valid": "% of valid", "absent": "Missing, by reason",
        "unlisted": "Valid rows with values not listed",
        "multiple": "A row may hold several answers: the percentages may add up to more than 100.",
        "ranges": "Declared missing ranges",
        "withheld": "Values, extremes or classes that would tell single answers are left out.",
        "corrected": "This was corrected in a later version: counts of an earlier one are not told, for "
        "their difference would tell single answers.",
        "unit": "Unit", "universe": "Universe", "format": "Format",
        "limits": "Valid range",
        "integer": "whole number", "decimal": "number", "text": "text", "date": "date",
        "datetime": "date and time", "time": "duration",
        "nominal": "nominal", "ordinal": "ordinal", "scale": "scale",
        "derived": "derived", "key": "key",  "stratum": "stratum", "psu": "primary sampling unit",
        "mean": "mean", "sd": "SD", "min": "min", "p5": "5th percentile", "median": "median",
        "p95": "95th percentile", "max": "max",
    },
    "zh": {
        "codebook": "编码本", "cite": "引用方式", "made": "版本日期", "rows": "行数",
        "variables": "变量数", "content": "内容 SHA-256", "codebook_hash": "编码本 SHA-256",
        "licence": "许可", "weight": "个案权重", "file_label": "文件", "notes": "备注",
        "shown": "频数", "disclosure": "有标签的编码全部计数；没有标签的值仅在至少十行相同时列出。",
        "synthetic": "这些数据是合成的：没有任何一条记录属于真实的人。",
        "contents": "目录", "name": "变量名", "label": "标签", "type": "类型", "valid": "有效",
        "sets": "多选题组", "categories": "按类别作答", "ticked": "勾选作答，计数编码",
        "code": "编码", "count": "频数", "of_all": "占全部 %", "of_valid": "占有效 %",
        "absent": "缺失（按原因）", "unlisted": "值未列出的有效行", "ranges": "声明为缺失的范围",
        "multiple": "一行可以包含多个回答：百分比之和可能超过 100。",
        "withheld": "会暴露个别回答的值、极值或分组未列出。",
        "corrected": "此变量已在较新的版本中更正：不列出较早版本的频数，因为两者之差会暴露个别回答。",
        "unit": "单位", "universe": "适用对象", "format": "格式", "limits": "有效范围",
        "integer": "整数", "decimal": "数值", "text": "文本", "date": "日期", "datetime": "日期时间",
        "time": "时长", "nominal": "定类", "ordinal": "定序", "scale": "定距",
        "derived": "衍生", "key": "键", "stratum": "分层", "psu": "初级抽样单位",
        "mean": "均值", "sd": "标准差", "min": "最小值", "p5": "第 5 百分位", "median": "中位数",
        "p95": "第 95 百分位", "max": "最大值",
    },
}  # fmt: skip

STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--quiet:#5c6b7a;--line:#d9dfe5;--bar:#3f7cac;--gone:#b9a27a;--panel:#f5f7f9;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e4e9ee;--quiet:#9aa8b5;--line:#33404c;--bar:#6aa5d2;--gone:#8c7a55;--panel:#1b242d;--paper:#12181e}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:58rem;font:1rem/1.55 system-ui,"Noto Sans","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink);background:var(--paper)}
h1{margin:.2rem 0;font-size:1.7rem;line-height:1.25}
h2{margin:2.2rem 0 .6rem;font-size:1.2rem}
h2.group{padding-top:.6rem;border-top:2px solid var(--line)}
h3{margin:0;font-size:1.05rem}
code{font:.92em ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
a{color:inherit}
.kicker,.also,.facts,.small,.note,dt{color:var(--quiet)}
.kicker,.also{margin:0}
.small,.facts,.note,.also{font-size:.9rem}
.synthetic{padding:.5rem .8rem;border-left:4px solid var(--gone);background:var(--panel)}
.question{margin:.3rem 0;font-style:italic}
:lang(zh) .question,.question:lang(zh){font-style:normal}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:1rem 0}
dd{margin:0;overflow-wrap:anywhere}
.variable{margin:1.6rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line);break-inside:avoid}
.variable:target{background:var(--panel)}
.facts{margin:.3rem 0 .6rem}
.rule{padding:.2rem .8rem;background:var(--panel);overflow-wrap:anywhere}
pre{margin:.3rem 0;white-space:pre-wrap;font:.88rem ui-monospace,Menlo,Consolas,monospace}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th,td{padding:.22rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--quiet);font-weight:600;white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead .count,thead .of_all,thead .of_valid{width:1%;text-align:right}
thead .code{width:1%}
.bar{width:28%;min-width:5rem}
.bar i{display:block;height:.8rem;margin-top:.25rem;min-width:1px;background:var(--bar)}
.absent .bar i{background:var(--gone)}
.absent th{padding-top:.7rem;color:var(--quiet);font-weight:600}
@media (max-width:36rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.bar{width:0;min-width:0;padding:0}.bar i{display:none}}
@media print{body{max-width:none;font-size:.85rem}nav{break-after:page}}
"""  # noqa: E501 - a style sheet
