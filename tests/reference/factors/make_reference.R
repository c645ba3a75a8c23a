# Several factors, rotated and scored, by R's psych: fa(fm = "minres", rotate = ) and principal(rotate = ), as it gives them.
# anes96.csv: nine items of 944 respondents of the American National Election Study 1996 (public domain, as statsmodels
# ships it); where Clinton was placed is turned round.  psych calls stats::promax's formula "Promax" and normalises rows
# before it where asked for "promax".  Its optimiser and rotations stop early; "tight" is the same run to its end.
source("../helpers.R"); suppressMessages({library(psych); library(GPArotation)})
d <- read.csv("anes96.csv"); d$clinton <- 8 - d$clinton; k <- 3; hows <- c(none = "none", varimax = "varimax", promax = "Promax", oblimin = "oblimin")
told <- function(f) list(loadings = mat(unclass(f$loadings)), Phi = if (is.null(f$Phi)) NULL else mat(f$Phi), uniquenesses = as.numeric(f$uniquenesses), ss_loadings = as.numeric(f$Vaccounted["SS loadings", ]), proportion = as.numeric(f$Vaccounted["Proportion Var", ]), weights = mat(f$weights), scores = unname(f$scores[1:20, ]))
by_fa <- function(X, how) { set.seed(1); suppressWarnings(fa(X, nfactors = k, fm = "minres", rotate = how, scores = "regression")) }
of_fa <- function(how) { f <- by_fa(d, how); b <- factor.scores(as.matrix(d), f, method = "Bartlett"); c(told(f), list(R2 = as.numeric(f$R2), bartlett_weights = mat(b$weights), bartlett_scores = unname(b$scores[1:20, ]))) }
of_principal <- function(how) { f <- suppressWarnings(principal(d, nfactors = k, rotate = how, scores = TRUE)); told(f) }
R <- cor(d); ends <- fa_tight(R, k); e <- eigen(R); L <- e$vectors[, 1:k] %*% diag(sqrt(e$values[1:k])); L <- L %*% diag(sign(colSums(L))); dimnames(L) <- list(names(d), paste0("F", 1:k)); Z <- scale(as.matrix(d))
of_ends <- function(L, psi, how) { r <- rot_ref(L, how); c(strip(r), list(scores = scores_ref(Z, R, r, psi), bartlett_weights = mat(diag(1 / psi) %*% r$.L %*% solve(t(r$.L) %*% diag(1 / psi) %*% r$.L)))) }
half <- lapply(list(d[1:472, ], d[473:944, ]), by_fa, how = "oblimin")
out <- list(provenance = prov(c("psych", "GPArotation")), items = names(d), n = nrow(d), mean = nv(colMeans(d)), sd = nv(sapply(d, sd)), cor = mat(R),
  minres = lapply(hows, of_fa), principal = lapply(hows, of_principal),
  tight = list(minres = lapply(setNames(names(hows), names(hows)), function(how) of_ends(ends$loadings, ends$uniqueness, how)), principal = lapply(setNames(names(hows), names(hows)), function(how) of_ends(L, 1 - rowSums(L^2), how))),
  halves = list(first = mat(unclass(half[[1]]$loadings)), second = mat(unclass(half[[2]]$loadings)), congruence = mat(factor.congruence(half[[1]], half[[2]], digits = 15))))
wj(out, "reference.json"); cat("done\n")
