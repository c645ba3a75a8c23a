* survey/recoded@1: Recoded
* community, recoded: type 1 (1) and type 2 (2) becomes 1; 3 to 5 becomes 0; absent (refused) becomes
*   9; any other value becomes absent (no answer).
* Reads, from survey/2014@1: community. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)

version 14
tempvar r1 v2 v3 r4
* community
quietly generate double `r1' = 0
quietly replace `r1' = 3 if community == (-9)
quietly replace `r1' = 6 if community == (-8)
quietly replace `r1' = 4 if community == (-2)
quietly replace `r1' = 5 if community == (-1)
quietly replace `r1' = 1 if missing(community)
quietly generate double `v2' = community
quietly replace `v2' = 0 if `r1' != 0
* community, recoded: type 1 (1) and type 2 (2) becomes 1; 3 to 5 becomes 0; absent (refused) becomes 9; any other value …
quietly generate double `v3' = 0
quietly replace `v3' = 0 if `r1' != 0
quietly replace `v3' = 9 if `r1' == 5
quietly replace `v3' = 0 if (`r1' == 0) & ((`v2' >= 3) & (`v2' <= 5))
quietly replace `v3' = 1 if (`r1' == 0) & (inlist(`v2', 1, 2))
quietly generate double `r4' = 3
quietly replace `r4' = `r1' if `r1' != 0
quietly replace `r4' = 0 if `r1' == 5
quietly replace `r4' = 0 if (`r1' == 0) & ((`v2' >= 3) & (`v2' <= 5))
quietly replace `r4' = 0 if (`r1' == 0) & (inlist(`v2', 1, 2))
quietly generate double recoded = `v3'
quietly replace recoded = .a if `r4' == 6
quietly replace recoded = .b if `r4' == 5
quietly replace recoded = .c if `r4' == 4
quietly replace recoded = .d if `r4' == 3
quietly replace recoded = .e if `r4' == 1
label variable recoded `"Recoded"'
label define recoded ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values recoded recoded
