* survey/factored@1: Factored
* The score of factor 2 of 2 (principal components, varimax rotation; regression score) of a, b, c and
*   age (if at least 3 are answered).
* Reads, from survey/2014@1: a, b, c, age. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 r3 v4 r5 v6 r7 v8 v9 v10 v11 v12
tempvar v13 r14
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
* age
quietly generate double `r7' = 0
quietly replace `r7' = 3 if age == (-9)
quietly replace `r7' = 6 if age == (-8)
quietly replace `r7' = 4 if age == (-2)
quietly replace `r7' = 5 if age == (-1)
quietly replace `r7' = 1 if missing(age)
quietly generate double `v8' = age
quietly replace `v8' = 0 if `r7' != 0
* the score of factor 2 of 2 (principal components, varimax rotation; regression score) of a, b, c and age (if at least 3…
quietly generate double `v9' = (0.0173637163 * ((`v2' - 3.7938144329896906) / 2.035815481211281))
quietly replace `v9' = 0 if `r1' != 0
quietly generate double `v10' = ((-0.4549986516) * ((`v4' - 3.88659793814433) / 1.9784057589582167))
quietly replace `v10' = 0 if `r3' != 0
quietly generate double `v11' = (0.8067779733 * ((`v6' - 3.88659793814433) / 2.140270079626799))
quietly replace `v11' = 0 if `r5' != 0
quietly generate double `v12' = ((-0.2473377672) * ((`v8' - 39) / 31.754920878503224))
quietly replace `v12' = 0 if `r7' != 0
quietly generate double `v13' = (((`v9' + `v10') + `v11') + `v12')
quietly replace `v13' = 0 if !(((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) + (`r7' == 0)) >= 3)
quietly generate double `r14' = 0
quietly replace `r14' = max(`r1', `r3', `r5', `r7') if !(((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) + (`r7' == 0)) >= 3)
quietly generate double factored = `v13'
quietly replace factored = .a if `r14' == 6
quietly replace factored = .b if `r14' == 5
quietly replace factored = .c if `r14' == 4
quietly replace factored = .d if `r14' == 3
quietly replace factored = .e if `r14' == 1
label variable factored `"Factored"'
label define factored ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values factored factored
