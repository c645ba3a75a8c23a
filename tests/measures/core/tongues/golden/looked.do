* survey/looked@1: Looked
* Gdp of the table cities for city.
* Reads, from survey/2014@1: city. The cells stand as in the file, missing codes in place.
* Missing codes of the column (absence -> code):
*   not_applicable -> .a (not applicable)
*   refused -> .b (refused)
*   dont_know -> .c (don't know)
*   no_answer -> .d (no answer)
*   out_of_range -> .e (out of range)
*   system -> .f (empty)

version 14
tempvar r1 v2 v3 r4
* city
quietly generate double `r1' = 0
quietly replace `r1' = 3 if city == (-9)
quietly replace `r1' = 6 if city == (-8)
quietly replace `r1' = 4 if city == (-2)
quietly replace `r1' = 5 if city == (-1)
quietly replace `r1' = 1 if missing(city)
quietly generate double `v2' = city
quietly replace `v2' = 0 if `r1' != 0
* gdp of the table cities for city
quietly generate double `v3' = 0
quietly replace `v3' = 0 if `v2' == 1
quietly replace `v3' = 19500.6 if `v2' == 1101
quietly replace `v3' = 1000 if `v2' == 4403
quietly replace `v3' = 0 if `r1' != 0
quietly generate double `r4' = 2
quietly replace `r4' = 1 if `v2' == 1
quietly replace `r4' = 0 if `v2' == 1101
quietly replace `r4' = 0 if `v2' == 4403
quietly replace `r4' = `r1' if `r1' != 0
quietly generate double looked = `v3'
quietly replace looked = .a if `r4' == 6
quietly replace looked = .b if `r4' == 5
quietly replace looked = .c if `r4' == 4
quietly replace looked = .d if `r4' == 3
quietly replace looked = .e if `r4' == 2
quietly replace looked = .f if `r4' == 1
label variable looked `"Looked"'
label define looked ///
  .a `"not applicable"' ///
  .b `"refused"' ///
  .c `"don't know"' ///
  .d `"no answer"' ///
  .e `"out of range"' ///
  .f `"empty"', replace
label values looked looked
