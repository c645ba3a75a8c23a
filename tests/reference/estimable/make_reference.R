# What rows can carry: combinations that no row has, and columns that others determine. Synthetic, ours, CC0.
# A value x'b is estimable where x is orthogonal to the null space of the design with all its columns, those that R
# gives NA among them (as estimability::nonest.basis); there x'b and its error are those of the columns kept.
source("../helpers.R")
set.seed(20261127); n <- 360
d <- data.frame(a = sample(c("p", "q"), n, TRUE), b = sample(c("x", "y", "z"), n, TRUE), x = round(rnorm(n), 3), z = round(rnorm(n, 2), 3))
d <- d[!(d$a == "q" & d$b == "z"), ]; n <- nrow(d); d$dup <- round(d$x + d$z, 3); d$q <- 1
eta <- .3 * d$x - .2 * (d$z - 2) + .4 * (d$a == "q") - .5 * (d$b == "y") + .6 * (d$a == "q" & d$b == "y")
d$y <- round(eta + rnorm(n), 3); d$l <- as.integer(runif(n) < plogis(eta)); d$o <- 1L + as.integer(eta + rlogis(n) > -.5) + as.integer(eta + rlogis(n) > 1)
d$g <- rep(1:20, length.out = n)
write.csv(d, "data.csv", row.names = FALSE, quote = FALSE)
null_of <- function(X) { s <- svd(X, nu = 0, nv = ncol(X)); r <- sum(s$d > 1e-9 * s$d[1]); s$v[, seq_len(ncol(X)) > r, drop = FALSE] }
carried <- function(C, X) apply(abs(C %*% null_of(X)), 1, max) < 1e-9
told <- function(C, X, m) { C <- rbind(C); ok <- carried(C, X); keep <- !is.na(coef(m)); K <- C[, keep, drop = FALSE]; V <- vcov(m)[keep, keep]
  list(estimable = as.logical(ok), value = ifelse(ok, as.numeric(K %*% coef(m)[keep]), NA), se = ifelse(ok, sqrt(rowSums((K %*% V) * K)), NA)) }
tight <- glm.control(epsilon = 1e-15, maxit = 100)
sharp <- function(f) { m <- glm(f, binomial, d, control = tight); k <- coef(m); k[is.na(k)] <- 0; m }
out <- list(provenance = prov(c("stats")), n = n, empty = list(), dup = list())
grid <- expand.grid(b = c("x", "y", "z"), a = c("p", "q"), stringsAsFactors = FALSE)
tt <- delete.response(terms(y ~ a * b)); lev <- list(a = c("p", "q"), b = c("x", "y", "z"))
G <- model.matrix(tt, grid, xlev = lev)
for (who in c("linear", "logit")) {
  m <- if (who == "linear") lm(y ~ a * b, d) else sharp(l ~ a * b); X <- model.matrix(m$terms, d)
  p <- told(G, X, m); D <- G[4:6, ] - G[1:3, ]
  if (who == "logit") { p$se <- p$se * dlogis(p$value); p$value <- plogis(p$value) }
  out$empty[[who]] <- list(left_out = names(coef(m))[is.na(coef(m))], at = grid, predict = p, slopes = told(D, X, m))
}
m <- lm(y ~ x + z + dup, d); X <- model.matrix(m)
out$dup$left_out <- names(coef(m))[is.na(coef(m))]
S <- rbind(x = c(0, 1, 0, 0), z = c(0, 0, 1, 0), dup = c(0, 0, 0, 1)); out$dup$slopes <- told(S, X, m)
P <- rbind(c(1, mean(d$x), mean(d$z), 0), c(1, mean(d$x), mean(d$z), 5)); out$dup$predict_dup <- told(P, X, m)
P <- rbind(c(1, .5, 1.5, 2), c(1, .5, 1.5, 1)); out$dup$predict_all <- told(P, X, m)
writeLines(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null"), "reference.json")
