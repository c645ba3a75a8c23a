* survey/rounded@1: Rounded
* The absolute value of x rounded to 2 decimals plus income rounded down.
* Reads, from survey/2014@1: x, income. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 v6 v7 v8 v9 r10 v11 v12
tempvar v13 r14
* x
quietly generate double `r1' = 0
quietly replace `r1' = 3 if x == (-9)
quietly replace `r1' = 6 if x == (-8)
quietly replace `r1' = 4 if x == (-2)
quietly replace `r1' = 5 if x == (-1)
quietly replace `r1' = 1 if missing(x)
quietly generate double `v2' = x
quietly replace `v2' = 0 if `r1' != 0
* income
quietly generate double `r3' = 0
quietly replace `r3' = 3 if income == (-9)
quietly replace `r3' = 6 if income == (-8)
quietly replace `r3' = 4 if income == (-2)
quietly replace `r3' = 5 if income == (-1)
quietly replace `r3' = 1 if missing(income)
quietly generate double `v4' = income
quietly replace `v4' = 0 if `r3' != 0
* the absolute value of x
quietly generate double `v5' = abs(`v2')
quietly replace `v5' = 0 if `r1' != 0
* the absolute value of x rounded to 2 decimals
quietly generate double `v6' = ((abs(`v5') * 100) + 0.5)
quietly generate double `v7' = 0
quietly replace `v7' = (floor(`v6') / 100) if !missing(`v6')
quietly generate double `v8' = `v7'
quietly replace `v8' = (0 - `v7') if `v5' < 0
quietly generate double `v9' = `v8'
quietly replace `v9' = 0 if !(!missing(`v6'))
quietly replace `v9' = 0 if `r1' != 0
quietly generate double `r10' = 0
quietly replace `r10' = 2 if !(!missing(`v6'))
quietly replace `r10' = `r1' if `r1' != 0
* income rounded down
quietly generate double `v11' = floor(`v4')
quietly replace `v11' = 0 if `r3' != 0
* the absolute value of x rounded to 2 decimals plus income rounded down
quietly generate double `v12' = (`v9' + `v11')
quietly generate double `v13' = `v12'
quietly replace `v13' = 0 if !(!missing(`v12'))
quietly replace `v13' = 0 if max(`r10', `r3') != 0
quietly generate double `r14' = 0
quietly replace `r14' = 2 if !(!missing(`v12'))
quietly replace `r14' = max(`r10', `r3') if max(`r10', `r3') != 0
quietly generate double rounded = `v13'
quietly replace rounded = .a if `r14' == 6
quietly replace rounded = .b if `r14' == 5
quietly replace rounded = .c if `r14' == 4
quietly replace rounded = .d if `r14' == 3
quietly replace rounded = .e if `r14' == 2
quietly replace rounded = .f if `r14' == 1
label variable rounded `"Rounded"'
label define rounded ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values rounded rounded
