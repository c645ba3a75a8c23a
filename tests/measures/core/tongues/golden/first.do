* survey/first@1: First
* The first that is answered of a and age.
* Reads, from survey/2014@1: a, age. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 r6 v7 r8
* a
quietly generate double `r1' = 0
quietly replace `r1' = 3 if a == (-9)
quietly replace `r1' = 6 if a == (-8)
quietly replace `r1' = 4 if a == (-2)
quietly replace `r1' = 5 if a == (-1)
quietly replace `r1' = 1 if missing(a)
quietly generate double `v2' = a
quietly replace `v2' = 0 if `r1' != 0
* age
quietly generate double `r3' = 0
quietly replace `r3' = 3 if age == (-9)
quietly replace `r3' = 6 if age == (-8)
quietly replace `r3' = 4 if age == (-2)
quietly replace `r3' = 5 if age == (-1)
quietly replace `r3' = 1 if missing(age)
quietly generate double `v4' = age
quietly replace `v4' = 0 if `r3' != 0
* the first that is answered of a and age
quietly generate double `v5' = 0
quietly replace `v5' = `v4' if `r3' == 0
quietly replace `v5' = `v2' if `r1' == 0
quietly generate double `r6' = max(`r1', `r3')
quietly replace `r6' = 0 if `r3' == 0
quietly replace `r6' = 0 if `r1' == 0
quietly generate double `v7' = `v5'
quietly replace `v7' = 0 if (`v5' > 9007199254740992.0) | (`v5' < (-9007199254740992.0))
quietly replace `v7' = 0 if `r6' != 0
quietly generate double `r8' = 0
quietly replace `r8' = 2 if (`v5' > 9007199254740992.0) | (`v5' < (-9007199254740992.0))
quietly replace `r8' = `r6' if `r6' != 0
quietly generate double first = `v7'
quietly replace first = .a if `r8' == 6
quietly replace first = .b if `r8' == 5
quietly replace first = .c if `r8' == 4
quietly replace first = .d if `r8' == 3
quietly replace first = .e if `r8' == 2
quietly replace first = .f if `r8' == 1
label variable first `"First"'
label define first ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values first first
