* survey/ranked@1: Ranked
* The weight of the first that holds of a is step 3 (3) (weight 0.5), b is step 3 (3) (weight 0.3) and
*   c is step 3 (3) (weight 0.2), 0 if none does (if at least 1 are answered).
* Reads, from survey/2014@1: a, b, c. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)

version 14
tempvar r1 v2 r3 v4 r5 v6 c7 c8 c9 v10 r11
* a
quietly generate double `r1' = 0
quietly replace `r1' = 3 if a == (-9)
quietly replace `r1' = 6 if a == (-8)
quietly replace `r1' = 4 if a == (-2)
quietly replace `r1' = 5 if a == (-1)
quietly replace `r1' = 1 if missing(a)
quietly generate double `v2' = a
quietly replace `v2' = 0 if `r1' != 0
* b
quietly generate double `r3' = 0
quietly replace `r3' = 3 if b == (-9)
quietly replace `r3' = 6 if b == (-8)
quietly replace `r3' = 4 if b == (-2)
quietly replace `r3' = 5 if b == (-1)
quietly replace `r3' = 1 if missing(b)
quietly generate double `v4' = b
quietly replace `v4' = 0 if `r3' != 0
* c
quietly generate double `r5' = 0
quietly replace `r5' = 3 if c == (-9)
quietly replace `r5' = 6 if c == (-8)
quietly replace `r5' = 4 if c == (-2)
quietly replace `r5' = 5 if c == (-1)
quietly replace `r5' = 1 if missing(c)
quietly generate double `v6' = c
quietly replace `v6' = 0 if `r5' != 0
* a is step 3 (3)
quietly generate double `c7' = 0
quietly replace `c7' = 1 if (`r1' == 0) & (`v2' == 3)
* b is step 3 (3)
quietly generate double `c8' = 0
quietly replace `c8' = 1 if (`r3' == 0) & (`v4' == 3)
* c is step 3 (3)
quietly generate double `c9' = 0
quietly replace `c9' = 1 if (`r5' == 0) & (`v6' == 3)
* the weight of the first that holds of a is step 3 (3) (weight 0.5), b is step 3 (3) (weight 0.3) and c is step 3 (3) (w…
quietly generate double `v10' = 0
quietly replace `v10' = 0 if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 1)
quietly replace `v10' = 0.2 if `c9' == 1
quietly replace `v10' = 0.3 if `c8' == 1
quietly replace `v10' = 0.5 if `c7' == 1
quietly generate double `r11' = 0
quietly replace `r11' = max(`r1', `r3', `r5') if !((((`r1' == 0) + (`r3' == 0)) + (`r5' == 0)) >= 1)
quietly replace `r11' = 0 if `c9' == 1
quietly replace `r11' = 0 if `c8' == 1
quietly replace `r11' = 0 if `c7' == 1
quietly generate double ranked = `v10'
quietly replace ranked = .a if `r11' == 6
quietly replace ranked = .b if `r11' == 5
quietly replace ranked = .c if `r11' == 4
quietly replace ranked = .d if `r11' == 3
quietly replace ranked = .e if `r11' == 1
label variable ranked `"Ranked"'
label define ranked ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values ranked ranked
