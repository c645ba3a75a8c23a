* survey/scored@1: Scored
* The score of one factor (first principal component; regression score) of a turned round (1 to 7), b
*   and c (if at least 2 are answered).
* Reads, from survey/2014@1: a, b, c. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 r8 v9 v10 v11 v12
tempvar r13
* a
quietly generate double `r1' = 0
quietly replace `r1' = 3 if a == (-9)
quietly replace `r1' = 6 if a == (-8)
quietly replace `r1' = 4 if a == (-2)
quietly replace `r1' = 5 if a == (-1)
quietly replace `r1' = 1 if missing(a)
quietly generate double `v2' = a
quietly replace `v2' = 0 if `r1' != 0
* b
quietly generate double `r3' = 0
quietly replace `r3' = 3 if b == (-9)
quietly replace `r3' = 6 if b == (-8)
quietly replace `r3' = 4 if b == (-2)
quietly replace `r3' = 5 if b == (-1)
quietly replace `r3' = 1 if missing(b)
quietly generate double `v4' = b
quietly replace `v4' = 0 if `r3' != 0
* c
quietly generate double `r5' = 0
quietly replace `r5' = 3 if c == (-9)
quietly replace `r5' = 6 if c == (-8)
quietly replace `r5' = 4 if c == (-2)
quietly replace `r5' = 5 if c == (-1)
quietly replace `r5' = 1 if missing(c)
quietly generate double `v6' = c
quietly replace `v6' = 0 if `r5' != 0
* a turned round (1 to 7)
quietly generate double `v7' = (8 - `v2')
quietly replace `v7' = 0 if !((`v2' >= 1) & (`v2' <= 7))
quietly replace `v7' = 0 if `r1' != 0
quietly generate double `r8' = 0
quietly replace `r8' = 2 if !((`v2' >= 1) & (`v2' <= 7))
quietly replace `r8' = `r1' if `r1' != 0
* the score of one factor (first principal component; regression score) of a turned round (1 to 7), b and c (if at least …
quietly generate double `v9' = (0.4328835757 * ((`v7' - 4.185483870967742) / 1.9933504723025492))
quietly replace `v9' = 0 if `r8' != 0
quietly generate double `v10' = ((-0.6666625667) * ((`v4' - 3.903225806451613) / 1.9481880463764425))
quietly replace `v10' = 0 if `r3' != 0
quietly generate double `v11' = (0.5070017631 * ((`v6' - 4) / 2.1068992359018743))
quietly replace `v11' = 0 if `r5' != 0
quietly generate double `v12' = ((`v9' + `v10') + `v11')
quietly replace `v12' = 0 if !((((`r8' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double `r13' = 0
quietly replace `r13' = max(`r8', `r3', `r5') if !((((`r8' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double scored = `v12'
quietly replace scored = .a if `r13' == 6
quietly replace scored = .b if `r13' == 5
quietly replace scored = .c if `r13' == 4
quietly replace scored = .d if `r13' == 3
quietly replace scored = .e if `r13' == 2
quietly replace scored = .f if `r13' == 1
label variable scored `"Scored"'
label define scored ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values scored scored
