* survey/counted@1: Counted
* 5 minus the number of “Member: labour union”, party and “Sex” is male (1) that hold.
* Reads, from survey/2014@1: union, party, sex. The cells stand as in the file, missing codes in
*   place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 r8 v9 r10 c11 v12
tempvar r13 v14
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
* sex
quietly generate double `r5' = 0
quietly replace `r5' = 3 if sex == (-9)
quietly replace `r5' = 6 if sex == (-8)
quietly replace `r5' = 4 if sex == (-2)
quietly replace `r5' = 5 if sex == (-1)
quietly replace `r5' = 1 if missing(sex)
quietly generate double `v6' = sex
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
* “Sex” is male (1)
quietly generate double `c11' = 0
quietly replace `c11' = 1 if (`r5' == 0) & (`v6' == 1)
* the number of “Member: labour union”, party and “Sex” is male (1) that hold
quietly generate double `v12' = ((`v7' + `v9') + `c11')
quietly replace `v12' = 0 if !((`r8' == 0) & (`r10' == 0) & (`r5' == 0))
quietly generate double `r13' = 0
quietly replace `r13' = max(`r8', `r10', `r5') if !((`r8' == 0) & (`r10' == 0) & (`r5' == 0))
* 5 minus the number of “Member: labour union”, party and “Sex” is male (1) that hold
quietly generate double `v14' = (5 - `v12')
quietly replace `v14' = 0 if `r13' != 0
quietly generate double counted = `v14'
quietly replace counted = .a if `r13' == 6
quietly replace counted = .b if `r13' == 5
quietly replace counted = .c if `r13' == 4
quietly replace counted = .d if `r13' == 3
quietly replace counted = .e if `r13' == 2
quietly replace counted = .f if `r13' == 1
label variable counted `"Counted"'
label define counted ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values counted counted
