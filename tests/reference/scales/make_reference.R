# Scales by R: psych (alpha, KMO, fa, polychoric, factor.congruence, cortest.bartlett) and lavaan (two-step polychoric).
# anes96.csv: four seven-point scales of 944 respondents of the American National Election Study 1996 (public domain,
# as statsmodels ships it): party, self, and where Clinton and Dole were placed. city3k: five synthetic items with gaps.
source("../helpers.R"); suppressMessages({library(psych); library(lavaan)})
# the likelihood of a table solved to 1e-12 with R's own bivariate normal: psych and lavaan stop at about 1e-5
tight_polychoric <- function(x, y) {
  t <- table(x, y); h <- c(-Inf, qnorm(cumsum(rowSums(t)) / sum(t))); k <- c(-Inf, qnorm(cumsum(colSums(t)) / sum(t))); h[length(h)] <- Inf; k[length(k)] <- Inf
  low <- function(a, b, r) if (a == -Inf || b == -Inf) 0 else if (a == Inf) pnorm(b) else if (b == Inf) pnorm(a) else pbivnorm::pbivnorm(a, b, r)
  dens <- function(a, b, r) if (is.infinite(a) || is.infinite(b)) 0 else exp(-(a^2 - 2 * r * a * b + b^2) / (2 * (1 - r^2))) / (2 * pi * sqrt(1 - r^2))
  cells <- function(f, r) { G <- outer(seq_along(h), seq_along(k), Vectorize(function(i, j) f(h[i], k[j], r))); G[-1, -1] - G[-nrow(G), -1] - G[-1, -ncol(G)] + G[-nrow(G), -ncol(G)] }
  score <- function(r) { p <- cells(low, r); s <- cells(dens, r); sum((t * s / p)[t > 0]) }
  uniroot(score, c(-.99, .99), tol = 1e-13)$root }
pairs_of <- function(X) { p <- ncol(X); M <- diag(p); dimnames(M) <- list(names(X), names(X)); for (i in 1:p) for (j in seq_len(i - 1)) M[i, j] <- M[j, i] <- tight_polychoric(X[[i]], X[[j]]); M }
tight <- function(R) { set.seed(1); f <- fa(R, nfactors = 1, fm = "minres", n.obs = 100, warnings = FALSE); as.numeric(f$loadings) }
one <- function(X) {
  X <- X[complete.cases(X), ]; R <- cor(X); a <- suppressWarnings(psych::alpha(X, check.keys = FALSE, warnings = FALSE)); k <- KMO(R); b <- cortest.bartlett(R, nrow(X)); l <- tight(R)
  P <- psych::polychoric(X, correct = 0, smooth = FALSE, ML = FALSE)$rho; L <- lavCor(as.data.frame(X), ordered = names(X), estimator = "two.step", output = "cor"); class(L) <- "matrix"; lp <- tight(unclass(P))
  list(items = I(names(X)), n = nrow(X), mean = nv(colMeans(X)), sd = nv(sapply(X, sd)), cor = mat(R), alpha = a$total$raw_alpha, alpha_std = a$total$std.alpha,
    item_rest = I(sapply(names(X), function(v) cor(X[[v]], rowSums(X[setdiff(names(X), v)])))), psych_r_drop = I(a$item.stats$r.drop), alpha_dropped = I(a$alpha.drop$raw_alpha),
    kmo = k$MSA, kmo_item = I(as.numeric(k$MSAi)), bartlett = list(chisq = b$chisq, df = b$df, p = b$p.value), eigenvalues = I(eigen(R)$values), minres_loadings = I(l),
    omega_of_one_factor = sum(l)^2 / (sum(l)^2 + sum(1 - l^2)), polychoric_psych = mat(P), polychoric_lavaan = mat(L), polychoric_tight = mat(pairs_of(X)), polychoric_loadings = I(lp), polychoric_alpha = suppressWarnings(psych::alpha(P, check.keys = FALSE, warnings = FALSE))$total$raw_alpha)
}
d <- read.csv("anes96.csv")[c("party", "self", "clinton", "dole")]; d$clinton <- 8 - d$clinton
city <- read.csv("../city3k/data.csv"); q <- city[c("q1", "q2", "q3", "q4", "q5")]; q$q3 <- 6 - q$q3; g <- split(q, city$female)
two <- lapply(g, one); out <- list(provenance = prov(c("psych", "lavaan", "pbivnorm")), anes96 = one(d), city3k = one(q), city3k_men = two[[1]], city3k_women = two[[2]],
  congruence_men_women = as.numeric(factor.congruence(as.matrix(as.numeric(two[[1]]$minres_loadings)), as.matrix(as.numeric(two[[2]]$minres_loadings)), digits = 15)))
wj(out, "reference.json"); cat("done\n")
