# Composite and counting indices by base R: decompositions after Alkire and Foster, ranks, shares of variance.
# data.csv: 400 synthetic respondents in 20 areas and 3 groups, ours: five conditions (some unanswered), three
# amounts above zero (some unanswered), four attributes of areas.
suppressMessages(library(jsonlite)); RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20)
n <- 400; area <- rep(1:20, each = 20); latent <- rnorm(n) + rep(rnorm(20), each = 20) / 2
d <- sapply(c(.2, .5, -.3, .9, 0), function(cut) as.integer(latent + rnorm(n) > cut))
d[sample(n, 25), 4] <- NA; d[sample(n, 15), 1] <- NA; colnames(d) <- paste0("d", 1:5)
x <- round(sapply(1:3, function(i) exp(latent / 3 + rnorm(n) / i)), 2) + .01; x[sample(n, 30), 2] <- NA; x[sample(n, 20), 3] <- NA
colnames(x) <- paste0("x", 1:3); g <- sample(1:3, n, TRUE, c(.5, .3, .2))
a <- round(sapply(1:4, function(i) rnorm(20) + tapply(latent, area, mean)), 2)[area, ]; a[area == 7, 2] <- NA; colnames(a) <- paste0("a", 1:4)
data <- data.frame(id = 1:n, area = area, g = g, d, x, a); write.csv(data, "data.csv", row.names = FALSE, na = "")
mean_of <- function(M, least, w = rep(1, ncol(M))) { ok <- !is.na(M); v <- rowSums(sweep(ifelse(ok, as.matrix(M), 0), 2, w, "*")) / rowSums(sweep(ok, 2, w, "*")); v[rowSums(ok) < least] <- NA; v }
parts <- function(M, least, w = rep(1, ncol(M))) { ok <- !is.na(M); P <- sweep(ifelse(ok, as.matrix(M), 0), 2, w, "*") / rowSums(sweep(ok, 2, w, "*")); P[rowSums(ok) < least, ] <- NA; P }
against <- function(one, two) { k <- !is.na(one) & !is.na(two); p <- rank(signif(one[k], 12)); q <- rank(signif(two[k], 12))
  list(n = sum(k), mean = mean(two[k]), spearman = cor(signif(one[k], 12), signif(two[k], 12), method = "spearman"), mean_change = mean(abs(p - q)), largest_change = max(abs(p - q)), crossed = sum((one[k] > 0) != (two[k] > 0))) }
# --- counting: at least four answered, shares of those answered
least <- 4; held <- rowSums(d, na.rm = TRUE); m <- rowSums(!is.na(d)); there <- m >= least
af <- function(k, D = d, l = least) { h <- rowSums(D, na.rm = TRUE); mm <- rowSums(!is.na(D)); v <- ifelse(h >= k, h / mm, 0); v[mm < l] <- NA; v }
cuts <- lapply(1:5, function(k) { v <- af(k)[there]; q <- v > 0; list(k = k, rows = sum(q), headcount = mean(q), intensity = if (any(q)) mean(v[q]) else NA, m0 = mean(v)) })
m0 <- af(2); poor <- there & held >= 2; D0 <- ifelse(is.na(d), 0, d)
dims <- lapply(1:5, function(j) list(headcount = mean(d[there, j], na.rm = TRUE), censored = sum(D0[poor, j]) / sum(there), contribution = sum(D0[poor, j] / m[poor]) / sum(there) / mean(m0[there])))
groups <- function(v, by) { k <- !is.na(v); by <- by[k]; v <- v[k]; f <- summary(aov(v ~ factor(by)))[[1]][["Sum Sq"]]
  list(groups = lapply(sort(unique(by)), function(one) { s <- mean(by == one); u <- v[by == one]; list(n = length(u), population = s, mean = mean(u), sd = sd(u), contribution = s * mean(u), share = s * mean(u) / mean(v), headcount = mean(u > 0), intensity = mean(u[u > 0])) }), between = f[1] / sum(f)) }
counting <- list(cuts = cuts, dims = dims, groups = groups(m0, g), k1 = against(m0, af(1)), k3 = against(m0, af(3)), out = lapply(1:5, function(j) against(m0, af(2, d[, -j], 4))))
# --- a composite of amounts: at least two answered, weights .5 .3 .2
w <- c(.5, .3, .2); v <- mean_of(x, 2, w); P <- parts(x, 2, w); k <- !is.na(v); V <- var(v[k])
normed <- function(f) sapply(1:3, function(i) f(x[, i]))
pr <- function(u) { r <- (rank(u, na.last = "keep") - .5) / sum(!is.na(u)); r }; z <- function(u) (u - mean(u, na.rm = TRUE)) / sd(u, na.rm = TRUE); mm01 <- function(u) (u - min(u, na.rm = TRUE)) / diff(range(u, na.rm = TRUE))
composite <- list(n = sum(k), mean = mean(v[k]), sd = sd(v[k]), components = lapply(1:3, function(j) { rest <- mean_of(x[, -j], 2, w[-j])
  list(n = sum(!is.na(x[, j])), mean = mean(x[, j], na.rm = TRUE), sd = sd(x[, j], na.rm = TRUE), with_index = cor(x[, j], v, use = "complete.obs"), with_rest = cor(x[, j], rest, use = "complete.obs"), contribution = mean(P[k, j]), share = mean(P[k, j]) / mean(v[k]), of_variance = cov(P[k, j], v[k]) / V) }),
  out = lapply(1:3, function(j) against(v, mean_of(x[, -j], 2, w[-j]))), equal = against(v, mean_of(x, 2)), geometric = against(v, exp(mean_of(log(x), 2, w))),
  percentile_rank = against(v, mean_of(normed(pr), 2, w)), standardise = against(v, mean_of(normed(z), 2, w)), min_max = against(v, mean_of(normed(mm01), 2, w)), groups = groups(v, g))
# --- an index of areas: two domains of two attributes, each area counted once
A <- a[!duplicated(area), ]; R <- apply(A, 2, pr); domain <- function(M, l = 1) mean_of(M, l)
nested <- function(X) domain(cbind(domain(X[, 1:2]), domain(X[, 3:4], 2)), 2); top <- nested(R)
Z <- apply(A, 2, z); M01 <- apply(A, 2, mm01)
areas <- list(n = sum(!is.na(top)), mean = mean(top, na.rm = TRUE), sd = sd(top, na.rm = TRUE), domains = list(cor(domain(R[, 1:2]), top), cor(domain(R[, 3:4], 2), top)), with_rest = cor(domain(R[, 1:2]), domain(R[, 3:4], 2)),
  attribute_with_rest = cor(R[, 2], domain(cbind(domain(R[, 1, drop = FALSE]), domain(R[, 3:4], 2)), 2), use = "complete.obs"),
  out_domain = against(top, domain(R[, 3:4], 2)), out_attribute = against(top, domain(cbind(domain(R[, 2, drop = FALSE]), domain(R[, 3:4], 2)), 2)), equal = against(top, mean_of(R, 4)), standardise = against(top, nested(Z)), min_max = against(top, nested(M01)),
  geometric = against(top, exp(mean_of(log(cbind(domain(R[, 1:2]), domain(R[, 3:4], 2))), 2))))
# --- ranks: the weight of the first that holds of d1, d2, d3
rw <- c(.5, .3, .2); first <- apply(D0[, 1:3] == 1, 1, function(u) if (any(u)) which(u)[1] else 0); answered <- rowSums(!is.na(d[, 1:3])) >= 1 | first > 0
rv <- c(0, rw)[first + 1]; ranking <- list(n = sum(answered), mean = mean(rv[answered]), contribution = sapply(1:3, function(j) rw[j] * sum(first[answered] == j) / sum(answered)), equal = against(ifelse(answered, rv, NA), ifelse(answered, as.numeric(first > 0), NA)))
write_json(list(counting = counting, composite = composite, areas = areas, ranking = ranking), "reference.json", auto_unbox = TRUE, digits = NA, na = "null", pretty = FALSE)
