* survey/branched@1: Branched
* 0 if contract is absent (not applicable); 1 if contract is one of kind 1 (1) and kind 2 (2);
*   otherwise 0.
* Reads, from survey/2014@1: contract. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)

version 14
tempvar r1 v2 c3 c4 v5 r6
* contract
quietly generate double `r1' = 0
quietly replace `r1' = 3 if contract == (-9)
quietly replace `r1' = 6 if contract == (-8)
quietly replace `r1' = 4 if contract == (-2)
quietly replace `r1' = 5 if contract == (-1)
quietly replace `r1' = 1 if missing(contract)
quietly generate double `v2' = contract
quietly replace `v2' = 0 if `r1' != 0
* contract is absent (not applicable)
quietly generate double `c3' = 0
quietly replace `c3' = 1 if `r1' == 6
* contract is one of kind 1 (1) and kind 2 (2)
quietly generate double `c4' = 0
quietly replace `c4' = 1 if (`r1' == 0) & ((`r1' == 0) & (inlist(`v2', 1, 2)))
* 0 if contract is absent (not applicable); 1 if contract is one of kind 1 (1) and kind 2 (2); otherwise 0
quietly generate double `v5' = 0
quietly replace `v5' = 1 if `c4' == 1
quietly replace `v5' = 0 if `r1' != 0
quietly replace `v5' = 0 if `c3' == 1
quietly generate double `r6' = 0
quietly replace `r6' = 0 if `c4' == 1
quietly replace `r6' = `r1' if `r1' != 0
quietly replace `r6' = 0 if `c3' == 1
quietly generate double branched = `v5'
quietly replace branched = .a if `r6' == 6
quietly replace branched = .b if `r6' == 5
quietly replace branched = .c if `r6' == 4
quietly replace branched = .d if `r6' == 3
quietly replace branched = .e if `r6' == 1
label variable branched `"Branched"'
label define branched ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values branched branched
