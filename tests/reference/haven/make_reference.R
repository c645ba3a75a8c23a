# What haven makes of fixture.sav and fixture.dta, cell by cell and label by label, as JSON.
suppressMessages({library(haven); library(jsonlite)})
number <- function(x) ifelse(is.na(x), NA, sprintf('%.17g', x))
bounds <- function(x) sapply(x, function(v) if (is.infinite(v)) (if (v > 0) "Inf" else "-Inf") else number(v))
column <- function(x) {
  plain <- unclass(x)
  cells <- if (is.character(plain)) as.character(plain) else number(as.numeric(plain))
  labels <- attr(x, "labels", exact = TRUE)
  tagged <- is.numeric(plain)
  out <- list(class = I(class(x)), cells = I(cells), tags = I(if (tagged) na_tag(as.double(plain)) else rep(NA_character_, length(plain))),
    label = attr(x, "label", exact = TRUE), format = c(attr(x, "format.spss", exact = TRUE), attr(x, "format.stata", exact = TRUE)),
    missing = I(as.vector(is.na(x))))
  if (!is.null(labels)) out$labels <- list(text = I(names(labels)), value = I(if (is.character(labels)) as.character(labels) else number(as.numeric(labels))),
    tag = I(if (is.numeric(labels)) na_tag(as.double(labels)) else rep(NA_character_, length(labels))))
  if (!is.null(v <- attr(x, "na_values", exact = TRUE))) out$na_values <- I(if (is.character(v)) v else number(v))
  if (!is.null(v <- attr(x, "na_range", exact = TRUE))) out$na_range <- I(bounds(v))
  out
}
file <- function(d) list(label = attr(d, "label", exact = TRUE), notes = I(attr(d, "notes", exact = TRUE)), columns = lapply(d, column))
out <- list(
  provenance = list(R = R.version.string, haven = as.character(packageVersion("haven"))),
  sha256 = as.list(setNames(sapply(c("fixture.sav", "fixture.dta"), function(f) strsplit(system2("sha256sum", f, stdout = TRUE), " ")[[1]][1]), c("sav", "dta"))),
  sav = file(read_sav("fixture.sav", user_na = TRUE)), dta = file(read_dta("fixture.dta")))
writeLines(toJSON(out, auto_unbox = TRUE, pretty = TRUE, null = "null", na = "null"), "reference.json")
