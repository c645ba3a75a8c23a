# Random slopes: the optimum of lme4's own objectives, found with derivatives by numDeriv from lme4's answer on.
suppressMessages({library(lme4); library(numDeriv)})
vc_ref <- function(v, s = NULL) { v <- as.matrix(v); list(terms = I(rownames(v)), covariance = unclass(unname(matrix(v, nrow(v)))), sd = I(as.numeric(sqrt(diag(v)))), correlation = if (nrow(v) > 1) v[1, 2] / sqrt(v[1, 1] * v[2, 2]) else NULL, sigma_e = s) }
slope_lmer_ref <- function(formula, data, REML = TRUE, polish = TRUE) {
  lf <- lFormula(formula, data, REML = REML); dd <- do.call(mkLmerDevfun, lf)
  f0 <- suppressMessages(suppressWarnings(lmer(formula, data, REML = REML, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))))); th <- getME(f0, "theta")
  if (polish) for (i in 1:4) th <- th - as.numeric(solve(hessian(dd, th), grad(dd, th)))
  f <- suppressMessages(mkMerMod(environment(dd), list(par = th, fval = dd(th), conv = 0, message = ""), lf$reTrms, fr = lf$fr)); b <- fixef(f); ll <- as.numeric(logLik(f)); r <- ranef(f, condVar = TRUE)[[1]]; pv <- attr(r, "postVar")
  list(REML = REML, n_obs = nobs(f), n_groups = as.integer(ngrps(f)), terms = I(names(b)), coef = nv(b), se = nv(sqrt(diag(as.matrix(vcov(f))))), random = vc_ref(VarCorr(f)[[1]], sigma(f)), logLik = ll, n_par = attr(logLik(f), "df"), AIC = AIC(f), BIC = BIC(f),
    ranef = list(level = I(rownames(r)), effect = unname(as.matrix(r)), cond_sd = unname(t(sqrt(apply(pv, 3, diag))))), lme4_default_logLik = as.numeric(logLik(suppressMessages(suppressWarnings(lmer(formula, data, REML = REML))))))
}
satterthwaite_ref <- function(formula, data, REML = TRUE) { f <- suppressMessages(suppressWarnings(lmerTest::lmer(formula, data, REML = REML, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5))))); s <- coef(summary(f, ddf = "Satterthwaite")); list(df = nv(setNames(s[, "df"], rownames(s))), p = nv(setNames(s[, 5], rownames(s)))) }
containment_ref <- function(fixed, random, data, method = "REML") { f <- nlme::lme(fixed, data, random = random, method = method, control = nlme::lmeControl(msTol = 1e-12, tolerance = 1e-12, opt = "optim", maxIter = 500, msMaxIter = 500)); s <- summary(f)$tTable; list(df = nv(setNames(s[, "DF"], rownames(s))), logLik = as.numeric(logLik(f))) }
## Laplace likelihood of a logit with a random intercept and one random slope, inner steps solved to 1e-13.
rs_objective <- function(X, y, g, z) {
  X <- unname(X); g <- as.integer(factor(g)); st <- new.env(); st$v <- matrix(0, max(g), 2); gs <- function(v) as.numeric(rowsum(v, g, reorder = TRUE))
  function(par) {                                    # par = (l11, l21, l22, beta); returns -2 log-likelihood
    s1 <- par[1] + par[2] * z; s2 <- par[3] * z; e0 <- as.numeric(X %*% par[-(1:3)]); v <- st$v
    for (i in 1:300) { e <- e0 + s1 * v[g, 1] + s2 * v[g, 2]; p <- plogis(e); w <- p * (1 - p); a <- 1 + gs(w * s1^2); b <- gs(w * s1 * s2); d <- 1 + gs(w * s2^2); det <- a * d - b^2; r1 <- gs((y - p) * s1) - v[, 1]; r2 <- gs((y - p) * s2) - v[, 2]; st1 <- (d * r1 - b * r2) / det; st2 <- (a * r2 - b * r1) / det; v <- v + cbind(pmax(-3, pmin(3, st1)), pmax(-3, pmin(3, st2))); if (max(abs(st1), abs(st2)) < 1e-13) break }
    st$v <- v; e <- e0 + s1 * v[g, 1] + s2 * v[g, 2]; -2 * (sum(y * e - ifelse(e > 0, e + log1p(exp(-e)), log1p(exp(e)))) - sum(v^2) / 2 - sum(log(det)) / 2) } }
slope_glmer_ref <- function(formula, data, z) {
  f0 <- suppressMessages(suppressWarnings(glmer(formula, data, family = binomial))); th <- getME(f0, "theta"); b <- fixef(f0); f <- rs_objective(getME(f0, "X"), getME(f0, "y"), getME(f0, "flist")[[1]], data[[z]])
  o <- optim(c(th, b), f, method = "BFGS", control = list(reltol = 1e-14, maxit = 500)); par <- o$par; th <- par[1:3]; sc <- c(pmax(.05, .2 * abs(th)), sqrt(diag(as.matrix(vcov(f0))))); one <- rep(1, length(par))
  for (it in 1:8) { q <- function(v) f(par + (v - 1) * sc); ma <- list(d = 0.05, eps = 1e-4, r = 4); gr <- grad(q, one, method.args = ma) / sc; H <- hessian(q, one, method.args = ma) / outer(sc, sc); sp <- as.numeric(solve(H, gr)); sc <- sqrt(abs(2 * diag(solve(H)))); par <- par - sp; if (max(abs(sp / sc)) < 1e-9) break }
  V <- 2 * solve(H); bb <- par[-(1:3)]; L <- matrix(c(par[1], par[2], 0, par[3]), 2); S <- L %*% t(L); dimnames(S) <- list(c("(Intercept)", z), c("(Intercept)", z)); ll <- -0.5 * f(par); k <- length(par); n <- nobs(f0); r <- ranef(f0)[[1]]
  list(n_obs = n, n_groups = as.integer(ngrps(f0)), terms = I(names(b)), coef = nv(setNames(bb, names(b))), se = nv(setNames(sqrt(diag(V))[-(1:3)], names(b))), random = vc_ref(S), se_sd = I(c(sqrt(V[1, 1]), { j <- c(par[2], par[3]) / sqrt(par[2]^2 + par[3]^2); sqrt(as.numeric(j %*% V[2:3, 2:3] %*% j)) })), logLik = ll, n_par = k, AIC = 2 * k - 2 * ll, BIC = log(n) * k - 2 * ll, last_step_in_se = max(abs(sp / sc)), check_logLik_minus_lme4 = ll - as.numeric(logLik(f0)), ranef = list(note = "lme4 default fit", level = I(rownames(r)), effect = unname(as.matrix(r))))
}
