"""Wirecopy beside Python libraries for MinHash, on the same generated corpus.

    cargo build --release
    python -m venv .venv && .venv/bin/pip install datasketch rensa
    .venv/bin/python benches/compare/compare.py [ARTICLES]

Each tool runs in a process of its own on all cores it knows how to use: word 3-grams, 128 permutations, threshold 0.7, the pairs that its index
proposes joined to clusters. Time and memory are those of the whole process, reading the file included. Recall is told from the planted truth: of
the pairs of one story whose exact Jaccard similarity is 0.7 or more, and of the pairs of an original and its copy cut to half, how many stand in one
cluster. False pairs are pairs in one cluster that are of two stories.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

WIRECOPY = Path(__file__).parents[2] / "target" / "release" / "wirecopy"
WORD = re.compile(r"[^\W_]+")


def articles(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            words = WORD.findall(article["text"].lower())
            yield article["id"], {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def join(pairs):
    """The components of `pairs`, as a map from member to root."""
    root = {}

    def find(x):
        root.setdefault(x, x)
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        return x

    for a, b in pairs:
        root[find(a)] = find(b)
    return {x: find(x) for x in list(root)}


def with_datasketch(path):
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.7, num_perm=128)
    for name, shingles in articles(path):
        signature = MinHash(num_perm=128)
        signature.update_batch([shingle.encode() for shingle in shingles])
        for other in index.query(signature):
            yield name, other
        index.insert(name, signature)


def with_rensa(path):
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.7, num_perm=128, num_bands=16)
    names = []
    for name, shingles in articles(path):
        signature = RMinHash(num_perm=128, seed=42)
        signature.update(list(shingles))
        for other in index.query(signature):
            yield name, names[other]
        index.insert(len(names), signature)
        names.append(name)


LIBRARIES = {"datasketch": with_datasketch, "rensa": with_rensa}


def run(command):
    """Seconds and peak memory in bytes of a process."""
    started = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - started, usage.ru_maxrss * 1024


def clusters_of(report):
    with open(report, newline="", encoding="utf-8") as rows:
        return {row["id"]: row["cluster_id"] for row in csv.DictReader(rows)}


def judge(clusters, truth, similar, halves):
    def share(pairs):
        found = sum(a in clusters and clusters[a] == clusters.get(b) for a, b in pairs)
        return found / max(1, len(pairs))

    of_cluster = Counter(clusters.values())
    of_both = Counter((cluster, truth.get(name, name)) for name, cluster in clusters.items())
    two = lambda counts: sum(n * (n - 1) // 2 for n in counts.values())
    return share(similar), share(halves), two(of_cluster) - two(of_both)


def main(count):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        corpus, stories = folder / "news.jsonl", folder / "truth.csv"
        subprocess.run([WIRECOPY, "generate", "-n", str(count), "-o", corpus, "--truth", stories], check=True)
        # The tools first: a process is charged with what its parent held when it was started.
        costs = {}
        for tool in ["wirecopy", *LIBRARIES]:
            if tool == "wirecopy":
                command = [WIRECOPY, "cluster", corpus, "-o", folder / f"{tool}.csv", "--quiet"]
            else:
                command = [sys.executable, __file__, "--child", tool, corpus, folder / f"{tool}.csv"]
            costs[tool] = run(command)

        with open(stories, newline="", encoding="utf-8") as rows:
            rows = list(csv.DictReader(rows))
        truth = {row["id"]: row["story"] for row in rows}
        kind = {row["id"]: row["kind"] for row in rows}
        members = defaultdict(list)
        for name, story in truth.items():
            members[story].append(name)
        sets = {name: shingles for name, shingles in articles(corpus) if name in truth}
        similar, halves = [], []
        for story in members.values():
            for a, b in combinations(story, 2):
                shared = len(sets[a] & sets[b])
                if shared >= 0.7 * (len(sets[a]) + len(sets[b]) - shared):
                    similar.append((a, b))
                if {kind[a], kind[b]} == {"original", "cut50"}:
                    halves.append((a, b))

        print(f"{count} articles, {corpus.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
        print(f"{'':12} {'s':>7} {'peak MB':>8} {'J >= 0.7':>9} {'cut to half':>12} {'false pairs':>12}")
        for tool, (seconds, peak) in costs.items():
            found, cut, false = judge(clusters_of(folder / f"{tool}.csv"), truth, similar, halves)
            print(f"{tool:12} {seconds:7.2f} {peak / 1e6:8.0f} {found:9.4f} {cut:12.4f} {false:12}")


def child(tool, corpus, report):
    with open(report, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "cluster_id"])
        rows.writerows(join(LIBRARIES[tool](corpus)).items())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
