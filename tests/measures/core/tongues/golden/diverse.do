* survey/diverse@1: Diverse
* The diversity (Blau index) of a, b and c (if at least 2 are answered).
* Reads, from survey/2014@1: a, b, c. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 v8 v9 v10 v11 r12
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
* the diversity (Blau index) of a, b and c (if at least 2 are answered)
quietly generate double `v7' = ((`v2' + `v4') + `v6')
quietly generate double `v8' = 0
quietly replace `v8' = (`v2' / `v7') if (`v7' > 0) & (!missing(`v7'))
quietly generate double `v9' = 0
quietly replace `v9' = (`v4' / `v7') if (`v7' > 0) & (!missing(`v7'))
quietly generate double `v10' = 0
quietly replace `v10' = (`v6' / `v7') if (`v7' > 0) & (!missing(`v7'))
quietly generate double `v11' = (1 - (((`v8' * `v8') + (`v9' * `v9')) + (`v10' * `v10')))
quietly replace `v11' = 0 if !((`v2' >= 0) & (`v4' >= 0) & (`v6' >= 0) & ((`v7' > 0) & (!missing(`v7'))))
quietly replace `v11' = 0 if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double `r12' = 0
quietly replace `r12' = 2 if !((`v2' >= 0) & (`v4' >= 0) & (`v6' >= 0) & ((`v7' > 0) & (!missing(`v7'))))
quietly replace `r12' = max(`r1', `r3', `r5') if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 2)
quietly generate double diverse = `v11'
quietly replace diverse = .a if `r12' == 6
quietly replace diverse = .b if `r12' == 5
quietly replace diverse = .c if `r12' == 4
quietly replace diverse = .d if `r12' == 3
quietly replace diverse = .e if `r12' == 2
quietly replace diverse = .f if `r12' == 1
label variable diverse `"Diverse"'
label define diverse ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values diverse diverse
