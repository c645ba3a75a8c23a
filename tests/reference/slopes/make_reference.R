# Synthetic, ours: 1,200 people in 40 places (a slope that differs), the same in 8 places, and one without any slope variance.
source("../helpers.R"); source("../slope_helpers.R"); RNGkind("Mersenne-Twister", "Inversion", "Rejection")
draw <- function(n, G, seed, su, sx, rho) {
  set.seed(seed); g <- sample(seq_len(G), n, TRUE, prob = rgamma(G, 3)); x <- round(rnorm(n, 2, 1.5), 3); w <- round(rnorm(G), 3)[g]; f <- sample(c("a", "b", "c"), n, TRUE); u <- rnorm(G) * su; v <- rho * sx / max(su, 1e-9) * u + sqrt(1 - rho^2) * sx * rnorm(G)
  eta <- -.6 + .4 * x + .3 * w + c(a = 0, b = .3, c = -.2)[f] + u[g] + v[g] * x; data.frame(place = sprintf("P%02d", g), x, w, f, y = round(eta + rnorm(n), 4), d = rbinom(n, 1, plogis(eta))) }
sets <- list(many = draw(1200, 40, 11, .8, .35, -.4), few = draw(600, 8, 12, .7, .3, .2), flat = draw(400, 12, 29, .6, 0, 0)); D <- do.call(rbind, Map(function(n, d) cbind(set = n, d), names(sets), sets)); write.csv(D, "data.csv", row.names = FALSE)
out <- list(provenance = prov(c("lme4", "nlme", "lmerTest", "numDeriv")))
for (s in names(sets)) { d <- sets[[s]]; sing <- s == "flat"; fm <- y ~ x + w + f + (1 + x | place)
  for (R in c(TRUE, FALSE)) out[[s]][[if (R) "REML" else "ML"]] <- slope_lmer_ref(fm, d, R, polish = !sing)
  out[[s]]$satterthwaite <- satterthwaite_ref(fm, d); out[[s]]$satterthwaite_intercept <- satterthwaite_ref(y ~ x + w + f + (1 | place), d)
  if (!sing) { out[[s]]$containment <- containment_ref(y ~ x + w + f, ~ 1 + x | place, d); out[[s]]$logit <- slope_glmer_ref(d ~ x + w + f + (1 + x | place), d, "x") } }
wj(out, "reference.json"); cat(sapply(sets, nrow), out$flat$REML$random$correlation, out$many$logit$last_step_in_se, "\n")
