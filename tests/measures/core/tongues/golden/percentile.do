* survey/percentile@1: Percentile
* The percentile rank of year.
* Reads, from survey/2014@1: year. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 v3 r4
* year
quietly generate double `r1' = 0
quietly replace `r1' = 3 if year == (-9)
quietly replace `r1' = 6 if year == (-8)
quietly replace `r1' = 4 if year == (-2)
quietly replace `r1' = 5 if year == (-1)
quietly replace `r1' = 1 if missing(year)
quietly generate double `v2' = year
quietly replace `v2' = 0 if `r1' != 0
* the percentile rank of year
quietly generate double `v3' = 1
quietly replace `v3' = 0.8411458333333334 if `v2' == 2014
quietly replace `v3' = 0.6822916666666666 if `v2' < 2014
quietly replace `v3' = 0.5364583333333334 if `v2' == 1984
quietly replace `v3' = 0.390625 if `v2' < 1984
quietly replace `v3' = 0.1953125 if `v2' == 1950
quietly replace `v3' = 0 if `v2' < 1950
quietly replace `v3' = 0 if `r1' != 0
quietly generate double `r4' = 0
quietly replace `r4' = 0 if `v2' == 2014
quietly replace `r4' = 0 if `v2' < 2014
quietly replace `r4' = 0 if `v2' == 1984
quietly replace `r4' = 0 if `v2' < 1984
quietly replace `r4' = 0 if `v2' == 1950
quietly replace `r4' = 0 if `v2' < 1950
quietly replace `r4' = `r1' if `r1' != 0
quietly generate double percentile = `v3'
quietly replace percentile = .a if `r4' == 6
quietly replace percentile = .b if `r4' == 5
quietly replace percentile = .c if `r4' == 4
quietly replace percentile = .d if `r4' == 3
quietly replace percentile = .e if `r4' == 1
label variable percentile `"Percentile"'
label define percentile ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values percentile percentile
