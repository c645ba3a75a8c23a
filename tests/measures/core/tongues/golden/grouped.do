* survey/grouped@1: Grouped
* The mean of income within the group by city minus the share within the group by region of those for
*   whom club is yes (1).
* Reads, from survey/2014@1: income, city, club, region. The cells stand as in the file, missing codes
*   in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   system -> .e (empty)
* Means, deviations and weights were fitted on a sample and are frozen here.

version 14
tempvar r1 v2 r3 v4 r5 v6 r7 v8 r9 c10 v11 r12
tempvar r13 v14
* income
quietly generate double `r1' = 0
quietly replace `r1' = 3 if income == (-9)
quietly replace `r1' = 6 if income == (-8)
quietly replace `r1' = 4 if income == (-2)
quietly replace `r1' = 5 if income == (-1)
quietly replace `r1' = 1 if missing(income)
quietly generate double `v2' = income
quietly replace `v2' = 0 if `r1' != 0
* city
quietly generate double `r3' = 0
quietly replace `r3' = 3 if city == (-9)
quietly replace `r3' = 6 if city == (-8)
quietly replace `r3' = 4 if city == (-2)
quietly replace `r3' = 5 if city == (-1)
quietly replace `r3' = 1 if missing(city)
quietly generate double `v4' = city
quietly replace `v4' = 0 if `r3' != 0
* club
quietly generate double `r5' = 0
quietly replace `r5' = 3 if club == (-9)
quietly replace `r5' = 6 if club == (-8)
quietly replace `r5' = 4 if club == (-2)
quietly replace `r5' = 5 if club == (-1)
quietly replace `r5' = 1 if missing(club)
quietly generate double `v6' = club
quietly replace `v6' = 0 if `r5' != 0
* region
quietly generate double `r7' = 0
quietly replace `r7' = 1 if missing(region)
* the mean of income within the group by city
quietly generate double `v8' = 0
quietly replace `v8' = 180410.15384615384 if `v4' == 4403
quietly replace `v8' = 237078.72368421053 if `v4' == 1101
quietly replace `v8' = 194225.37096774194 if `v4' == 77
quietly replace `v8' = 292103.9114583333 if `v4' == 1
quietly replace `v8' = 0 if `r3' != 0
quietly generate double `r9' = 3
quietly replace `r9' = 0 if `v4' == 4403
quietly replace `r9' = 0 if `v4' == 1101
quietly replace `r9' = 0 if `v4' == 77
quietly replace `r9' = 0 if `v4' == 1
quietly replace `r9' = `r3' if `r3' != 0
* club is yes (1)
quietly generate double `c10' = 0
quietly replace `c10' = 1 if (`r5' == 0) & (`v6' == 1)
* the share within the group by region of those for whom club is yes (1)
quietly generate double `v11' = 0
quietly replace `v11' = 0.5227272727272727 if region == "北"
quietly replace `v11' = 0.4722222222222222 if region == "south"
quietly replace `v11' = 0.5476190476190477 if region == "north"
quietly replace `v11' = 0.46511627906976744 if region == "it's"
quietly replace `v11' = 0 if `r7' != 0
quietly generate double `r12' = 3
quietly replace `r12' = 0 if region == "北"
quietly replace `r12' = 0 if region == "south"
quietly replace `r12' = 0 if region == "north"
quietly replace `r12' = 0 if region == "it's"
quietly replace `r12' = `r7' if `r7' != 0
* the mean of income within the group by city minus the share within the group by region of those for whom club is yes (1)
quietly generate double `r13' = max(`r9', `r12')
quietly generate double `v14' = (`v8' - `v11')
quietly replace `v14' = 0 if `r13' != 0
quietly generate double grouped = `v14'
quietly replace grouped = .a if `r13' == 6
quietly replace grouped = .b if `r13' == 5
quietly replace grouped = .c if `r13' == 4
quietly replace grouped = .d if `r13' == 3
quietly replace grouped = .e if `r13' == 1
label variable grouped `"Grouped"'
label define grouped ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"empty"', replace
label values grouped grouped
