* survey/weighted@1: Weighted
* The weighted mean of a (weight 0.5) and b (weight 0.3) (if at least 1 are answered).
* Reads, from survey/2014@1: a, b. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 v6 r7
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
* the weighted mean of a (weight 0.5) and b (weight 0.3) (if at least 1 are answered)
quietly generate double `v5' = (((0.5 * `v2') + (0.3 * `v4')) / ((0.5 * (`r1' == 0)) + (0.3 * (`r3' == 0))))
quietly replace `v5' = 0 if !(((`r1' == 0) + (`r3' == 0)) >= 1)
quietly generate double `v6' = `v5'
quietly replace `v6' = 0 if !(!missing(`v5'))
quietly replace `v6' = 0 if !(((`r1' == 0) + (`r3' == 0)) >= 1)
quietly generate double `r7' = 0
quietly replace `r7' = 2 if !(!missing(`v5'))
quietly replace `r7' = max(`r1', `r3') if !(((`r1' == 0) + (`r3' == 0)) >= 1)
quietly generate double weighted = `v6'
quietly replace weighted = .a if `r7' == 6
quietly replace weighted = .b if `r7' == 5
quietly replace weighted = .c if `r7' == 4
quietly replace weighted = .d if `r7' == 3
quietly replace weighted = .e if `r7' == 2
quietly replace weighted = .f if `r7' == 1
label variable weighted `"Weighted"'
label define weighted ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values weighted weighted
