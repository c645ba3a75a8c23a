* survey/quantile@1: Quantile
* income in 3 bands of about equal size.
* Reads, from survey/2014@1: income. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 v3
* income
quietly generate double `r1' = 0
quietly replace `r1' = 3 if income == (-9)
quietly replace `r1' = 6 if income == (-8)
quietly replace `r1' = 4 if income == (-2)
quietly replace `r1' = 5 if income == (-1)
quietly replace `r1' = 1 if missing(income)
quietly generate double `v2' = income
quietly replace `v2' = 0 if `r1' != 0
* income in 3 bands of about equal size
quietly generate double `v3' = ((1 + (`v2' > 0)) + (`v2' > 3000.5))
quietly replace `v3' = 0 if `r1' != 0
quietly generate double quantile = `v3'
quietly replace quantile = .a if `r1' == 6
quietly replace quantile = .b if `r1' == 5
quietly replace quantile = .c if `r1' == 4
quietly replace quantile = .d if `r1' == 3
quietly replace quantile = .e if `r1' == 1
label variable quantile `"Quantile"'
label define quantile ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values quantile quantile
