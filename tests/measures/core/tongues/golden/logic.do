* survey/logic@1: Logic
* 1 if (region is “north”, or it does not hold that age is above 20), and interview is at least
*   “2014-05-01”, otherwise 0.
* Reads, from survey/2014@1: region, age, interview. The cells stand as in the file, missing codes in
*   place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)

version 14
tempvar r1 r2 v3 r4 v5 c6 c7 c8 r9 c10 c11 r12
tempvar c13
* region
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(region)
* age
quietly generate double `r2' = 0
quietly replace `r2' = 3 if age == (-9)
quietly replace `r2' = 6 if age == (-8)
quietly replace `r2' = 4 if age == (-2)
quietly replace `r2' = 5 if age == (-1)
quietly replace `r2' = 1 if missing(age)
quietly generate double `v3' = age
quietly replace `v3' = 0 if `r2' != 0
* interview
quietly generate double `r4' = 0
quietly replace `r4' = 1 if missing(interview)
quietly generate double `v5' = (year(interview) * 10000 + month(interview) * 100 + day(interview))
quietly replace `v5' = 0 if `r4' != 0
* region is “north”
quietly generate double `c6' = 0
quietly replace `c6' = 1 if (`r1' == 0) & (region == "north")
* age is above 20
quietly generate double `c7' = 0
quietly replace `c7' = 1 if (`r2' == 0) & (`v3' > 20)
* it does not hold that age is above 20
quietly generate double `c8' = 0
quietly replace `c8' = 1 if (`r2' == 0) & (!(`c7' == 1))
* region is “north”, or it does not hold that age is above 20
quietly generate double `r9' = max(`r1', `r2')
quietly replace `r9' = 0 if (`c6' == 1) | (`c8' == 1)
quietly generate double `c10' = 0
quietly replace `c10' = 1 if (`c6' == 1) | (`c8' == 1)
* interview is at least “2014-05-01”
quietly generate double `c11' = 0
quietly replace `c11' = 1 if (`r4' == 0) & (`v5' >= 20140501)
* (region is “north”, or it does not hold that age is above 20), and interview is at least “2014-05-01”
quietly generate double `r12' = max(`r9', `r4')
quietly replace `r12' = 0 if ((`r9' == 0) & (!(`c10' == 1))) | ((`r4' == 0) & (!(`c11' == 1)))
quietly generate double `c13' = 0
quietly replace `c13' = 1 if (`c10' == 1) & (`c11' == 1)
quietly generate double logic = `c13'
quietly replace logic = .a if `r12' == 6
quietly replace logic = .b if `r12' == 5
quietly replace logic = .c if `r12' == 4
quietly replace logic = .d if `r12' == 3
quietly replace logic = .e if `r12' == 1
label variable logic `"Logic"'
label define logic ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values logic logic
