* survey/standard@1: Standard
* age, standardised.
* Reads, from survey/2014@1: age. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 v3 v4 r5
* age
quietly generate double `r1' = 0
quietly replace `r1' = 3 if age == (-9)
quietly replace `r1' = 6 if age == (-8)
quietly replace `r1' = 4 if age == (-2)
quietly replace `r1' = 5 if age == (-1)
quietly replace `r1' = 1 if missing(age)
quietly generate double `v2' = age
quietly replace `v2' = 0 if `r1' != 0
* age, standardised
quietly generate double `v3' = ((`v2' - 34.94764397905759) / 29.80740604189278)
quietly generate double `v4' = `v3'
quietly replace `v4' = 0 if !(!missing(`v3'))
quietly replace `v4' = 0 if `r1' != 0
quietly generate double `r5' = 0
quietly replace `r5' = 2 if !(!missing(`v3'))
quietly replace `r5' = `r1' if `r1' != 0
quietly generate double standard = `v4'
quietly replace standard = .a if `r5' == 6
quietly replace standard = .b if `r5' == 5
quietly replace standard = .c if `r5' == 4
quietly replace standard = .d if `r5' == 3
quietly replace standard = .e if `r5' == 2
quietly replace standard = .f if `r5' == 1
label variable standard `"Standard"'
label define standard ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values standard standard
