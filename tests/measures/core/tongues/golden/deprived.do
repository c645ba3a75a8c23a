* survey/deprived@1: Deprived
* The share of “Member: labour union”, party and a is below step 2 (2) that hold, 0 if fewer than 2
*   do.
* Reads, from survey/2014@1: union, party, a. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 r8 v9 r10 c11 v12
tempvar v13 r14
* union
quietly generate double `r1' = 0
quietly replace `r1' = 3 if union == (-9)
quietly replace `r1' = 6 if union == (-8)
quietly replace `r1' = 4 if union == (-2)
quietly replace `r1' = 5 if union == (-1)
quietly replace `r1' = 1 if missing(union)
quietly generate double `v2' = union
quietly replace `v2' = 0 if `r1' != 0
* party
quietly generate double `r3' = 0
quietly replace `r3' = 3 if party == (-9)
quietly replace `r3' = 6 if party == (-8)
quietly replace `r3' = 4 if party == (-2)
quietly replace `r3' = 5 if party == (-1)
quietly replace `r3' = 1 if missing(party)
quietly generate double `v4' = party
quietly replace `v4' = 0 if `r3' != 0
* a
quietly generate double `r5' = 0
quietly replace `r5' = 3 if a == (-9)
quietly replace `r5' = 6 if a == (-8)
quietly replace `r5' = 4 if a == (-2)
quietly replace `r5' = 5 if a == (-1)
quietly replace `r5' = 1 if missing(a)
quietly generate double `v6' = a
quietly replace `v6' = 0 if `r5' != 0
* “Member: labour union” is yes (1)
quietly generate double `v7' = `v2'
quietly replace `v7' = 0 if !((`v2' == 0) | (`v2' == 1))
quietly replace `v7' = 0 if `r1' != 0
quietly generate double `r8' = 0
quietly replace `r8' = 2 if !((`v2' == 0) | (`v2' == 1))
quietly replace `r8' = `r1' if `r1' != 0
* party is yes (1)
quietly generate double `v9' = `v4'
quietly replace `v9' = 0 if !((`v4' == 0) | (`v4' == 1))
quietly replace `v9' = 0 if `r3' != 0
quietly generate double `r10' = 0
quietly replace `r10' = 2 if !((`v4' == 0) | (`v4' == 1))
quietly replace `r10' = `r3' if `r3' != 0
* a is below step 2 (2)
quietly generate double `c11' = 0
quietly replace `c11' = 1 if (`r5' == 0) & (`v6' < 2)
* the share of “Member: labour union”, party and a is below step 2 (2) that hold, 0 if fewer than 2 do
quietly generate double `v12' = ((`v7' + `v9') + `c11')
quietly generate double `v13' = (`v12' / (((`r8' == 0) + (`r10' == 0)) + (`r5' == 0)))
quietly replace `v13' = 0 if `v12' < 2
quietly replace `v13' = 0 if !((`r8' == 0) & (`r10' == 0) & (`r5' == 0))
quietly generate double `r14' = 0
quietly replace `r14' = 0 if `v12' < 2
quietly replace `r14' = max(`r8', `r10', `r5') if !((`r8' == 0) & (`r10' == 0) & (`r5' == 0))
quietly generate double deprived = `v13'
quietly replace deprived = .a if `r14' == 6
quietly replace deprived = .b if `r14' == 5
quietly replace deprived = .c if `r14' == 4
quietly replace deprived = .d if `r14' == 3
quietly replace deprived = .e if `r14' == 2
quietly replace deprived = .f if `r14' == 1
label variable deprived `"Deprived"'
label define deprived ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values deprived deprived
