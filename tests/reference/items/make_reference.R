# Reliability, factors and correlations of the fourteen items of ../city3k (our synthetic data)
source("../helpers.R"); suppressMessages({library(psych); library(lavaan); library(GPArotation)})
d <- read.csv("../city3k/data.csv", na.strings = ""); it <- paste0("q", 1:14); X <- as.matrix(d[, it]); X[, c("q3", "q9")] <- 6 - X[, c("q3", "q9")]; cc <- complete.cases(X); n <- sum(cc)
out <- list(provenance = prov(c("psych", "lavaan", "GPArotation")), n = n)

## reliability of the first five items, complete rows of these five
S <- X[complete.cases(X[, 1:5]), 1:5]; a <- suppressWarnings(psych::alpha(S, warnings = FALSE)); C <- cov(S); R5 <- cor(S); k <- 5; m <- nrow(S)
al <- function(M) { p <- ncol(M); p / (p - 1) * (1 - sum(diag(M)) / sum(M)) }; om <- function(R) { f <- fa_tight(R, 1); l <- f$loadings[, 1]; sum(l)^2 / (sum(l)^2 + sum(f$uniqueness)) }
fe <- a$feldt
out$reliability <- list(n = m, alpha = al(C), psych_alpha = a$total$raw_alpha, feldt = as.numeric(c(fe$lower.ci, fe$upper.ci)), standardised = al(R5), omega = om(R5), mean_r = mean(R5[lower.tri(R5)]),
  means = as.numeric(colMeans(S)), sds = as.numeric(apply(S, 2, sd)), item_rest = as.numeric(a$item.stats$r.drop), alpha_dropped = as.numeric(sapply(1:5, function(j) al(C[-j, -j]))), psych_alpha_dropped = as.numeric(a$alpha.drop$raw_alpha), loadings = as.numeric(fa_tight(R5, 1)$loadings[, 1]))
w <- d$weight[complete.cases(X[, 1:5])]; W <- cov.wt(S, w); out$weighted <- list(alpha = al(W$cov), means = as.numeric(W$center), sds = as.numeric(sqrt(diag(W$cov))), omega = om(cov2cor(W$cov)))
g <- d$female[complete.cases(X[, 1:5])]; out$by_female <- lapply(0:1, function(v) { s <- S[g == v, ]; list(n = nrow(s), alpha = al(cov(s)), omega = om(cor(s))) })

## polychoric correlations of the first five items by lavaan (two-step maximum likelihood)
P <- unclass(lavCor(as.data.frame(S), ordered = colnames(S))); P <- matrix(as.numeric(P), 5, 5); out$polychoric <- list(values = P, alpha = al(P), omega = om(P))

## three factors of the fourteen items
R <- cor(X[cc, ]); Z <- scale(X[cc, ])
for (e in c("minres", "ml")) { f <- fa_tight(R, 3, e); o <- list(objective = f$objective, uniqueness = as.numeric(f$uniqueness)); for (r in c("none", "varimax", "promax", "oblimin")) { rr <- rot_ref(f$loadings, r); o[[r]] <- strip(rr); o[[r]]$scores <- strip(scores_ref(Z, R, rr, f$uniqueness))
    Wb <- solve(t(rr$.L) %*% diag(1 / f$uniqueness) %*% rr$.L, t(rr$.L) %*% diag(1 / f$uniqueness)); o[[r]]$bartlett_weights <- unname(t(Wb)) }
  res <- R - f$loadings %*% t(f$loadings); o$rmsr <- sqrt(mean(res[lower.tri(res)]^2)); out[[e]] <- o }
fac <- factanal(X[cc, ], 3, rotation = "none", control = list(nstart = 3, opt = list(factr = 1e2))); out$factanal <- list(statistic = as.numeric(fac$STATISTIC), df = fac$dof, p = as.numeric(fac$PVAL), uniqueness = as.numeric(fac$uniquenesses))
ev <- eigen(R); L <- ev$vectors[, 1:3] %*% diag(sqrt(ev$values[1:3])); L <- L %*% diag(sign(colSums(L))); dimnames(L) <- list(it, paste0("F", 1:3)); out$principal <- list(none = list(loadings = mat(L)), varimax = strip(rot_ref(L, "varimax")))
out$eigenvalues <- ev$values; out$kmo <- kmo_ref(R); out$bartlett <- bartlett_ref(R, n)
Rw <- cov.wt(X[cc, ], d$weight[cc], cor = TRUE)$cor; fw <- fa_tight(Rw, 3); out$weighted_varimax <- strip(rot_ref(fw$loadings, "varimax"))
set.seed(11); E <- t(replicate(2000, eigen(cor(matrix(rnorm(n * 14), n)))$values)); out$parallel <- list(draws = 2000, mean = colMeans(E), q95 = as.numeric(apply(E, 2, quantile, .95)), sd = as.numeric(apply(E, 2, sd)))

## correlations
v <- c("q1", "q2", "age", "inc"); D <- d[, v]; pr <- combn(4, 2)
tests <- function(m) lapply(seq_len(ncol(pr)), function(i) { x <- D[[pr[1, i]]]; y <- D[[pr[2, i]]]; ok <- complete.cases(x, y); t <- suppressWarnings(cor.test(x[ok], y[ok], method = m, exact = FALSE)); list(first = pr[1, i] - 1, second = pr[2, i] - 1, n = sum(ok), r = as.numeric(t$estimate), p = t$p.value, ci = if (m == "pearson") as.numeric(t$conf.int) else NULL) })
for (m in c("pearson", "spearman")) { o <- tests(m); out[[m]] <- list(pairs = o, holm = p.adjust(sapply(o, `[[`, "p"), "holm")) }
Q <- as.data.frame(S); fl <- lavCor(Q, ordered = colnames(Q), se = "standard", output = "fit"); pe <- parameterEstimates(fl); pe <- pe[pe$op == "~~" & pe$lhs != pe$rhs, ]; out$polychoric_se <- list(first = pe$lhs, second = pe$rhs, r = pe$est, se = pe$se)
wj(out, "reference.json")
