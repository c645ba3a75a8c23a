* survey/summed@1: Summed
* (the sum of a, b and c (if at least 2 are answered) divided by the mean of a and b) times (minus a).
* Reads, from survey/2014@1: a, b, c. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 v8 r9 v10 v11 r12
tempvar v13 v14 r15 v16 v17 v18 r19
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
* the sum of a, b and c (if at least 2 are answered)
quietly generate double `v7' = ((`v2' + `v4') + `v6')
quietly replace `v7' = 0 if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double `v8' = `v7'
quietly replace `v8' = 0 if !(!missing(`v7'))
quietly replace `v8' = 0 if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double `r9' = 0
quietly replace `r9' = 2 if !(!missing(`v7'))
quietly replace `r9' = max(`r1', `r3', `r5') if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
* the mean of a and b
quietly generate double `v10' = ((`v2' + `v4') / ((`r1' == 0) + (`r3' == 0)))
quietly replace `v10' = 0 if !((`r1' == 0) & (`r3' == 0))
quietly generate double `v11' = `v10'
quietly replace `v11' = 0 if !(!missing(`v10'))
quietly replace `v11' = 0 if !((`r1' == 0) & (`r3' == 0))
quietly generate double `r12' = 0
quietly replace `r12' = 2 if !(!missing(`v10'))
quietly replace `r12' = max(`r1', `r3') if !((`r1' == 0) & (`r3' == 0))
* the sum of a, b and c (if at least 2 are answered) divided by the mean of a and b
quietly generate double `v13' = 0
quietly replace `v13' = (`v8' / `v11') if `v11' != 0
quietly generate double `v14' = `v13'
quietly replace `v14' = 0 if !((`v11' != 0) & (!missing(`v13')))
quietly replace `v14' = 0 if max(`r9', `r12') != 0
quietly generate double `r15' = 0
quietly replace `r15' = 2 if !((`v11' != 0) & (!missing(`v13')))
quietly replace `r15' = max(`r9', `r12') if max(`r9', `r12') != 0
* minus a
quietly generate double `v16' = (0 - `v2')
quietly replace `v16' = 0 if `r1' != 0
* (the sum of a, b and c (if at least 2 are answered) divided by the mean of a and b) times (minus a)
quietly generate double `v17' = (`v14' * `v16')
quietly generate double `v18' = `v17'
quietly replace `v18' = 0 if !(!missing(`v17'))
quietly replace `v18' = 0 if max(`r15', `r1') != 0
quietly generate double `r19' = 0
quietly replace `r19' = 2 if !(!missing(`v17'))
quietly replace `r19' = max(`r15', `r1') if max(`r15', `r1') != 0
quietly generate double summed = `v18'
quietly replace summed = .a if `r19' == 6
quietly replace summed = .b if `r19' == 5
quietly replace summed = .c if `r19' == 4
quietly replace summed = .d if `r19' == 3
quietly replace summed = .e if `r19' == 2
quietly replace summed = .f if `r19' == 1
label variable summed `"Summed"'
label define summed ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values summed summed
