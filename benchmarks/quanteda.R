# quanteda's side of the benchmark: Rscript quanteda.R TASK FOLDER [TERMS]
#
# It prints what tasks.py prints. Text is handed to it as lines (paragraphs.txt), cut text with blanks between the words
# (words.txt). Its own tokens (ICU's words) differ from jieba's, so `segment` and `network` find other terms.

suppressPackageStartupMessages(library(quanteda))
given <- commandArgs(trailingOnly = TRUE)
folder <- given[2]

lines <- function(name) readLines(file.path(folder, name), encoding = "UTF-8", warn = FALSE)

cut_text <- function() as.tokens(strsplit(lines("words.txt"), " ", fixed = TRUE))

own_tokens <- function(text) {
  tokens(text, remove_punct = TRUE, remove_symbols = TRUE, remove_numbers = TRUE)
}

timed <- function(work) {
  began <- proc.time()[["elapsed"]]
  result <- work()
  cat(sprintf('{"seconds": %.4f, "peak": 0}\n', proc.time()[["elapsed"]] - began))
  flush(stdout())
  result
}

# The same sum as `_checksum` of tasks.py; i and j count from 0, all numbers stay below 2^53.
checksum <- function(i, j, x) {
  sprintf("[%d, %.0f, %.0f]", length(x), sum(x), sum(((31 * i + 7) * (17 * j + 3)) %% 1000003 * x))
}

# Where the cells of a sparse matrix stand, and what is in them.
cells <- function(m) list(i = m@i, j = rep(seq_len(ncol(m)) - 1, diff(m@p)), x = m@x)

together <- function(x) fcm(dfm_weight(x, "boolean"), context = "document", count = "frequency", tri = TRUE)

segment <- function() {
  text <- lines("paragraphs.txt")
  found <- timed(function() own_tokens(text))
  cat(sprintf('{"words": %.0f}\n', sum(ntoken(found))))
}

count <- function() {
  units <- cut_text()
  x <- timed(function() dfm(units, tolower = FALSE))
  x <- x[, sort(featnames(x), method = "radix")]
  at <- cells(x)
  cat(sprintf('{"units": %d, "terms": %d, "found": %s}\n', nrow(x), ncol(x), checksum(at$i, at$j, at$x)))
}

pairs <- function(terms) {
  x <- dfm_match(dfm(cut_text(), tolower = FALSE), lines(paste0(terms, ".txt")))
  found <- timed(function() together(x))
  at <- cells(found)
  kept <- at$i < at$j & at$x > 0
  cat(checksum(at$i[kept], at$j[kept], at$x[kept]), "\n")
}

network <- function() {
  found <- timed(function() {
    x <- dfm(own_tokens(lines("paragraphs.txt")))
    units <- sum(rowSums(x) > 0)
    x <- dfm_weight(dfm_match(x, names(topfeatures(x, 200))), "boolean")
    n <- unname(colSums(x))
    at <- cells(together(x))
    kept <- at$i < at$j & at$x >= 5
    a <- at$i[kept] + 1
    b <- at$j[kept] + 1
    n12 <- at$x[kept]
    npmi <- ifelse(n12 == units, 1, log2(n12 * units / (n[a] * n[b])) / -log2(n12 / units))
    edges <- data.frame(a = featnames(x)[a], b = featnames(x)[b], weight = npmi)[npmi > 0, ]
    if (requireNamespace("igraph", quietly = TRUE)) {
      set.seed(1)
      igraph::cluster_louvain(igraph::graph_from_data_frame(edges, directed = FALSE))
    }
    edges
  })
  cat(sprintf('{"edges": %d}\n', nrow(found)))
}

if (given[1] == "pairs") pairs(given[3]) else get(given[1])()
