# Of tables.  `used` says which rows of `d` a table is of; with a design all other rows stay in it.
design <- NULL
beside <- function(name, values) {
  own <- design
  own$variables[[name]] <- values
  own
}
half_up <- function(x, decimals) floor(x * 10^decimals + 0.5 + 1e-9) / 10^decimals
with_error <- function(in_r, statistic, of_error, found, size = 1) {
  tell("table", in_r, statistic, size * coef(found))
  tell("table", in_r, of_error, size * survey::SE(found))
}
tell_share <- function(in_r, inside, hit, statistic = "percent", of_error = "std_error", shown = identity) {
  hit <- as.numeric(hit %in% TRUE)
  if (!any(inside)) return(invisible())
  if (is.null(design)) return(tell("table", in_r, statistic, shown(100 * mean(hit[inside]))))
  with_error(in_r, statistic, of_error, survey::svymean(~hit., beside("hit.", hit)[inside, ]), 100)
}
tell_mean <- function(in_r, inside, x, statistic = "mean", of_error = "std_error") {
  if (!any(inside)) return(invisible())
  if (is.null(design)) return(tell("table", in_r, statistic, mean(x[inside])))
  with_error(in_r, statistic, of_error, survey::svymean(~x., beside("x.", as.numeric(x))[inside, ]))
}
tell_sd <- function(in_r, inside, x) {
  if (sum(inside) < 2) return(invisible())
  if (is.null(design)) return(tell("table", in_r, "sd", sd(x[inside])))
  tell("table", in_r, "sd", sqrt(coef(survey::svyvar(~x., beside("x.", as.numeric(x))[inside, ]))))
}
tell_crosstab <- function(row, column, codes, columns, of, shown) {
  inside <- used & !is.na(row) & !is.na(column)
  for (code in codes) for (one in c(columns, "all")) {
    here <- inside & (one == "all" | column == one)
    in_r <- paste(code, one, sep = "|")
    if (one != "all") tell("table", in_r, "count", sum(here & row == code))
    if (of == "column") tell_share(in_r, here, row == code, shown = shown)
    if (of == "row") tell_share(in_r, inside & row == code, here, shown = shown)
    if (of == "total") tell_share(in_r, inside, here & row == code, shown = shown)
  }
  if (is.null(design)) {
    test <- suppressWarnings(chisq.test(table(row[inside], column[inside]), correct = FALSE))
    tell("table", "chi_square", "statistic", test$statistic)
  } else {
    own <- beside("row.", factor(row))
    own$variables$column. <- factor(column)
    own <- own[inside, ]
    test <- tryCatch(survey::svychisq(~row. + column., own, statistic = "F"), error = function(e) NULL)
    if (!is.null(test)) tell("table", "rao_scott", "statistic", test$statistic)
  }
}
tell_options <- function(ticks, cases, groups, codes) {
  for (option in colnames(ticks)) for (one in c(codes, "all")) {
    here <- cases & (one == "all" | groups %in% one)
    in_r <- paste(option, one, sep = "|")
    tell("table", in_r, "count", sum(ticks[here, option]))
    tell_share(in_r, here, ticks[, option])
  }
}
tell_ranks <- function(named, options, points, cases, groups, codes) {
  for (option in options) for (one in c(codes, "all")) {
    here <- cases & (one == "all" | groups %in% one)
    in_r <- paste(option, one, sep = "|")
    rank <- apply(named == option, 1, function(own) match(TRUE, own))
    own <- ifelse(is.na(rank), 0, points[rank])
    tell_share(in_r, here, rank == 1, "first", "first_error")
    tell_mean(in_r, here, own, "points", "points_error")
    tell_mean(in_r, here & !is.na(rank), ifelse(is.na(rank), 0, rank), "rank", "rank_error")
  }
}
spread <- function(x, w) if (is.null(w)) cov(x) else cov.wt(x, w)$cov
centre <- function(x, w) if (is.null(w)) colMeans(x) else cov.wt(x, w)$center
one_factor <- function(r) suppressWarnings(suppressMessages(psych::fa(r, 1, rotate = "none", fm = "minres")))
tell_scale <- function(group, x, w) {
  if (nrow(x) < ncol(x) + 1) return(invisible())
  own <- spread(x, w)
  r <- cov2cor(own)
  scale <- suppressWarnings(suppressMessages(psych::alpha(own, check.keys = FALSE, warnings = FALSE)))
  of_scale <- function(statistic, value) tell("table", paste0("scale|", group), statistic, value)
  of_scale("alpha", scale$total$raw_alpha)
  of_scale("standardised", scale$total$std.alpha)
  of_scale("mean_correlation", mean(r[lower.tri(r)]))
  of_items <- function(statistic, value) tell("table", paste(colnames(x), group, sep = "|"), statistic, value)
  of_items("mean", centre(x, w))
  of_items("sd", sqrt(diag(own)))
  rest <- rowSums(own) - diag(own)
  of_items("item_rest", rest / sqrt(diag(own) * (sum(own) - 2 * rowSums(own) + diag(own))))
  if (ncol(x) < 3) return(invisible())
  of_items("alpha_dropped", scale$alpha.drop$raw_alpha)
  fit <- one_factor(r)
  loadings <- fit$loadings[, 1] * sign(sum(fit$loadings[, 1]))
  of_items("loading", loadings)
  of_scale("omega", sum(loadings)^2 / (sum(loadings)^2 + sum(fit$uniquenesses)))
}
extracted <- function(r, k, by) {
  if (by != "principal") {
    fit <- suppressWarnings(suppressMessages(psych::fa(r, k, rotate = "none", fm = by, max.iter = 1000)))
    return(matrix(fit$loadings, nrow(r)))
  }
  parts <- eigen(r)
  parts$vectors[, 1:k, drop = FALSE] %*% diag(sqrt(parts$values[1:k]), k)
}
rotated <- function(l, by) {
  phi <- diag(ncol(l))
  if (ncol(l) == 1 || by == "none") return(list(l = l, phi = phi))
  if (by == "oblimin") {
    turned <- GPArotation::oblimin(l, normalize = FALSE, eps = 1e-8, maxit = 10000)
    return(list(l = matrix(turned$loadings, nrow(l)), phi = turned$Phi))
  }
  l <- matrix(varimax(l, normalize = TRUE, eps = 1e-14)$loadings, nrow(l))
  if (by == "varimax") return(list(l = l, phi = phi))
  turned <- promax(l, m = 4)
  list(l = matrix(turned$loadings, nrow(l)), phi = solve(crossprod(turned$rotmat)))
}
tell_factors <- function(x, w, k, extraction, rotation) {
  r <- cov2cor(spread(x, w))
  found <- rotated(extracted(r, k, extraction), rotation)
  order_of <- order(-diag(found$phi %*% crossprod(found$l)))
  signs <- sign(colSums(found$l))[order_of]
  l <- found$l[, order_of, drop = FALSE] %*% diag(signs, k)
  phi <- found$phi[order_of, order_of, drop = FALSE] * outer(signs, signs)
  in_r <- function(names) c(outer(names, seq_len(k), paste, sep = "|"))
  tell("table", in_r(colnames(x)), "loading", l)
  tell("table", in_r(colnames(x)), "structure", l %*% phi)
  tell("table", in_r(seq_len(k)), "phi", phi)
  tell("table", colnames(x), "communality", diag(l %*% phi %*% t(l)))
  tell("table", as.character(seq_len(ncol(x))), "eigenvalue", eigen(r)$values)
  adequacy <- psych::KMO(r)
  tell("table", colnames(x), "kmo", adequacy$MSAi)
  tell("table", "all", "kmo", adequacy$MSA)
}
tell_correlations <- function(x, method, missing) {
  if (missing == "listwise") x <- x[complete.cases(x), , drop = FALSE]
  for (one in seq_len(ncol(x))) for (other in seq_len(one - 1)) {
    pair <- x[complete.cases(x[, c(one, other)]), c(one, other), drop = FALSE]
    in_r <- paste(colnames(x)[c(other, one)], collapse = "|")
    tell("table", in_r, "correlation", cor(pair[, 1], pair[, 2], method = method))
    tell("table", in_r, "n", nrow(pair))
  }
}

