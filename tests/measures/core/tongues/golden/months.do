* survey/months@1: Months
* The whole months from month/year to 5/2014 divided by 12.
* Reads, from survey/2014@1: year, month. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 v6 r7 v8 v9 r10
* year
quietly generate double `r1' = 0
quietly replace `r1' = 3 if year == (-9)
quietly replace `r1' = 6 if year == (-8)
quietly replace `r1' = 4 if year == (-2)
quietly replace `r1' = 5 if year == (-1)
quietly replace `r1' = 1 if missing(year)
quietly generate double `v2' = year
quietly replace `v2' = 0 if `r1' != 0
* month
quietly generate double `r3' = 0
quietly replace `r3' = 3 if month == (-9)
quietly replace `r3' = 6 if month == (-8)
quietly replace `r3' = 4 if month == (-2)
quietly replace `r3' = 5 if month == (-1)
quietly replace `r3' = 1 if missing(month)
quietly generate double `v4' = month
quietly replace `v4' = 0 if `r3' != 0
* the whole months from month/year to 5/2014
quietly generate double `v5' = (((2014 - `v2') * 12) + (5 - `v4'))
quietly generate double `v6' = `v5'
quietly replace `v6' = 0 if !((`v4' >= 1) & (`v4' <= 12) & (5 >= 1) & (5 <= 12) & (!missing(`v5')))
quietly replace `v6' = 0 if max(`r1', `r3') != 0
quietly generate double `r7' = 0
quietly replace `r7' = 2 if !((`v4' >= 1) & (`v4' <= 12) & (5 >= 1) & (5 <= 12) & (!missing(`v5')))
quietly replace `r7' = max(`r1', `r3') if max(`r1', `r3') != 0
* the whole months from month/year to 5/2014 divided by 12
quietly generate double `v8' = 0
quietly replace `v8' = (`v6' / 12) if 12 != 0
quietly generate double `v9' = `v8'
quietly replace `v9' = 0 if !((12 != 0) & (!missing(`v8')))
quietly replace `v9' = 0 if `r7' != 0
quietly generate double `r10' = 0
quietly replace `r10' = 2 if !((12 != 0) & (!missing(`v8')))
quietly replace `r10' = `r7' if `r7' != 0
quietly generate double months = `v9'
quietly replace months = .a if `r10' == 6
quietly replace months = .b if `r10' == 5
quietly replace months = .c if `r10' == 4
quietly replace months = .d if `r10' == 3
quietly replace months = .e if `r10' == 2
quietly replace months = .f if `r10' == 1
label variable months `"Months"'
label define months ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values months months
