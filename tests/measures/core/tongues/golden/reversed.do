* survey/reversed@1: Reversed
* a turned round (1 to 5).
* Reads, from survey/2014@1: a. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 v3 r4
* a
quietly generate double `r1' = 0
quietly replace `r1' = 3 if a == (-9)
quietly replace `r1' = 6 if a == (-8)
quietly replace `r1' = 4 if a == (-2)
quietly replace `r1' = 5 if a == (-1)
quietly replace `r1' = 1 if missing(a)
quietly generate double `v2' = a
quietly replace `v2' = 0 if `r1' != 0
* a turned round (1 to 5)
quietly generate double `v3' = (6 - `v2')
quietly replace `v3' = 0 if !((`v2' >= 1) & (`v2' <= 5))
quietly replace `v3' = 0 if `r1' != 0
quietly generate double `r4' = 0
quietly replace `r4' = 2 if !((`v2' >= 1) & (`v2' <= 5))
quietly replace `r4' = `r1' if `r1' != 0
quietly generate double reversed = `v3'
quietly replace reversed = .a if `r4' == 6
quietly replace reversed = .b if `r4' == 5
quietly replace reversed = .c if `r4' == 4
quietly replace reversed = .d if `r4' == 3
quietly replace reversed = .e if `r4' == 2
quietly replace reversed = .f if `r4' == 1
label variable reversed `"Reversed"'
label define reversed ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values reversed reversed
