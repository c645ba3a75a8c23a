* survey/lenient@1: Lenient
* 1 if all of “Member: labour union”, party and club hold (if at least 2 are answered), otherwise 0.
* Reads, from survey/2014@1: union, party, club. The cells stand as in the file, missing codes in
*   place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 v7 r8 v9 r10 v11 r12
tempvar r13 c14
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
* club
quietly generate double `r5' = 0
quietly replace `r5' = 3 if club == (-9)
quietly replace `r5' = 6 if club == (-8)
quietly replace `r5' = 4 if club == (-2)
quietly replace `r5' = 5 if club == (-1)
quietly replace `r5' = 1 if missing(club)
quietly generate double `v6' = club
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
* club is yes (1)
quietly generate double `v11' = `v6'
quietly replace `v11' = 0 if !((`v6' == 0) | (`v6' == 1))
quietly replace `v11' = 0 if `r5' != 0
quietly generate double `r12' = 0
quietly replace `r12' = 2 if !((`v6' == 0) | (`v6' == 1))
quietly replace `r12' = `r5' if `r5' != 0
* all of “Member: labour union”, party and club hold (if at least 2 are answered)
quietly generate double `r13' = max(`r8', `r10', `r12')
quietly replace `r13' = 0 if (((`r8' == 0) + (`r10' == 0)) + (`r12' == 0)) >= 2
quietly replace `r13' = 0 if ((`r8' == 0) & (!(`v7' == 1))) | ((`r10' == 0) & (!(`v9' == 1))) | ((`r12' == 0) & (!(`v11' == 1)))
quietly generate double `c14' = 0
quietly replace `c14' = 1 if (!(((`r8' == 0) & (!(`v7' == 1))) | ((`r10' == 0) & (!(`v9' == 1))) | ((`r12' == 0) & (!(`v11' == 1))))) & ((((`r8' == 0) + (`r10' == 0)) + (`r12' == 0)) >= 2)
quietly generate double lenient = `c14'
quietly replace lenient = .a if `r13' == 6
quietly replace lenient = .b if `r13' == 5
quietly replace lenient = .c if `r13' == 4
quietly replace lenient = .d if `r13' == 3
quietly replace lenient = .e if `r13' == 2
quietly replace lenient = .f if `r13' == 1
label variable lenient `"Lenient"'
label define lenient ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values lenient lenient
