* survey/formal@1: Formal
* 1 if at least one of “Member: labour union” and party holds, otherwise 0.
* Reads, from survey/2014@1: union, party. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 r6 v7 r8 r9 c10
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
* at least one of “Member: labour union” and party holds
quietly generate double `r9' = max(`r6', `r8')
quietly replace `r9' = 0 if (`v5' == 1) | (`v7' == 1)
quietly generate double `c10' = 0
quietly replace `c10' = 1 if (`v5' == 1) | (`v7' == 1)
quietly generate double formal = `c10'
quietly replace formal = .a if `r9' == 6
quietly replace formal = .b if `r9' == 5
quietly replace formal = .c if `r9' == 4
quietly replace formal = .d if `r9' == 3
quietly replace formal = .e if `r9' == 2
quietly replace formal = .f if `r9' == 1
label variable formal `"Formal"'
label define formal ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values formal formal
