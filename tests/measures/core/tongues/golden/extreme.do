* survey/extreme@1: Extreme
* The smallest of a and b (if at least 1 are answered) plus the largest of a, b and c.
* Reads, from survey/2014@1: a, b, c. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 v8 r9 v10 v11 v12
tempvar r13 v14 v15 r16 v17 r18
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
* the smallest of a and b (if at least 1 are answered)
quietly generate double `v7' = min(`v2', `v4')
quietly replace `v7' = `v4' if !(`r1' == 0)
quietly replace `v7' = `v2' if `r3' != 0
quietly generate double `v8' = `v7'
quietly replace `v8' = 0 if !(((`r1' == 0) + (`r3' == 0)) >= 1)
quietly generate double `r9' = 0
quietly replace `r9' = max(`r1', `r3') if !(((`r1' == 0) + (`r3' == 0)) >= 1)
* the largest of a, b and c
quietly generate double `v10' = max(`v2', `v4')
quietly replace `v10' = `v4' if !(`r1' == 0)
quietly replace `v10' = `v2' if `r3' != 0
quietly generate double `v11' = max(`v10', `v6')
quietly replace `v11' = `v6' if !((`r1' == 0) | (`r3' == 0))
quietly replace `v11' = `v10' if `r5' != 0
quietly generate double `v12' = `v11'
quietly replace `v12' = 0 if !((`r1' == 0) & (`r3' == 0) & (`r5' == 0))
quietly generate double `r13' = 0
quietly replace `r13' = max(`r1', `r3', `r5') if !((`r1' == 0) & (`r3' == 0) & (`r5' == 0))
* the smallest of a and b (if at least 1 are answered) plus the largest of a, b and c
quietly generate double `v14' = (`v8' + `v12')
quietly generate double `v15' = `v14'
quietly replace `v15' = 0 if !(!missing(`v14'))
quietly replace `v15' = 0 if max(`r9', `r13') != 0
quietly generate double `r16' = 0
quietly replace `r16' = 2 if !(!missing(`v14'))
quietly replace `r16' = max(`r9', `r13') if max(`r9', `r13') != 0
quietly generate double `v17' = `v15'
quietly replace `v17' = 0 if (`v15' > 9007199254740992.0) | (`v15' < (-9007199254740992.0))
quietly replace `v17' = 0 if `r16' != 0
quietly generate double `r18' = 0
quietly replace `r18' = 2 if (`v15' > 9007199254740992.0) | (`v15' < (-9007199254740992.0))
quietly replace `r18' = `r16' if `r16' != 0
quietly generate double extreme = `v17'
quietly replace extreme = .a if `r18' == 6
quietly replace extreme = .b if `r18' == 5
quietly replace extreme = .c if `r18' == 4
quietly replace extreme = .d if `r18' == 3
quietly replace extreme = .e if `r18' == 2
quietly replace extreme = .f if `r18' == 1
label variable extreme `"Extreme"'
label define extreme ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values extreme extreme
