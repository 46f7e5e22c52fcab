//! The parts of the help texts that teach, and the headings of the options.

// The headings.
pub(super) const INPUT: &str = "Input";
pub(super) const OUTPUT: &str = "Output";
pub(super) const MATCHING: &str = "Matching";
pub(super) const FINGERPRINTS: &str = "Fingerprints";
pub(super) const RUNNING: &str = "Running";

/// After `wirecopy --help`.
pub(super) const PROGRAM: &str = "\
Examples:
  wirecopy cluster news.jsonl -o clusters.csv
      Find the copies in a file of articles. clusters.csv has a row for every article that has a copy.
  wirecopy cluster crawl/ 'more/*.csv.gz' > clusters.csv
      Folders, patterns, CSV, JSON, plain text; gzip and zstd.
  wirecopy compare a.txt b.txt
      What do two copies have in common? Kept, cut, added, moved, passage by passage.
  wirecopy evaluate clusters.csv --truth labelled.csv
      How good is it? Precision and recall against pairs that you labelled.
  wirecopy generate -n 100000 -o news.jsonl
      No corpus at hand? Invent one.
  wirecopy cluster --help
      What goes in, what comes out, every option.

Exit codes: 0 done, 1 failed, 2 bad usage.";

/// `wirecopy cluster --help`, above the options.
pub(super) const CLUSTER: &str = "\
Find the copies in a corpus and write its clusters as CSV

What goes in: articles as JSON Lines, as a JSON array, as CSV or TSV with a header, or as plain text, one article a file; \
each of them plain or compressed with gzip or zstd. Id, title, text, source, date and url are found under the names that \
scrapers and data sets use (text, body, content, maintext ...; date_publish, published, date ...).

What comes out: a row for every article that has a copy: the cluster it belongs to, how large that is, which article stands for \
it, and how similar the row's article is to that one. Its columns: cluster_id, cluster_size, representative, id, title, source, \
published, url, file, line, jaccard and containment (to the representative), matched_id (the accepted neighbour that it matched best), \
hours_after_first, words. A record that cannot be used is reported with file and line, and the run goes on.

What counts as a copy: two articles of which the shorter stands in the longer by --containment or more, where a shingle (a run of 3 \
words) weighs the less the more often it returns at other times; two thirds of that where both open alike. Articles further apart than \
--window, of one source, or very short must agree more closely, and half of the shorter one's shingles must be shared in any case. --rule plain goes by \
the number of shared shingles alone. Fingerprints only propose which articles to compare; what is reported was compared exactly.";

/// Below the options of `wirecopy cluster -h`.
pub(super) const CLUSTER_IN_SHORT: &str = "\
Examples:
  wirecopy cluster news.jsonl -o clusters.csv
  wirecopy cluster crawl/ 'more/*.csv.gz' --threshold 0.8 > clusters.csv

Exit codes: 0 done, 1 failed, 2 bad usage. What goes in and what comes out: wirecopy cluster --help";

/// Below the options of `wirecopy cluster --help`.
pub(super) const CLUSTER_EXAMPLES: &str = "\
Examples:
  wirecopy cluster news.jsonl -o clusters.csv
  wirecopy cluster news.jsonl -o clusters.csv --unique kept.jsonl --rejects bad.csv
      Also the corpus without its copies, and what could not be read
  wirecopy cluster news.jsonl --text-field story.body --all --pairs pairs.csv -o clusters.csv
      The text stands in a nested field; list every article, and every pair with its similarity
  wirecopy cluster crawl/ --threshold 0.8 --no-containment > clusters.csv
      Every file in a folder; only articles that are alike as a whole
  wirecopy cluster 'crawl/2024-*.jsonl.gz' --keep longest -o clusters.csv
      A pattern; the longest article stands for its cluster
  zstdcat dump.jsonl.zst | wirecopy cluster - --quiet > clusters.csv
      Standard input; nothing is said but errors
  wirecopy cluster news.jsonl --strict -o clusters.csv || echo 'not clean'
      Stop at the first bad record

Standard output carries results and nothing else; progress and the summary go to standard error. Files appear whole or not at \
all, also after Ctrl-C; a name that ends in .gz or .zst is compressed.

Exit codes: 0 done, also if records were left out or there are no articles; 1 failed (an input that cannot be read, a bad record with \
--strict, a full disk, Ctrl-C); 2 bad usage.";

/// `wirecopy compare --help`, above the options.
pub(super) const COMPARE: &str = "\
Show what two articles have in common, passage by passage

Each argument is a file that holds one article, or with --corpus an id, or FILE:LINE. Shown are how alike the two are, what the acceptance \
rule says of them, what the measures leave out as furniture of the page, and the texts laid side by side: [-words that only A has-], {+words \
that only B has+}, passages that stand elsewhere in \
the other text [> moved away >] {< moved here <}, and the rest, of which long stretches are folded. Shared words are shown as A \
writes them; case and punctuation do not count as differences. The alignment shows the whole texts; the measures leave \
furniture out unless --raw.

With --corpus the verdict is that of wirecopy cluster over the corpus, with the same options for input, matching and shingles: there wording that \
returns weighs less, lines that a source prints under many reports are furniture, and all dates of a text count. Only a pair that its search \
misses is looked at all the same. It takes as long as that run; --alone does without. Files are judged alone: all shingles weigh in full, as \
in a corpus of these two.

With three articles or more: a matrix of their similarities, which pairs are copies, and which of the copies is most likely the original: the \
earliest, or where the dates do not tell the one that holds most of the others. A date without a time may be any time of its day.

Fields of --json for two: a and b (id, title, source, published, url, place), measures (words of each, jaccard, a_in_b, b_in_a, \
weighted_containment, opening, longest_shared in words, hours_apart, same_source), copies (true or false), reason or (of the rule for news) refusal, why in words, \
corpus_articles, left_out and passages (kind, words, a and b as byte ranges, text_a, text_b). For three or more: articles, corpus_articles, then jaccard, contained and copies (the \
reason) row by row, left_out, original (by, and article counted from 0) and why. Shares are 0 to 1; what is not known is null.";

/// Below the options of `wirecopy compare`.
pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  wirecopy compare ours.txt theirs.txt
  wirecopy compare fx-001 fx-007 --corpus news.jsonl
      Two articles of a corpus by their ids
  wirecopy compare 17 23 --corpus dump.csv --id-field doc --text-field body --alone
      Fields by name; judged by the two texts alone
  wirecopy compare news.jsonl:12 news.jsonl:40 --corpus news.jsonl --full
      By file and line, nothing folded
  wirecopy compare fx-001 fx-007 fx-011 --corpus news.jsonl
      Three or more: who is the original?
  wirecopy compare a.txt b.txt --json | jq .measures.jaccard

Exit codes: 0 done, 1 failed (a file that cannot be read, an id that does not occur), 2 bad usage.";

/// `wirecopy evaluate --help`, above the options.
pub(super) const EVALUATE: &str = "\
Say how good a result is: a file of pairs or clusters against a labelled truth

What is evaluated: a CSV of pairs with the columns a and b, or one of clusters with id and cluster_id (or cluster, or story): \
what wirecopy cluster writes, or another program. Plain or compressed with gzip or zstd, - for standard input.

What is true: a CSV of labelled pairs with the columns a, b and label, and weight if the pairs are a sample that took some kinds more \
densely; or one of stories with id and cluster (or cluster_id, or story). Labels: C (copy, yes, true, 1); T (template: the \
same form, another report); O (other, no, false, 0); U (undecidable: left out).

A labelled pair is reported if it is listed, or if both ids are in one cluster; what does not occur in the file is not reported. \
Pairs without a label are not judged, nor are articles that stories do not list, unless --complete. \
Against stories there are also the adjusted Rand index (Hubert and Arabie 1985) and B-cubed (Bagga and Baldwin 1998), and a \
file of pairs is joined to clusters. A figure that is undefined, as precision is if nothing was reported, is shown as -.";

/// Below the options of `wirecopy evaluate`.
pub(super) const EVALUATE_EXAMPLES: &str = "\
Examples:
  wirecopy evaluate clusters.csv --truth labelled.csv
  wirecopy evaluate pairs.csv --truth labelled.csv --titles clusters.csv --worst 30
      Name more of the mistakes, with titles from another file
  wirecopy cluster news.jsonl --threshold 0.3 --containment 0.5 --pairs wide.csv > c.csv
  wirecopy evaluate wide.csv --truth labelled.csv --sweep
      Choose a threshold: a low one first, then what each would have given
  wirecopy evaluate scores.csv --truth labelled.csv --sweep cosine
      The same for another program's scores
  wirecopy cluster news.jsonl | wirecopy evaluate - --truth stories.csv --complete --json > figures.json
      Stories that name every copy; all figures for a program

Exit codes: 0 done, 1 failed (a file that cannot be read, a row that cannot be used), 2 bad usage.";

/// Below the options of `wirecopy generate`.
pub(super) const GENERATE_EXAMPLES: &str = "\
Examples:
  wirecopy generate -n 1000000 -o million.jsonl --truth truth.csv
  wirecopy cluster million.jsonl -o clusters.csv
      A million articles (3.3 GB), and what wirecopy makes of them
  wirecopy generate -n 20000 --variants 500 -o crowded.jsonl
      Half of the articles are variants of one story: the worst case for a clustering program

The same options give the same bytes on every machine.";
