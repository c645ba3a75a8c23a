* survey/searched@1: Searched
* 1 if place starts with one of “35” and “36”, or place contains “5”, otherwise 0.
* Reads, from survey/2014@1: place. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   system -> .a (empty)

version 14
tempvar r1 c2 c3 r4 c5
* place
quietly generate double `r1' = 0
quietly replace `r1' = 1 if missing(place)
* place starts with one of “35” and “36”
quietly generate double `c2' = 0
quietly replace `c2' = 1 if (`r1' == 0) & ((strpos(place, "35") == 1) | (strpos(place, "36") == 1))
* place contains “5”
quietly generate double `c3' = 0
quietly replace `c3' = 1 if (`r1' == 0) & (strpos(place, "5") > 0)
* place starts with one of “35” and “36”, or place contains “5”
quietly generate double `r4' = `r1'
quietly replace `r4' = 0 if (`c2' == 1) | (`c3' == 1)
quietly generate double `c5' = 0
quietly replace `c5' = 1 if (`c2' == 1) | (`c3' == 1)
quietly generate double searched = `c5'
quietly replace searched = .a if `r4' == 1
label variable searched `"Searched"'
label define searched ///
  .a `"empty"', replace
label values searched searched
