* survey/shared@1: Shared
* The share of “Member: labour union” and party that hold (if at least 1 are answered).
* Reads, from survey/2014@1: union, party. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 r6 v7 r8 v9 r10
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
* “Member: labour union” is yes (1)
quietly generate double `v5' = `v2'
quietly replace `v5' = 0 if !((`v2' == 0) | (`v2' == 1))
quietly replace `v5' = 0 if `r1' != 0
quietly generate double `r6' = 0
quietly replace `r6' = 2 if !((`v2' == 0) | (`v2' == 1))
quietly replace `r6' = `r1' if `r1' != 0
* party is yes (1)
quietly generate double `v7' = `v4'
quietly replace `v7' = 0 if !((`v4' == 0) | (`v4' == 1))
quietly replace `v7' = 0 if `r3' != 0
quietly generate double `r8' = 0
quietly replace `r8' = 2 if !((`v4' == 0) | (`v4' == 1))
quietly replace `r8' = `r3' if `r3' != 0
* the share of “Member: labour union” and party that hold (if at least 1 are answered)
quietly generate double `v9' = ((`v5' + `v7') / ((`r6' == 0) + (`r8' == 0)))
quietly replace `v9' = 0 if !(((`r6' == 0) + (`r8' == 0)) >= 1)
quietly generate double `r10' = 0
quietly replace `r10' = max(`r6', `r8') if !(((`r6' == 0) + (`r8' == 0)) >= 1)
quietly generate double shared = `v9'
quietly replace shared = .a if `r10' == 6
quietly replace shared = .b if `r10' == 5
quietly replace shared = .c if `r10' == 4
quietly replace shared = .d if `r10' == 3
quietly replace shared = .e if `r10' == 2
quietly replace shared = .f if `r10' == 1
label variable shared `"Shared"'
label define shared ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values shared shared
