
told <- read.csv("figures.csv", na.strings = "", encoding = "UTF-8", colClasses = "character")
told$value <- as.numeric(told$value)
told[is.na(told)] <- ""
told$value <- as.numeric(told$value)
if (!length(found)) {
  cat("0 of", nrow(told), "figures were computed again.\n")
  quit(status = 0)
}
keys <- c("model", "in_r", "statistic")
both <- merge(told, do.call(rbind, found), by = keys, suffixes = c("", "_r"))
both <- both[!is.na(both$value) & !is.na(both$value_r), ]
both$difference <- abs(both$value_r - both$value)
write.csv(both, "figures_from_r.csv", row.names = FALSE, fileEncoding = "UTF-8")
cat(nrow(both), "of", nrow(told), "figures were computed again.\n")
errors <- both[both$statistic == "std_error", c("model", "in_r", "value")]
estimates <- both[both$statistic == "estimate", ]
estimates <- merge(estimates, errors, by = c("model", "in_r"), suffixes = c("", "_error"))
if (nrow(estimates)) {
  largest <- max(estimates$difference / estimates$value_error)
  cat("Largest difference of an estimate:", signif(largest, 3), "standard errors.\n")
}
for (one in setdiff(unique(both$statistic), "estimate")) {
  some <- both[both$statistic == one, ]
  largest <- max(some$difference / pmax(abs(some$value), 1e-12))
  cat("Largest relative difference of ", one, ": ", signif(largest, 3), "\n", sep = "")
}
