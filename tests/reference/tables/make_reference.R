# Weighted tables of the synthetic city3k data (its data.csv, ours): a stratified, clustered, weighted sample and what survey makes of it
source("../helpers.R"); suppressMessages(library(survey))
d <- read.csv("../city3k/data.csv", stringsAsFactors = FALSE)
d$edu <- factor(d$edu); d$emp <- factor(d$emp); d$tenure <- factor(d$tenure); d$female <- factor(d$female); d$area <- factor(d$stratum %/% 10)
d$npop <- 60 + d$stratum %% 10          # sampling units in the population, for the finite-population correction
full <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
designs <- list(full = full,
  fpc = svydesign(~psu, strata = ~stratum, weights = ~weight, fpc = ~npop, data = d, nest = TRUE),
  strata_only = svydesign(~1, strata = ~stratum, weights = ~weight, data = d),
  weights_only = svydesign(~1, weights = ~weight, data = d))
# the SD of the rows that have a value: with na.rm alone svyvar counts the others in n / (n - 1)
num <- function(f, D) { m <- svymean(f, D, na.rm = TRUE); K <- D[!is.na(D$variables[[all.vars(f)]]), ]; list(mean = as.numeric(m), se = as.numeric(SE(m)), sd = sqrt(as.numeric(svyvar(f, K)))) }
tab <- function(D) {
  t <- svytable(~tenure + emp, D); by <- svyby(~tenure, ~emp, subset(D, !is.na(tenure) & !is.na(emp)), svymean)
  k <- nlevels(D$variables$tenure); test <- svychisq(~tenure + emp, D, statistic = "F"); chi <- svychisq(~tenure + emp, D, statistic = "Chisq")
  joint <- svymean(~interaction(tenure, emp), subset(D, !is.na(tenure) & !is.na(emp)))
  list(rows = levels(D$variables$tenure), cols = levels(D$variables$emp), weighted = mat(t)$values, percent = unname(as.matrix(by[, 1 + 1:k])), se = unname(as.matrix(by[, 1 + k + 1:k])),
       total_se = as.numeric(SE(joint)), total = as.numeric(joint),
       F = as.numeric(test$statistic), df = as.numeric(test$parameter), p = as.numeric(test$p.value), pearson = as.numeric(chi$statistic)) }
ci <- function(D, e) { x <- svyciprop(e, D, method = "logit"); list(est = as.numeric(x), lo = as.numeric(attr(x, "ci")[1]), hi = as.numeric(attr(x, "ci")[2])) }
contrast <- function(D) { by <- svyby(~I(tenure == "own"), ~female, subset(D, !is.na(tenure)), svymean, covmat = TRUE); nm <- names(coef(by)); one <- nm[grepl("TRUE", nm)]; x <- svycontrast(by, setNames(c(1, -1), one)); list(diff = as.numeric(x), se = as.numeric(SE(x))) }
out <- list(provenance = prov("survey"))
for (n in names(designs)) { D <- designs[[n]]; S <- subset(D, d$female == "1" & d$city == "C03")
  out[[n]] <- list(df = degf(D), age = num(~age, D), inc = num(~inc, D), total_age = as.numeric(svytotal(~age, D)), total_age_se = as.numeric(SE(svytotal(~age, D))), ratio = as.numeric(coef(svyratio(~kids, ~hh, D, na.rm = TRUE))), ratio_se = as.numeric(SE(svyratio(~kids, ~hh, D, na.rm = TRUE))), share_car = ci(subset(D, !is.na(car)), ~car), domain_age = num(~age, S), tab = tab(D), domain_tab = { test <- svychisq(~tenure + emp, S, statistic = "F"); list(F = as.numeric(test$statistic), df1 = as.numeric(test$parameter)[1]) }, own_by_sex = contrast(D), by_sex_age = { b <- svyby(~age, ~female, D, svymean); list(est = as.numeric(b$age), se = as.numeric(SE(b))) }) }
# strata with one sampling unit: only the first unit of strata 11 and 12 is kept
first <- function(s) min(d$psu[d$stratum == s]); L <- d[!(d$stratum %in% c(11, 12)) | d$psu %in% c(first(11), first(12)), ]
for (how in c("adjust", "certainty")) { options(survey.lonely.psu = how); D <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = L, nest = TRUE); m <- svymean(~age, D); out$lonely[[how]] <- list(mean = as.numeric(m), se = as.numeric(SE(m)), df = degf(D), tenure = as.numeric(svymean(~tenure, D, na.rm = TRUE)), tenure_se = as.numeric(SE(svymean(~tenure, D, na.rm = TRUE)))) }
options(survey.lonely.psu = "fail")
# change between two items asked in one way (answers 1 to 5): paired
P <- d[!is.na(d$q1) & !is.na(d$q2), ]; two <- table(P$q1 >= 4, P$q2 >= 4); mc <- mcnemar.test(two, correct = FALSE)
sq <- table(factor(P$q1, 1:5), factor(P$q2, 1:5)); b <- rowSums(sq) - colSums(sq); S <- diag(rowSums(sq) + colSums(sq)) - sq - t(sq); x2 <- as.numeric(t(b[1:4]) %*% solve(S[1:4, 1:4]) %*% b[1:4])
bn <- binom.test(two[1, 2], two[1, 2] + two[2, 1])
D <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE); for (k in 1:5) D$variables[[paste0("n", k)]] <- (D$variables$q2 == k) - (D$variables$q1 == k)
D <- subset(D, !is.na(q1) & !is.na(q2)); net <- svymean(~n1 + n2 + n3 + n4 + n5, D); V <- vcov(net)[1:4, 1:4]; e <- as.numeric(coef(net))[1:4]; df <- degf(full); q <- 4
Wf <- (df - q + 1) / (df * q) * as.numeric(t(e) %*% solve(V) %*% e)
out$paired <- list(n = nrow(P), mcnemar = as.numeric(mc$statistic), mcnemar_p = mc$p.value, exact_p = bn$p.value, stuart_maxwell = x2, stuart_maxwell_p = pchisq(x2, 4, lower.tail = FALSE), net = as.numeric(coef(net)), net_se = as.numeric(SE(net)), wald_f = Wf, wald_p = pf(Wf, q, df - q + 1, lower.tail = FALSE), q = q, df2 = df - q + 1)
# standardised differences of unweighted groups, in the open
s <- function(x, g) (mean(x[g == "0"]) - mean(x[g == "1"])) / sqrt((var(x[g == "0"]) + var(x[g == "1"])) / 2)
lev <- function(x, g) { p <- prop.table(table(x, g), 2)[-1, , drop = FALSE]; S <- (diag(p[, 1]) - tcrossprod(p[, 1]) + diag(p[, 2]) - tcrossprod(p[, 2])) / 2; v <- p[, 1] - p[, 2]; sqrt(as.numeric(t(v) %*% solve(S) %*% v)) }
out$standardised <- list(age = s(d$age, d$female), emp = lev(d$emp, d$female))
# two proportions: prop.test without correction is the square of the pooled z; wald and newcombe as defined
h <- table(d$female, d$car); pt <- prop.test(h[, "1"], rowSums(h), correct = FALSE); w <- prop.test(h["0", "1"], sum(h["0", ]), correct = FALSE)$conf.int; v <- prop.test(h["1", "1"], sum(h["1", ]), correct = FALSE)$conf.int; p <- as.numeric(pt$estimate)
out$two_shares <- list(p = p, wald = as.numeric(pt$conf.int), p_value = pt$p.value, newcombe = c(p[1] - p[2] - sqrt((p[1] - w[1])^2 + (v[2] - p[2])^2), p[1] - p[2] + sqrt((w[2] - p[1])^2 + (p[2] - v[1])^2)))
# all pairs of columns, adjusted: z of two shares is prop.test without correction
own <- table(d$y, d$q1); pw <- function(m) { p <- suppressWarnings(pairwise.prop.test(own["1", ], colSums(own), p.adjust.method = m, correct = FALSE))$p.value; list(rows = rownames(p), cols = colnames(p), p = unname(p)) }
out$pairs <- list(cols = colnames(own), share = as.numeric(own["1", ] / colSums(own)), holm = pw("holm"), bonferroni = pw("bonferroni"), none = pw("none"))
wj(out, "reference.json"); cat(out$full$tab$F, out$lonely$adjust$se, "\n")
