* survey/among@1: Among
* The mean of income within the group by city (if at least 20 rows of the group are valid),
*   standardised among the groups by city.
* Reads, from survey/2014@1: income, city. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 r3 v4 v5 r6 v7 v8 r9
* income
quietly generate double `r1' = 0
quietly replace `r1' = 3 if income == (-9)
quietly replace `r1' = 6 if income == (-8)
quietly replace `r1' = 4 if income == (-2)
quietly replace `r1' = 5 if income == (-1)
quietly replace `r1' = 1 if missing(income)
quietly generate double `v2' = income
quietly replace `v2' = 0 if `r1' != 0
* city
quietly generate double `r3' = 0
quietly replace `r3' = 3 if city == (-9)
quietly replace `r3' = 6 if city == (-8)
quietly replace `r3' = 4 if city == (-2)
quietly replace `r3' = 5 if city == (-1)
quietly replace `r3' = 1 if missing(city)
quietly generate double `v4' = city
quietly replace `v4' = 0 if `r3' != 0
* the mean of income within the group by city (if at least 20 rows of the group are valid)
quietly generate double `v5' = 0
quietly replace `v5' = 180410.15384615384 if `v4' == 4403
quietly replace `v5' = 237078.72368421053 if `v4' == 1101
quietly replace `v5' = 194225.37096774194 if `v4' == 77
quietly replace `v5' = 292103.9114583333 if `v4' == 1
quietly replace `v5' = 0 if `r3' != 0
quietly generate double `r6' = 3
quietly replace `r6' = 0 if `v4' == 4403
quietly replace `r6' = 0 if `v4' == 1101
quietly replace `r6' = 0 if `v4' == 77
quietly replace `r6' = 0 if `v4' == 1
quietly replace `r6' = `r3' if `r3' != 0
* the mean of income within the group by city (if at least 20 rows of the group are valid), standardised among the groups…
quietly generate double `v7' = ((`v5' - 225954.5399891099) / 50267.67710494447)
quietly generate double `v8' = `v7'
quietly replace `v8' = 0 if !(!missing(`v7'))
quietly replace `v8' = 0 if max(`r6', `r3') != 0
quietly generate double `r9' = 0
quietly replace `r9' = 2 if !(!missing(`v7'))
quietly replace `r9' = max(`r6', `r3') if max(`r6', `r3') != 0
quietly generate double among = `v8'
quietly replace among = .a if `r9' == 6
quietly replace among = .b if `r9' == 5
quietly replace among = .c if `r9' == 4
quietly replace among = .d if `r9' == 3
quietly replace among = .e if `r9' == 2
quietly replace among = .f if `r9' == 1
label variable among `"Among"'
label define among ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values among among
