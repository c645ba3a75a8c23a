* survey/years@1: Years
* The completed years from the month of region/the year of region to the month of interview/the year
*   of interview.
* Reads, from survey/2014@1: region, interview. The cells stand as in the file, missing codes in
*   place.
* Missing codes of the column (absence -> code):
*   out_of_range -> .a (out of range)
*   system -> .b (empty)

version 14
tempvar r1 r2 v3 v4 r5 v6 r7 v8 v9 v10 v11 v12
tempvar v13 v14 v15 r16 v17 r18
* region
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(region)
* interview
quietly generate double `r2' = 0
quietly replace `r2' = 1 if missing(interview)
quietly generate double `v3' = (year(interview) * 10000 + month(interview) * 100 + day(interview))
quietly replace `v3' = 0 if `r2' != 0
* the year of region
quietly generate double `v4' = real(usubstr(region, 1, 4))
quietly replace `v4' = 0 if !(ustrregexm(region, "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$"))
quietly replace `v4' = 0 if `r1' != 0
quietly generate double `r5' = 0
quietly replace `r5' = 2 if !(ustrregexm(region, "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$"))
quietly replace `r5' = `r1' if `r1' != 0
* the month of region
quietly generate double `v6' = real(usubstr(region, 6, 2))
quietly replace `v6' = 0 if !(ustrregexm(region, "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$"))
quietly replace `v6' = 0 if `r1' != 0
quietly generate double `r7' = 0
quietly replace `r7' = 2 if !(ustrregexm(region, "^[0-9]{4}-(0[1-9]|1[0-2])(-[0-3][0-9])?$"))
quietly replace `r7' = `r1' if `r1' != 0
* the year of interview
quietly generate double `v8' = (`v3' / 10000)
quietly generate double `v9' = floor(`v8')
quietly replace `v9' = 0 if `r2' != 0
* the month of interview
quietly generate double `v10' = (`v3' / 100)
quietly generate double `v11' = (`v3' / 10000)
quietly generate double `v12' = (floor(`v10') - (100 * floor(`v11')))
quietly replace `v12' = 0 if `r2' != 0
* the completed years from the month of region/the year of region to the month of interview/the year of interview
quietly generate double `v13' = (((`v9' - `v4') * 12) + (`v12' - `v6'))
quietly generate double `v14' = (`v13' / 12)
quietly generate double `v15' = floor(`v14')
quietly replace `v15' = 0 if !((`v6' >= 1) & (`v6' <= 12) & (`v12' >= 1) & (`v12' <= 12) & (!missing(`v13')))
quietly replace `v15' = 0 if max(`r5', `r7', `r2') != 0
quietly generate double `r16' = 0
quietly replace `r16' = 2 if !((`v6' >= 1) & (`v6' <= 12) & (`v12' >= 1) & (`v12' <= 12) & (!missing(`v13')))
quietly replace `r16' = max(`r5', `r7', `r2') if max(`r5', `r7', `r2') != 0
quietly generate double `v17' = `v15'
quietly replace `v17' = 0 if (`v15' > 9007199254740992.0) | (`v15' < (-9007199254740992.0))
quietly replace `v17' = 0 if `r16' != 0
quietly generate double `r18' = 0
quietly replace `r18' = 2 if (`v15' > 9007199254740992.0) | (`v15' < (-9007199254740992.0))
quietly replace `r18' = `r16' if `r16' != 0
quietly generate double years = `v17'
quietly replace years = .a if `r18' == 2
quietly replace years = .b if `r18' == 1
label variable years `"Years"'
label define years ///
  .a `"out of range"' ///
  .b `"empty"', replace
label values years years
