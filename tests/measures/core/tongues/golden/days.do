* survey/days@1: Days
* The days from interview to “2015-02-28”.
* Reads, from survey/2014@1: interview. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   system -> .a (empty)

version 14
tempvar r1 v2 v3 v4 v5 v6 v7 v8 v9 v10 v11 v12
tempvar v13 v14 v15 v16 v17 v18 v19 v20 v21 v22 v23 v24
tempvar v25 v26 v27 v28 v29 v30 v31
* interview
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(interview)
quietly generate double `v2' = (year(interview) * 10000 + month(interview) * 100 + day(interview))
quietly replace `v2' = 0 if `r1' != 0
* the days from interview to “2015-02-28”
quietly generate double `v3' = (`v2' / 10000)
quietly generate double `v4' = floor(`v3')
quietly generate double `v5' = (`v2' / 100)
quietly generate double `v6' = floor(`v5')
quietly generate double `v7' = (`v6' - (`v4' * 100))
quietly generate double `v8' = (`v2' - (`v6' * 100))
quietly generate double `v9' = (`v7' <= 2)
quietly generate double `v10' = (`v4' - `v9')
quietly generate double `v11' = (`v10' / 4)
quietly generate double `v12' = floor(`v11')
quietly generate double `v13' = (`v10' / 100)
quietly generate double `v14' = floor(`v13')
quietly generate double `v15' = (`v10' / 400)
quietly generate double `v16' = floor(`v15')
quietly generate double `v17' = (((153 * ((`v7' - 3) + (12 * `v9'))) + 2) / 5)
quietly generate double `v18' = floor(`v17')
quietly generate double `v19' = ((((365 * `v10') + ((`v12' - `v14') + `v16')) + `v18') + `v8')
quietly generate double `v20' = (2 <= 2)
quietly generate double `v21' = (2015 - `v20')
quietly generate double `v22' = (`v21' / 4)
quietly generate double `v23' = floor(`v22')
quietly generate double `v24' = (`v21' / 100)
quietly generate double `v25' = floor(`v24')
quietly generate double `v26' = (`v21' / 400)
quietly generate double `v27' = floor(`v26')
quietly generate double `v28' = (((153 * ((2 - 3) + (12 * `v20'))) + 2) / 5)
quietly generate double `v29' = floor(`v28')
quietly generate double `v30' = ((((365 * `v21') + ((`v23' - `v25') + `v27')) + `v29') + 28)
quietly generate double `v31' = (`v30' - `v19')
quietly replace `v31' = 0 if `r1' != 0
quietly generate double days = `v31'
quietly replace days = .a if `r1' == 1
label variable days `"Days"'
label define days ///
  .a `"empty"', replace
label values days days
