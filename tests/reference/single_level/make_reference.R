# Single-level models on the synthetic six-city survey (../city3k/data.csv, ours, CC0): standard errors of every kind,
# design-based fits, ordered and multinomial logits, what is computed after a fit, and diagnostics.
source("../helpers.R"); suppressMessages({library(sandwich); library(clubSandwich); library(survey); library(MASS); library(nnet); library(lmtest)})
d <- read.csv("../city3k/data.csv", na.strings = ""); d <- d[complete.cases(d[, c("inc", "trust")]), ]; d$edu <- factor(d$edu)
out <- list(provenance = prov(c("sandwich", "clubSandwich", "survey", "MASS", "nnet", "lmtest")), n = nrow(d))
tight <- glm.control(epsilon = 1e-15, maxit = 100)
sharp <- function(f, data) { m <- glm(f, binomial, data, control = tight); m <- suppressWarnings(glm(f, binomial, data, control = tight, start = coef(m))); m }
rhs <- "female + age + edu + inc + female:inc"
lin <- lm(as.formula(paste("trust ~", rhs)), d); log_ <- sharp(as.formula(paste("y ~", rhs)), d)
se <- function(V) nv(setNames(sqrt(diag(V)), rownames(V)))
for (who in c("linear", "logit")) {
  m <- if (who == "linear") lin else log_
  o <- list(coef = nv(coef(m)), classical = se(vcov(m)))
  for (t in c("HC0", "HC1", "HC2", "HC3")) o[[t]] <- se(vcovHC(m, type = t))
  for (by in c("city", "psu")) for (t in c("CR0", "CR1", "CR1S")) o[[paste(t, by, sep = "_")]] <- se(vcovCR(m, cluster = d[[by]], type = t))
  out[[who]] <- o
}
# HC of glm in closed form, since the fitted weights of glm are those of the last step but one
p <- fitted(log_); X <- model.matrix(log_); W <- p * (1 - p); B <- solve(crossprod(X * W, X)); h <- W * rowSums((X %*% B) * X); u <- d$y - p
for (t in c("HC0", "HC1", "HC2", "HC3")) { v <- switch(t, HC0 = u^2, HC1 = u^2 * nrow(X) / (nrow(X) - ncol(X)), HC2 = u^2 / (1 - h), HC3 = u^2 / (1 - h)^2); V <- B %*% crossprod(X * v, X) %*% B; out$logit[[paste0(t, "_exact")]] <- se(V) }
for (by in c("city", "psu")) { ct <- coef_test(lin, vcov = "CR2", cluster = d[[by]], test = "Satterthwaite"); out$linear[[paste0("CR2_", by)]] <- list(se = nv(setNames(ct$SE, rownames(vcov(lin)))), df = nv(setNames(ct$df, rownames(vcov(lin))))) }
# clusters that a dummy fits alone: the adjustment uses a generalised inverse
dd <- lm(trust ~ female + inc + factor(city), d); ct <- coef_test(dd, vcov = "CR2", cluster = d$city, test = "Satterthwaite"); out$linear_fixed <- list(coef = nv(coef(dd)[2:3]), se = nv(setNames(ct$SE[2:3], names(coef(dd))[2:3])), df = nv(setNames(ct$df[2:3], names(coef(dd))[2:3])))
wald <- function(m, V, df2) { b <- coef(m)[-1]; list(F = as.numeric(b %*% solve(V[-1, -1], b)) / length(b), df = length(b), df2 = df2) }
out$linear$wald_HC3 <- wald(lin, vcovHC(lin, type = "HC3"), lin$df.residual)

## ---- designs --------------------------------------------------------------------------------------------------------
design <- function(m, D) list(coef = nv(coef(m)), se = nv(SE(m)), df_resid = m$df.residual, degf = degf(D))
ctl <- list(epsilon = 1e-15, maxit = 100); s <- "female + age + edu + inc"
D <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE); Dw <- svydesign(id = ~1, weights = ~weight, data = d); Dp <- svydesign(id = ~psu, weights = ~weight, data = d)
d$population <- 2 * ave(d$psu, d$stratum, FUN = function(p) length(unique(p))); Df <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, fpc = ~population, data = d, nest = TRUE)
half <- subset(D, inc >= 8 & district == 2)
for (n in c("full", "weights_only", "psu_only", "finite", "domain")) { S <- list(full = D, weights_only = Dw, psu_only = Dp, finite = Df, domain = half)[[n]]
  out$design[[n]] <- list(linear = design(svyglm(as.formula(paste("trust ~", s)), S), S), logit = if (n == "domain") NULL else design(svyglm(as.formula(paste("y ~", s)), S, family = quasibinomial(), control = ctl), S)) }
out$design$domain$linear <- design(svyglm(trust ~ female + age, half), half)
lone <- d; lone$stratum[1] <- 999; options(survey.lonely.psu = "adjust"); L <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = lone, nest = TRUE); out$design$lonely_adjust <- design(svyglm(trust ~ female + age, L), L)
options(survey.lonely.psu = "certainty"); out$design$lonely_certainty <- design(svyglm(trust ~ female + age, L), L)

## ---- ordered and multinomial ----------------------------------------------------------------------------------------
d$health <- factor(d$health); of <- health ~ female + age + edu + inc
po <- polr(of, d, Hess = TRUE, control = list(reltol = 1e-16, maxit = 1000))
# polr stops where its likelihood flattens: Newton steps on the same likelihood bring it to its optimum
Xo <- model.matrix(of, d)[, -1]; yo <- as.integer(d$health); J <- max(yo); k <- ncol(Xo)
parts <- function(par) { th <- par[k + 1:(J - 1)]; eta <- as.numeric(Xo %*% par[1:k]); hi <- c(th, Inf)[yo] - eta; lo <- c(-Inf, th)[yo] - eta; list(hi = hi, lo = lo, P = plogis(hi) - plogis(lo)) }
grad_o <- function(par) { q <- parts(par); a <- dlogis(q$hi) / q$P; b <- dlogis(q$lo) / q$P; c(-colSums(Xo * (a - b)), sapply(1:(J - 1), function(j) sum(a[yo == j]) - sum(b[yo == j + 1]))) }
par <- c(coef(po), po$zeta); suppressMessages(library(numDeriv))
for (i in 1:5) { H <- jacobian(grad_o, par); par <- par - solve(H, grad_o(par)) }
V <- solve(-(jacobian(grad_o, par) + t(jacobian(grad_o, par))) / 2); ll <- sum(log(parts(par)$P))
out$ordered <- list(coef = nv(par), se = nv(setNames(sqrt(diag(V)), names(par))), logLik = ll, n_par = length(par), AIC = 2 * length(par) - 2 * ll, BIC = log(nrow(d)) * length(par) - 2 * ll, polr = list(coef = nv(c(coef(po), po$zeta)), se = nv(sqrt(diag(vcov(po)))), logLik = as.numeric(logLik(po))))
# average marginal effects and their delta method by differences
prob_o <- function(par, X) { th <- par[k + 1:(J - 1)]; eta <- as.numeric(X %*% par[1:k]); C <- sapply(th, function(t) plogis(t - eta)); cbind(C, 1) - cbind(0, C) }
ame_o <- function(par) { X1 <- X0 <- Xo; X1[, "female"] <- 1; X0[, "female"] <- 0; th <- par[k + 1:(J - 1)]; eta <- as.numeric(Xo %*% par[1:k]); f <- cbind(0, sapply(th, function(t) dlogis(t - eta)), 0); c(colMeans(prob_o(par, X1) - prob_o(par, X0)), -par["inc"] * colMeans(f[, -1] - f[, -(J + 1)])) }
g <- jacobian(ame_o, par); out$ordered$ame <- list(female = ame_o(par)[1:J], inc = ame_o(par)[J + 1:J], female_se = sqrt(diag(g %*% V %*% t(g)))[1:J], inc_se = sqrt(diag(g %*% V %*% t(g)))[J + 1:J])
# Brant (1990): separate logits of y > j, their joint covariance, Wald tests of equal slopes
Xi <- cbind(1, Xo); cuts <- lapply(1:(J - 1), function(j) { z <- as.integer(yo > j); b <- coef(suppressWarnings(glm.fit(Xi, z, family = binomial(), control = tight))); list(b = b, p = plogis(as.numeric(Xi %*% b))) })
inv <- lapply(cuts, function(m) solve(crossprod(Xi * (m$p * (1 - m$p)), Xi))); kk <- k + 1; BV <- matrix(0, kk * (J - 1), kk * (J - 1))
for (a in 1:(J - 1)) for (b in a:(J - 1)) { w <- cuts[[b]]$p - cuts[[a]]$p * cuts[[b]]$p; v <- inv[[a]] %*% crossprod(Xi * w, Xi) %*% inv[[b]]; BV[(a - 1) * kk + 1:kk, (b - 1) * kk + 1:kk] <- v; BV[(b - 1) * kk + 1:kk, (a - 1) * kk + 1:kk] <- t(v) }
slope <- function(cols) as.numeric(sapply(1:(J - 1), function(j) (j - 1) * kk + 1 + cols)); bs <- as.numeric(sapply(cuts, function(m) m$b))
test <- function(cols) { r <- length(cols); i <- slope(cols); D <- cbind(diag(r)[rep(1:r, J - 2), , drop = FALSE], -diag(r * (J - 2))); q <- D %*% bs[i]; x <- as.numeric(t(q) %*% solve(D %*% BV[i, i] %*% t(D), q)); list(chi2 = x, df = r * (J - 2), p = pchisq(x, r * (J - 2), lower.tail = FALSE)) }
out$ordered$brant <- c(list(all = test(1:k)), setNames(lapply(1:k, test), colnames(Xo)))
d$tenure <- factor(d$tenure, levels = c("own", "rent", "other")); mf <- tenure ~ female + age + edu + inc
d2 <- d; d2$age <- d2$age / 100; mn <- multinom(mf, d2, trace = FALSE, maxit = 5000, abstol = 1e-14, reltol = 1e-16, Hess = TRUE)
Xm <- model.matrix(mf, d); ym <- as.integer(d$tenure); km <- ncol(Xm); bm <- t(coef(mn)); bm["age", ] <- bm["age", ] / 100; bm <- as.numeric(bm)
pm <- function(b, X) { e <- exp(cbind(0, X %*% matrix(b, km))); e / rowSums(e) }
sc <- function(b) { P <- pm(b, Xm); as.numeric(sapply(2:3, function(j) colSums(Xm * ((ym == j) - P[, j])))) }
inf <- function(b) { P <- pm(b, Xm); I <- matrix(0, 2 * km, 2 * km); for (a in 1:2) for (c in 1:2) I[(a - 1) * km + 1:km, (c - 1) * km + 1:km] <- crossprod(Xm * (P[, a + 1] * ((a == c) - P[, c + 1])), Xm); I }
for (i in 1:10) bm <- bm + solve(inf(bm), sc(bm)); Vm <- solve(inf(bm)); lm_ <- sum(log(pm(bm, Xm)[cbind(seq_along(ym), ym)])); nm <- as.character(outer(colnames(Xm), c("rent", "other"), function(t, c) paste(c, t, sep = ":")))
ame_m <- function(b) { X1 <- X0 <- Xm; X1[, "female"] <- 1; X0[, "female"] <- 0; P <- pm(b, Xm); s <- c(0, matrix(b, km)[match("inc", colnames(Xm)), ]); c(colMeans(pm(b, X1) - pm(b, X0)), colMeans(P * (matrix(s, nrow(P), 3, byrow = TRUE) - as.numeric(P %*% s)))) }
gm <- jacobian(ame_m, bm); sm <- sqrt(diag(gm %*% Vm %*% t(gm)))
out$multinomial <- list(coef = nv(setNames(bm, nm)), se = nv(setNames(sqrt(diag(Vm)), nm)), logLik = lm_, n_par = 2 * km, AIC = 4 * km - 2 * lm_, BIC = log(nrow(d)) * 2 * km - 2 * lm_, multinom_deviance = mn$deviance, ame = list(female = ame_m(bm)[1:3], inc = ame_m(bm)[4:6], female_se = sm[1:3], inc_se = sm[4:6]))

## ---- after the fit --------------------------------------------------------------------------------------------------
m <- mean(d$inc); at <- c(m - sd(d$inc), m, m + sd(d$inc))
for (who in c("linear", "logit")) { mod <- if (who == "linear") lin else log_; b <- coef(mod); Vb <- if (who == "linear") vcov(lin) else B
  L <- t(sapply(at, function(z) { v <- setNames(numeric(length(b)), names(b)); v["female"] <- 1; v["female:inc"] <- z; v })); out$after[[who]]$slopes <- list(at = at, slope = as.numeric(L %*% b), se = sqrt(diag(L %*% Vb %*% t(L))))
  pr <- lapply(c(2, 5), function(i) lapply(0:1, function(f) { X <- model.matrix(mod, transform(d, inc = i, female = f)); X <- model.matrix(delete.response(terms(mod)), transform(d, inc = i, female = f)); e <- as.numeric(X %*% b); if (who == "linear") { v <- mean(e); g <- colMeans(X) } else { v <- mean(plogis(e)); g <- colMeans(X * dlogis(e)) }; list(inc = i, female = f, value = v, se = sqrt(as.numeric(t(g) %*% Vb %*% g))) }))
  out$after[[who]]$predict <- unlist(pr, recursive = FALSE) }

## ---- diagnostics ----------------------------------------------------------------------------------------------------
bp <- bptest(lin); r <- resid(lin); n <- length(r); sk <- mean(r^3) / mean(r^2)^1.5; ku <- mean(r^4) / mean(r^2)^2
out$diagnostics$linear <- list(bp = as.numeric(bp$statistic), bp_df = as.numeric(bp$parameter), bp_p = as.numeric(bp$p.value), skewness = sk, kurtosis = ku, jarque_bera = n / 6 * (sk^2 + (ku - 3)^2 / 4), max_leverage = max(hatvalues(lin)), max_cook = max(cooks.distance(lin)), many_cook = sum(cooks.distance(lin) > 4 / n), max_dfbetas = nv(apply(abs(dfbetas(lin)), 2, max)))
xx <- model.matrix(lin)[, -1]; out$diagnostics$vif <- nv(setNames(diag(solve(cor(xx))), colnames(xx)))
pearson <- u / sqrt(W); cook <- pearson^2 * h / (1 - h)^2 / length(coef(log_))
o <- order(p); grp <- ceiling(rank(p, ties.method = "average") / n * 10); grp <- cut(p, unique(quantile(p, 0:10 / 10)), include.lowest = TRUE); O <- tapply(d$y, grp, sum); E <- tapply(p, grp, sum); N <- tapply(p, grp, length)
out$diagnostics$logit <- list(hosmer_lemeshow = sum((O - E)^2 / (E * (1 - E / N))), hl_df = 8, brier = mean((d$y - p)^2), auc = (sum(rank(p)[d$y == 1]) - sum(d$y) * (sum(d$y) + 1) / 2) / (sum(d$y) * sum(1 - d$y)), max_leverage = max(h), max_cook = max(cook), max_pearson = max(abs(pearson)))
wj(out, "reference.json"); cat("done\n")
