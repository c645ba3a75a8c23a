* survey/numbered@1: Numbered
* place read as a number.
* Reads, from survey/2014@1: place. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   out_of_range -> .a (out of range)
*   system -> .b (empty)

version 14
tempvar r1 v2 r3
* place
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(place)
* place read as a number
quietly generate double `v2' = real(place)
quietly replace `v2' = 0 if !(ustrregexm(place, "^-?[0-9]{1,15}([.][0-9]{1,15})?$"))
quietly replace `v2' = 0 if `r1' != 0
quietly generate double `r3' = 0
quietly replace `r3' = 2 if !(ustrregexm(place, "^-?[0-9]{1,15}([.][0-9]{1,15})?$"))
quietly replace `r3' = `r1' if `r1' != 0
quietly generate double numbered = `v2'
quietly replace numbered = .a if `r3' == 2
quietly replace numbered = .b if `r3' == 1
label variable numbered `"Numbered"'
label define numbered ///
  .a `"out of range"' ///
  .b `"empty"', replace
label values numbered numbered
