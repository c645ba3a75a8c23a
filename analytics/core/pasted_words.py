"""Words by which tables head their columns and name their rows of fit, in English and Chinese."""

from __future__ import annotations

import re

STATISTICS = (
    "estimate", "se", "stars", "t", "z", "p", "df", "df1", "df2", "chi2", "f", "odds_ratio",
    "ci_low", "ci_high", "mean", "sd", "n", "count", "percent", "min", "max", "items", "loading",
    "communality", "eigenvalue", "variance_percent", "alpha", "omega", "mean_r", "kmo", "r", "icc",
    "variance_group", "variance_residual", "loglik", "aic", "bic", "r2", "absorbed", "range_low",
    "range_high", "sign", "step", "moderates", "number",
)  # fmt: skip
_HEADS = {
    "estimate": "b coef coefficient est β 系数 估计值",
    "se": "s.e. stderr std.err. standarderror 标准误",
    "p": "p-value pvalue sig sig. p值",
    "odds_ratio": "or oddsratio exp(b) 比值比 优势比",
    "ci_low": "cilow cilower lower lowercl 下限 置信下限",
    "ci_high": "cihigh ciupper upper uppercl 上限 置信上限",
    "mean": "m average 均值 平均值 平均数",
    "sd": "s.d. std.dev. stddev standarddeviation 标准差",
    "n": "obs observations base samplesize 样本量 样本数 基数",
    "count": "freq frequency number 频数 人数",
    "percent": "% pct percentage share 百分比 比例",
    "min": "minimum 最小值",
    "max": "maximum 最大值",
    "items": "nitems 题数",
    "loading": "factorloading 载荷 因子载荷",
    "communality": "h2 h² communalities 共同度",
    "eigenvalue": "eigenvalues ssloadings 特征值",
    "variance_percent": "%ofvariance varianceexplained 方差贡献率",
    "alpha": "cronbachalpha cronbach'salpha α 信度",
    "chi2": "χ2 χ² x2 chi-squared chisquare 卡方",
    "df": "d.f. 自由度",
    "icc": "intraclasscorrelation 组内相关系数",
    "loglik": "ll log-likelihood loglikelihood 对数似然 对数似然值",
    "r2": "r² r-squared rsquared",
}
_HEADS["ci"] = "ci confidenceinterval conf.interval 置信区间"  # both bounds in one cell
_LEVEL = re.compile(r"^\d+(\.\d+)?%(?=\D)")  # of an interval: what the heading says beside its name
_BY_WORD = {name: name for name in STATISTICS} | {
    word: name for name, words in _HEADS.items() for word in words.split()
}
FIT_ROWS = (
    "n",
    "loglik",
    "aic",
    "bic",
    "icc",
    "r2",
    "chi2",
    "eigenvalue",
    "variance_percent",
    "kmo",
    "alpha",
)
TOTALS = ("total", "合计", "总计")
CONSTANT = ("constant", "intercept", "(intercept)", "_cons", "常数", "常数项", "截距")
ABSORBED = ("in", "yes", "included", "是", "有")


def statistic_named(word: str) -> str | None:
    """The statistic that a heading names, however it is written; None when it names none."""
    folded = re.sub(r"[\s_]+", "", word.casefold())
    tried = (folded, word.strip().casefold(), folded.rstrip("."), _LEVEL.sub("", folded))
    return next((_BY_WORD[one] for one in tried if one in _BY_WORD), None)
