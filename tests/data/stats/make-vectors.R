#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Makes vectors.json: what R's own distributions and tests answer, for the unit tests of harness/analyze.
#   Rscript tests/data/stats/make-vectors.R > tests/data/stats/vectors.json
# Only base R. null: not defined; ranks of 0: there is no interval.

set.seed(20260131)

number <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
list_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
record <- function(...) {
	fields <- list(...)
	text <- vapply(fields, function(x) if (inherits(x, "scalar")) number(unclass(x)) else list_of(x), "")
	paste0("{", paste0('"', names(fields), '": ', text, collapse = ", "), "}")
}
one <- function(x) structure(as.numeric(x), class = "scalar")
section <- function(name, records) {
	paste0('"', name, '": [\n\t', paste(unlist(records), collapse = ",\n\t"), "\n]")
}

largest <- function(ok) if (any(ok)) max(which(ok)) else 0
smallest <- function(ok) if (any(ok)) min(which(ok)) else 0

order_range <- function(n, q, confidence) {
	tail <- (1 - confidence) / 2
	lo <- largest(pbinom(0:(n - 1), n, q) <= tail)
	hi <- smallest(pbinom(0:(n - 1), n, q, lower.tail = FALSE) <= tail)
	if (lo == 0 || hi == 0) return(record(n = one(n), q = one(q), asked = one(confidence), lo = one(0), hi = one(0),
		confidence = one(0)))
	record(n = one(n), q = one(q), asked = one(confidence), lo = one(lo), hi = one(hi),
		confidence = one(pbinom(hi - 1, n, q) - pbinom(lo - 1, n, q)))
}

# The cut of method 5.3 and 5.4: exact while small, by the normal distribution above.
walsh_cut <- function(n, confidence) {
	tail <- (1 - confidence) / 2
	size <- n * (n + 1) / 2
	if (n > 40) return(floor(size / 2 - qnorm(1 - tail) * sqrt(n * (n + 1) * (2 * n + 1) / 24)))
	largest(psignrank(0:size, n) <= tail)
}
shift_cut <- function(m, n, confidence) {
	tail <- (1 - confidence) / 2
	if (m > 20 || n > 20) return(max(0, floor(m * n / 2 - qnorm(1 - tail) * sqrt(m * n * (m + n + 1) / 12))))
	largest(pwilcox(0:(m * n), m, n) <= tail)
}
walsh_range <- function(n, confidence) {
	cut <- walsh_cut(n, confidence)
	size <- n * (n + 1) / 2
	record(n = one(n), asked = one(confidence), lo = one(cut), hi = one(if (cut) size - cut + 1 else 0),
		confidence = one(if (!cut) 0 else if (n > 40) confidence else 1 - 2 * psignrank(cut - 1, n)))
}
shift_range <- function(m, n, confidence) {
	cut <- shift_cut(m, n, confidence)
	exact <- m <= 20 && n <= 20
	record(m = one(m), n = one(n), asked = one(confidence), lo = one(cut), hi = one(if (cut) m * n - cut + 1 else 0),
		confidence = one(if (!cut) 0 else if (exact) 1 - 2 * pwilcox(cut - 1, m, n) else confidence))
}

signed_effect <- function(d) {
	d <- d[d != 0]
	r <- rank(abs(d))
	(sum(r[d > 0]) - sum(r[d < 0])) / sum(r)
}
signed_enumerated <- function(d) {
	d <- d[d != 0]
	r <- rank(abs(d))
	flips <- as.matrix(expand.grid(rep(list(0:1), length(d)))) %*% r
	min(1, 2 * min(mean(flips <= sum(r[d > 0])), mean(flips >= sum(r[d > 0]))))
}
# wilcox.test() itself where it is exact (no ties, no zeros), else its normal p (large) or that of all flips.
paired_case <- function(x, y) {
	d <- log(y / x)
	n <- length(d)
	walsh <- sort(outer(d, d, "+")[!lower.tri(diag(n))] / 2)
	cut <- walsh_cut(n, 0.95)
	tied <- any(d == 0) || any(duplicated(abs(d)))
	p <- if (tied) signed_enumerated(d) else wilcox.test(d, exact = n <= 256)$p.value
	ci <- walsh[c(cut, length(walsh) - cut + 1)]
	if (!tied && n <= 40) {
		test <- wilcox.test(d, conf.int = TRUE, exact = TRUE)
		stopifnot(all.equal(ci, as.numeric(test$conf.int)), all.equal(median(walsh), unname(test$estimate)))
	}
	record(x = x, y = y, ratio = one(exp(median(walsh))), lo = one(exp(ci[1])), hi = one(exp(ci[2])), p = one(p),
		effect = one(signed_effect(d)))
}

sum_enumerated <- function(x, y) {
	r <- rank(c(x, y))
	sums <- combn(length(r), length(y), function(i) sum(r[i]))
	observed <- sum(r[-seq_along(x)])
	min(1, 2 * min(mean(sums <= observed), mean(sums >= observed)))
}
unpaired_case <- function(x, y) {
	all <- sort(outer(log(y), log(x), "-"))
	cut <- shift_cut(length(x), length(y), 0.95)
	exact <- length(x) <= 20 && length(y) <= 20
	tied <- any(duplicated(c(x, y)))
	p <- if (tied && exact) sum_enumerated(x, y) else suppressWarnings(wilcox.test(y, x, exact = exact)$p.value)
	ci <- all[c(cut, length(all) - cut + 1)]
	if (exact && !tied) {
		test <- wilcox.test(log(y), log(x), conf.int = TRUE, exact = TRUE)
		stopifnot(all.equal(ci, as.numeric(test$conf.int)), all.equal(median(all), unname(test$estimate)))
	}
	u <- sum(outer(y, x, ">")) + sum(outer(y, x, "==")) / 2
	record(x = x, y = y, ratio = one(exp(median(all))), lo = one(exp(ci[1])), hi = one(exp(ci[2])), p = one(p),
		effect = one(2 * u / (length(x) * length(y)) - 1))
}

summary_case <- function(x) {
	q <- unname(quantile(x, c(0, 0.25, 0.5, 0.75, 0.9, 1), type = 7))
	iqr <- q[4] - q[2]
	beyond <- function(reach) sum(x < q[2] - reach * iqr | x > q[4] + reach * iqr)
	record(values = x, quantiles = q, mean = one(mean(x)), sd = one(sd(x)), mad = one(mad(x, constant = 1)),
		mild = one(beyond(1.5) - beyond(3)), severe = one(beyond(3)))
}

trend_case <- function(x) {
	rho <- cor(seq_along(x), x, method = "spearman")
	t <- rho * sqrt((length(x) - 2) / (1 - rho^2))
	record(values = x, rho = one(rho), p = one(2 * pt(-abs(t), length(x) - 2)))
}

modes_case <- function(x) {
	logs <- log(sort(x))
	q <- quantile(logs, c(0.25, 0.75), type = 7)
	logs <- pmin(pmax(logs, q[1] - 3 * (q[2] - q[1])), q[2] + 3 * (q[2] - q[1]))
	n <- length(logs)
	fewest <- max(3, ceiling(0.15 * n))
	squares <- function(v) sum((v - mean(v))^2)
	lows <- fewest:(n - fewest)
	within <- vapply(lows, function(low) squares(logs[1:low]) + squares(logs[(low + 1):n]), 0)
	low <- lows[which.min(within)]
	record(values = x, share = one(1 - min(within) / squares(logs)), low = one(low),
		low_median = one(median(sort(x)[1:low])), high_median = one(median(sort(x)[(low + 1):n])))
}

times <- function(n, centre = 10, spread = 0.1) round(centre * exp(rnorm(n, 0, spread)), 6)
wilson <- function(k, n, confidence) {
	ci <- suppressWarnings(prop.test(k, n, conf.level = confidence, correct = FALSE))$conf.int
	record(k = one(k), n = one(n), asked = one(confidence), lo = one(ci[1]), hi = one(ci[2]))
}
holm <- function(p) record(p = p, adjusted = p.adjust(p, "holm"))
normal <- function(p) record(p = one(p), z = one(qnorm(p)))

grid <- expand.grid(n = c(1:40, 60, 72, 100, 368, 1000), q = c(0.5, 0.9, 0.95, 0.99), confidence = c(0.9, 0.95, 0.99))
sizes <- expand.grid(m = c(1:6, 10, 20, 21, 50), n = c(1, 3, 4, 9, 15, 20, 100))
cat("{\n", paste(c(
	section("normal", lapply(c(1e-12, 0.001, 0.025, 0.5, 0.9, 0.975, 0.995), normal)),
	section("order", mapply(order_range, grid$n, grid$q, grid$confidence)),
	section("walsh", c(lapply(1:60, walsh_range, 0.95), lapply(c(1:12, 25, 40, 100), walsh_range, 0.99))),
	section("shift", mapply(shift_range, sizes$m, sizes$n, 0.95)),
	section("summary", list(summary_case(3), summary_case(c(1, 4)), summary_case(c(5, 5, 5, 5)),
		summary_case(times(9)), summary_case(c(times(20), 14, 30, 4)), summary_case(times(31, 2e8, 0.5)))),
	section("wilson", list(wilson(0, 10, 0.95), wilson(10, 10, 0.95), wilson(1, 12, 0.95), wilson(7, 20, 0.9),
		wilson(50, 1000, 0.99))),
	section("holm", list(holm(0.04), holm(c(0.01, 0.04, 0.03, 0.005)), holm(c(0.02, 0.02, 0.02)),
		holm(c(0.9, 0.5, 0.001, 0.3, 1)))),
	section("paired", list(paired_case(times(6), times(6, 12)), paired_case(times(12), times(12, 10.3)),
		paired_case(times(16, 1), times(16, 500, 0.3)), paired_case(times(40), times(40, 10.2)),
		paired_case(times(41), times(41, 10.2)), paired_case(times(60, 100, 0.4), times(60, 101, 0.4)),
		paired_case(times(300, 100, 0.4), times(300, 104, 0.4)),
		paired_case(c(1, 2, 4, 8, 1, 2, 4, 8, 16, 32), c(2, 2, 8, 4, 2, 4, 16, 8, 64, 32)))),
	section("unpaired", list(unpaired_case(times(4), times(5, 13)), unpaired_case(times(20), times(20, 10.5)),
		unpaired_case(times(7, 3, 0.5), times(15, 3, 0.2)), unpaired_case(times(30), times(25, 10.4)),
		unpaired_case(times(21), times(10, 10.7)), unpaired_case(c(1, 2, 2, 3, 5, 8), c(2, 3, 3, 8, 13, 13, 21)),
		unpaired_case(rep(c(1, 2, 4, 8, 16), 5), rep(c(2, 4, 8, 16, 32, 64), 4)))),
	section("trend", list(trend_case(c(3, 1, 2, 5)), trend_case(c(9, 8, 7, 7, 6, 5, 5, 3, 2, 3)),
		trend_case(times(10)), trend_case(c(5, 4, 4, 3, 2, 2, 1)), trend_case(times(9)))),
	section("autocorrelation", lapply(list(times(12), cumsum(rnorm(30)), rep(c(1, 2), 10)),
		function(x) record(values = x, lag1 = one(acf(x, plot = FALSE)$acf[2])))),
	section("modes", list(modes_case(times(20)), modes_case(c(times(14, 10, 0.02), times(8, 20, 0.02))),
		modes_case(c(times(24, 10, 0.02), 40, 41)), modes_case(times(60, 5, 0.7))))
), collapse = ",\n"), "\n}\n", sep = "")
