* survey/banded@1: Banded
* age in bands that begin at 18, 30 and 45.
* Reads, from survey/2014@1: age. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)

version 14
tempvar r1 v2 v3
* age
quietly generate double `r1' = 0
quietly replace `r1' = 3 if age == (-9)
quietly replace `r1' = 6 if age == (-8)
quietly replace `r1' = 4 if age == (-2)
quietly replace `r1' = 5 if age == (-1)
quietly replace `r1' = 1 if missing(age)
quietly generate double `v2' = age
quietly replace `v2' = 0 if `r1' != 0
* age in bands that begin at 18, 30 and 45
quietly generate double `v3' = (((1 + (`v2' >= 18)) + (`v2' >= 30)) + (`v2' >= 45))
quietly replace `v3' = 0 if `r1' != 0
quietly generate double banded = `v3'
quietly replace banded = .a if `r1' == 6
quietly replace banded = .b if `r1' == 5
quietly replace banded = .c if `r1' == 4
quietly replace banded = .d if `r1' == 3
quietly replace banded = .e if `r1' == 1
label variable banded `"Banded"'
label define banded ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values banded banded
