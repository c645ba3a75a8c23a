# Every specification of a small multiverse on its own: 2 families x 3 sets of terms x 3 ways to enter x x 2
# samples, with average marginal effects by hand, and how much each choice moves them (drop in R-squared).
# Run in this folder: Rscript make_reference.R
library(jsonlite)
all <- read.csv("data.csv")
grid <- expand.grid(rows = c("all", "some"), enters = c("asis", "half", "one"),
                    terms = c("few", "more", "product"), family = c("logit", "linear"),
                    stringsAsFactors = FALSE)[, 4:1]
right <- c(few = "x + factor(job)", more = "x + factor(job) + z", product = "x*z + factor(job)")
one <- function(g) {
  d <- all[!is.na(all$x), ]
  if (g$rows == "some") d <- d[d$city %in% c(1, 2, 3, 4, 5), ]
  at <- c(half = 0.5, one = 1)[g$enters]
  if (g$enters != "asis") d$x <- as.numeric(d$x >= at)
  f <- as.formula(paste("y ~", right[[g$terms]]))
  logit <- g$family == "logit"
  m <- if (logit) glm(f, binomial, d, control = list(epsilon = 1e-14, maxit = 50)) else lm(f, d)
  s <- coef(summary(m))["x", ]
  V <- vcov(m); b <- coef(m)
  X <- model.matrix(m)
  with_x <- function(v) { e <- d; e$x <- v; model.matrix(delete.response(terms(m)), e) }
  p <- if (logit) plogis else identity
  if (g$enters == "asis") {
    S <- with_x(1) - with_x(0)  # the derivative of every column
    eta <- as.vector(X %*% b); speed <- as.vector(S %*% b)
    q <- if (logit) dlogis(eta) else rep(1, nrow(d))
    bend <- if (logit) q * (1 - 2 * plogis(eta)) else rep(0, nrow(d))
    effect <- mean(q * speed)
    gradient <- colMeans(bend * speed * X) + colMeans(q * S)
  } else {
    A <- with_x(1); B <- with_x(0)
    a <- as.vector(A %*% b); c <- as.vector(B %*% b)
    slope <- if (logit) dlogis else function(v) rep(1, length(v))
    effect <- mean(p(a) - p(c))
    gradient <- colMeans(slope(a) * A) - colMeans(slope(c) * B)
  }
  error <- sqrt(as.numeric(t(gradient) %*% V %*% gradient))
  list(family = g$family, terms = g$terms, enters = g$enters, rows = g$rows, n = nrow(d),
       estimate = s[[1]], std_error = s[[2]], p_value = s[[4]], effect = effect, effect_error = error)
}
found <- lapply(seq_len(nrow(grid)), function(i) one(grid[i, ]))
v <- sapply(found, function(r) r$effect)
r2 <- function(names) {
  if (!length(names)) return(0)
  summary(lm(as.formula(paste("v ~", paste(names, collapse = "+"))), grid))$r.squared
}
axes <- names(grid)
shares <- lapply(axes, function(a) r2(axes) - r2(setdiff(axes, a)))
names(shares) <- axes
holes <- !(grid$family == "linear" & grid$terms == "product")  # a grid with combinations left out
v <- v[holes]; grid <- grid[holes, ]
partial <- lapply(axes, function(a) r2(axes) - r2(setdiff(axes, a)))
names(partial) <- axes
write_json(list(specifications = found, shares = shares, together = sum(unlist(shares)),
                shares_with_holes = partial, together_with_holes = r2(axes),
                quartiles = unname(quantile(sapply(found, function(r) r$effect)))),
           "reference.json", auto_unbox = TRUE, digits = 15, pretty = TRUE)
