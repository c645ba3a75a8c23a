* survey/aged@1: Aged
* The completed years from born to interview.
* Reads, from survey/2014@1: born, interview. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   out_of_range -> .a (out of range)
*   system -> .b (empty)

version 14
tempvar r1 r2 v3 v4 v5 v6 v7 v8 v9 v10 v11 v12
tempvar v13 v14 v15 r16
* born
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(born)
* interview
quietly generate double `r2' = 0
quietly replace `r2' = 1 if missing(interview)
quietly generate double `v3' = (year(interview) * 10000 + month(interview) * 100 + day(interview))
quietly replace `v3' = 0 if `r2' != 0
* the completed years from born to interview
quietly generate double `v4' = 0
quietly replace `v4' = real(usubstr(born, 1, 4)) if ustrregexm(born, "^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))-02-29)$")
quietly generate double `v5' = 0
quietly replace `v5' = real(usubstr(born, 6, 2)) if ustrregexm(born, "^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))-02-29)$")
quietly generate double `v6' = 0
quietly replace `v6' = real(usubstr(born, 9, 2)) if ustrregexm(born, "^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))-02-29)$")
quietly generate double `v7' = (`v3' / 10000)
quietly generate double `v8' = floor(`v7')
quietly generate double `v9' = (`v3' / 100)
quietly generate double `v10' = floor(`v9')
quietly generate double `v11' = (`v10' - (`v8' * 100))
quietly generate double `v12' = (`v3' - (`v10' * 100))
quietly generate double `v13' = ((`v5' * 100) + `v6')
quietly generate double `v14' = ((`v11' * 100) + `v12')
quietly generate double `v15' = ((`v8' - `v4') - (`v14' < `v13'))
quietly replace `v15' = 0 if !(ustrregexm(born, "^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))-02-29)$"))
quietly replace `v15' = 0 if max(`r1', `r2') != 0
quietly generate double `r16' = 0
quietly replace `r16' = 2 if !(ustrregexm(born, "^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|(([0-9]{2}(0[48]|[2468][048]|[13579][26]))|((0[48]|[2468][048]|[13579][26])00))-02-29)$"))
quietly replace `r16' = max(`r1', `r2') if max(`r1', `r2') != 0
quietly generate double aged = `v15'
quietly replace aged = .a if `r16' == 2
quietly replace aged = .b if `r16' == 1
label variable aged `"Aged"'
label define aged ///
  .a `"out of range"' ///
  .b `"empty"', replace
label values aged aged
