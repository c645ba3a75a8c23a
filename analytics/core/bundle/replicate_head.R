# Computes the main figures of this run again and lays them beside those in figures.csv.
# Run it in the folder where the bundle was unpacked:  Rscript replicate.R
# Needs R 4 or later; multilevel models need the package lme4, tables of a drawn sample survey,
# reliability and factors psych (oblimin also GPArotation).

suppressWarnings(invisible(Sys.setlocale("LC_CTYPE", "C.UTF-8")))
text <- function(x) if (is.numeric(x)) ifelse(is.na(x), NA, sprintf("%.15g", x)) else as.character(x)
coded <- function(x, others) factor(text(x), levels = c(sort(setdiff(text(x)[!is.na(x)], others)), others))
center <- function(x) x - mean(x)
of_group <- function(x) ave(x, groups)
in_group <- function(x) x - of_group(x)
ln <- function(x) log(x)
in_order <- function(name) {
  name <- gsub("`", "", enc2utf8(name))
  Encoding(name) <- "UTF-8"
  parts <- strsplit(name, ":", fixed = TRUE)
  vapply(parts, function(one) paste(sort(enc2utf8(one), method = "radix"), collapse = ":"), "")
}
found <- list()
tell <- function(model, in_r, statistic, value) {
  figure <- data.frame(model, in_r = in_order(in_r), statistic, value = as.numeric(value))
  found[[length(found) + 1]] <<- figure
}
tell_model <- function(model, fit, estimates) {
  tell(model, names(estimates), "estimate", estimates)
  errors <- sqrt(diag(as.matrix(vcov(fit))))
  tell(model, names(estimates)[!is.na(estimates)], "std_error", errors[!is.na(errors)])
  tell(model, "", "loglik", logLik(fit))
}
tell_variances <- function(model, fit) {
  parts <- as.data.frame(lme4::VarCorr(fit))
  own <- is.na(parts$var2)
  in_r <- ifelse(parts$grp == "Residual", "Residual", paste0("group:", parts$var1))
  tell(model, in_r[own], "variance", parts$vcov[own])
  if (any(!own)) {
    tell(model, paste(parts$var1, parts$var2, sep = ":")[!own], "covariance", parts$vcov[!own])
  }
}
