"""Estimators: stateless functions on numpy arrays that return the records of ``analytics.core.results``.

Every function takes ``y`` (n,), ``x`` (n, k) with the intercept as a column of ones where there is one, and
``terms`` (k names). Missing values have been dealt with before; NaN in an array is a bug and raises
``ValueError``. What a user's data can cause (separation, one group only, no variation) never raises: the
result then has ``converged`` false, no numbers, and a check that says why.

``linear.fit_linear``, ``logit.fit_logit``, ``mixed_linear.fit_mixed_linear``,
``mixed_logit.fit_mixed_logit`` and ``margins.average_effects`` are the doors; the rest are their parts.
"""
