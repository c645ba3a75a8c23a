* survey/logged@1: Logged
* ((the natural logarithm of income plus the logarithm to base 10 of x) plus e to the power of x) plus
*   the square root of income.
* Reads, from survey/2014@1: income, x. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 r3 v4 v5 r6 v7 r8 v9 v10 r11 v12
tempvar v13 r14 v15 v16 r17 v18 r19 v20 v21 r22
* income
quietly generate double `r1' = 0
quietly replace `r1' = 3 if income == (-9)
quietly replace `r1' = 6 if income == (-8)
quietly replace `r1' = 4 if income == (-2)
quietly replace `r1' = 5 if income == (-1)
quietly replace `r1' = 1 if missing(income)
quietly generate double `v2' = income
quietly replace `v2' = 0 if `r1' != 0
* x
quietly generate double `r3' = 0
quietly replace `r3' = 3 if x == (-9)
quietly replace `r3' = 6 if x == (-8)
quietly replace `r3' = 4 if x == (-2)
quietly replace `r3' = 5 if x == (-1)
quietly replace `r3' = 1 if missing(x)
quietly generate double `v4' = x
quietly replace `v4' = 0 if `r3' != 0
* the natural logarithm of income
quietly generate double `v5' = ln(`v2')
quietly replace `v5' = 0 if !(`v2' > 0)
quietly replace `v5' = 0 if `r1' != 0
quietly generate double `r6' = 0
quietly replace `r6' = 2 if !(`v2' > 0)
quietly replace `r6' = `r1' if `r1' != 0
* the logarithm to base 10 of x
quietly generate double `v7' = log10(`v4')
quietly replace `v7' = 0 if !(`v4' > 0)
quietly replace `v7' = 0 if `r3' != 0
quietly generate double `r8' = 0
quietly replace `r8' = 2 if !(`v4' > 0)
quietly replace `r8' = `r3' if `r3' != 0
* the natural logarithm of income plus the logarithm to base 10 of x
quietly generate double `v9' = (`v5' + `v7')
quietly generate double `v10' = `v9'
quietly replace `v10' = 0 if !(!missing(`v9'))
quietly replace `v10' = 0 if max(`r6', `r8') != 0
quietly generate double `r11' = 0
quietly replace `r11' = 2 if !(!missing(`v9'))
quietly replace `r11' = max(`r6', `r8') if max(`r6', `r8') != 0
* e to the power of x
quietly generate double `v12' = exp(`v4')
quietly generate double `v13' = `v12'
quietly replace `v13' = 0 if !(!missing(`v12'))
quietly replace `v13' = 0 if `r3' != 0
quietly generate double `r14' = 0
quietly replace `r14' = 2 if !(!missing(`v12'))
quietly replace `r14' = `r3' if `r3' != 0
* (the natural logarithm of income plus the logarithm to base 10 of x) plus e to the power of x
quietly generate double `v15' = (`v10' + `v13')
quietly generate double `v16' = `v15'
quietly replace `v16' = 0 if !(!missing(`v15'))
quietly replace `v16' = 0 if max(`r11', `r14') != 0
quietly generate double `r17' = 0
quietly replace `r17' = 2 if !(!missing(`v15'))
quietly replace `r17' = max(`r11', `r14') if max(`r11', `r14') != 0
* the square root of income
quietly generate double `v18' = sqrt(`v2')
quietly replace `v18' = 0 if !(`v2' >= 0)
quietly replace `v18' = 0 if `r1' != 0
quietly generate double `r19' = 0
quietly replace `r19' = 2 if !(`v2' >= 0)
quietly replace `r19' = `r1' if `r1' != 0
* ((the natural logarithm of income plus the logarithm to base 10 of x) plus e to the power of x) plus the square root of…
quietly generate double `v20' = (`v16' + `v18')
quietly generate double `v21' = `v20'
quietly replace `v21' = 0 if !(!missing(`v20'))
quietly replace `v21' = 0 if max(`r17', `r19') != 0
quietly generate double `r22' = 0
quietly replace `r22' = 2 if !(!missing(`v20'))
quietly replace `r22' = max(`r17', `r19') if max(`r17', `r19') != 0
quietly generate double logged = `v21'
quietly replace logged = .a if `r22' == 6
quietly replace logged = .b if `r22' == 5
quietly replace logged = .c if `r22' == 4
quietly replace logged = .d if `r22' == 3
quietly replace logged = .e if `r22' == 2
quietly replace logged = .f if `r22' == 1
label variable logged `"Logged"'
label define logged ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values logged logged
