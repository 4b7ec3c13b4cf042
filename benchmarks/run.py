"""The benchmark: zhagen and what people use in its place, on one text in one run; out comes a table of ratios.

    python benchmarks/run.py --sizes 1 10 100 --runs 3 [--only STAGE ...] [--file FILE] [--out FILE.json]

README.md beside this file says what is measured and how to read the tables.
"""

import argparse
import csv
import json
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

HERE = Path(__file__).parent
TINY = 0.02  # MB: what a text of this size takes is start-up
EVERY = 0.05  # seconds between two looks at the memory
QUANTEDA = "quanteda"
STAGES = ("segmentation", "counting", "cooccurrence", "measures", "network")


class Tool(NamedTuple):
    """A tool of a comparison, and the task that measures it; `same` if it must give what the others give."""

    name: str
    task: str
    options: dict = {}
    same: bool = True


class Comparison(NamedTuple):
    """Tools that do the same work; the ratios are to the first of them."""

    stage: str
    title: str
    tools: list


def comparisons():
    """Return all comparisons, in the order of STAGES."""
    found, guessing = [], {False: "no words guessed", True: "unknown words guessed"}
    for hmm, how in guessing.items():
        tools = [
            Tool("zhagen, rjieba", "segment_zhagen", {"hmm": hmm, "segmenter": "rjieba"}),
            Tool("zhagen, jieba", "segment_zhagen", {"hmm": hmm, "segmenter": "jieba"}),
            Tool("notebook: jieba", "segment_naive", {"hmm": hmm}),
            Tool(QUANTEDA, "segment", same=False),
        ]
        found.append(Comparison("segmentation", f"Segmentation: text to content terms, {how}", tools))
    tools = [
        Tool("zhagen", "count_zhagen"),
        Tool("notebook: Counter", "count_naive"),
        Tool("scikit-learn CountVectorizer", "count_sklearn"),
        Tool("nltk FreqDist", "count_nltk"),
        Tool(QUANTEDA, "count"),
    ]
    found.append(Comparison("counting", "Counting: cut text to the unit x term matrix", tools))
    for terms in (2_000, 20_000):
        tools = [
            Tool("zhagen", "pairs_zhagen", {"terms": terms}),
            Tool("notebook: Counter, combinations", "pairs_naive", {"terms": terms}),
            Tool("scipy X.T @ X, pairs", "pairs_scipy", {"terms": terms, "listed": True}),
            Tool("scipy X.T @ X alone", "pairs_scipy", {"terms": terms, "listed": False}),
            Tool("nltk BigramCollocationFinder", "pairs_nltk", {"terms": terms}),
            Tool(QUANTEDA, "pairs", {"terms": terms}),
        ]
        found.append(Comparison("cooccurrence", f"Co-occurrence by paragraph, {terms:,} terms", tools))
    tools = [
        Tool("zhagen", "measures_zhagen", {"terms": 2_000}),
        Tool("notebook: a loop", "measures_naive", {"terms": 2_000}),
        Tool("nltk score_ngrams", "measures_nltk", {"terms": 2_000}),
    ]
    found.append(Comparison("measures", "Measures: PMI of the pairs of 2,000 terms, strongest first", tools))
    for hmm, how in guessing.items():
        tools = [
            Tool("zhagen, serial", "network_zhagen", {"hmm": hmm, "engine": "serial"}),
            Tool("zhagen, 2 processes", "network_zhagen", {"hmm": hmm, "engine": "processes"}),
            Tool("zhagen, Dask, 2 workers", "network_zhagen", {"hmm": hmm, "engine": "dask"}),
            Tool("notebook", "network_naive", {"hmm": hmm}),
            Tool("notebook, scikit-learn", "network_sklearn", {"hmm": hmm}),
            Tool(QUANTEDA, "network", same=False),
        ]
        found.append(Comparison("network", f"End to end: file to network, {how}", tools))
    return found


def compare(comparison, folder, runs, limit, missing):
    """Measure the tools one after the other, and that `runs` times.

    Returns {tool: {seconds: one for each run, peak: MB, result: whether it gave the same}}. What cannot be measured is
    noted in `missing`, {(title, tool): why}, and not tried again.
    """
    rows = {tool.name: {"seconds": [], "peak": 0, "result": ""} for tool in comparison.tools}
    expected = None
    for run in range(runs):
        for tool in comparison.tools:
            row, key = rows[tool.name], (comparison.title, tool.name)
            if key not in missing:
                print(f"{folder.name}, run {run + 1}: {comparison.title}: {tool.name}", file=sys.stderr)
                got = measure(command(tool, folder, not run), comparison.stage == "network", limit)
                if "why" in got:
                    missing[key] = got["why"]
            if key in missing:
                row["result"] = missing[key]
                continue
            row["seconds"].append(got["seconds"])
            row["peak"] = max(row["peak"], got["peak"])
            if not run:
                expected = got["found"] if expected is None else expected
                verdict = "same" if same(expected, got["found"]) else "DIFFERENT"
                row["result"] = verdict if tool.same else "other words"
    return rows


def command(tool, folder, check):
    """Return the command that runs a tool's task on what a folder holds, and has it tell what it found."""
    if tool.name == QUANTEDA:
        terms = str(tool.options.get("terms", ""))
        return ["Rscript", "--vanilla", str(HERE / "quanteda.R"), tool.task, str(folder), terms]
    return _python("tasks.py", tool.task, folder, json.dumps(tool.options | {"check": check}))


def _python(script, *arguments):
    return [sys.executable, "-W", "ignore", str(HERE / script), *map(str, arguments)]


def measure(arguments, whole, limit):
    """Run a task in a process of its own.

    Returns {seconds, peak, found}: the seconds of its work, or of the `whole` process until it is done; or {why} there
    are none.
    """
    with tempfile.TemporaryFile("w+") as errors:
        began, peak = time.perf_counter(), 0
        process = psutil.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            while not select.select([process.stdout], [], [], EVERY)[0]:
                peak = max(peak, _memory(process))
                if time.perf_counter() - began > limit:
                    return {"why": f"over {limit:g} s"}
            told, seconds = process.stdout.readline(), time.perf_counter() - began
            found = process.stdout.readline()
            if process.wait() or not told:
                errors.seek(0)
                return {"why": "failed: " + (errors.read().strip().splitlines() or ["without a word"])[-1]}
        finally:
            _end(process)
    told = json.loads(told)
    peak = max(peak, told["peak"])
    return {"seconds": seconds if whole else told["seconds"], "peak": peak, "found": json.loads(found or "null")}


def _memory(process):
    """Return the MB that a process and all it started take; what they share counts for each."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it has just ended
    return total / 2**20


def _end(process):
    if process.is_running() and process.returncode is None:
        for one in (*process.children(recursive=True), process):
            one.kill()
        process.wait()
    process.stdout.close()


def same(one, other):
    """Say whether two results are equal; fractions may differ in their last digits."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def table(comparison, sizes, measured, start):
    """Return a comparison as a table in Markdown.

    `measured` is what `compare` returns, for each of the sizes; `start` the same for a tiny text.
    """
    steps = list(zip(sizes, sizes[1:], strict=False))
    header = ["", "result", *(f"{size:.3g} MB" for size in sizes), "peak MB"]
    header += [f"growth {a:.3g}-{b:.3g}" for a, b in steps] + [f"less start-up {a:.3g}-{b:.3g}" for a, b in steps]
    lines = [header, ["---"] * len(header)]
    for tool, *_ in comparison.tools:
        rows = [found[tool] for found in measured]
        ours = [found[comparison.tools[0].name] for found in measured]
        results = ", ".join(dict.fromkeys(row["result"] for row in rows))
        line = [tool, results, *map(_ratio, rows, ours)]
        line.append(" / ".join(f"{row['peak']:.0f}" if row["seconds"] else "-" for row in rows))
        times = [_median(row) for row in rows]
        for less in (0, _median(start[tool])) if steps else ():
            line += [_growth(a - less, b - less, *step) for a, b, step in zip(times, times[1:], steps, strict=False)]
        lines.append(line)
    return "\n".join([f"### {comparison.title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""])


def _ratio(row, ours):
    """Return the median, least and greatest of a tool's seconds over ours, each in the same run."""
    ratios = [a / b for a, b in zip(row["seconds"], ours["seconds"], strict=False)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})" if ratios else "-"


def _median(row):
    return median(row["seconds"]) if row["seconds"] else math.nan


def _growth(before, after, small, large):
    """Return the exponent of growth: 1 where twice the text takes twice the time."""
    return f"{math.log(after / before) / math.log(large / small):.2f}" if before > 0 and after > 0 else "-"


def prepared(folder, megabytes, kind, seed, file=None):
    """Fill a folder with a text, generated or the file, and with what the tasks need of it; returns its MB."""
    folder.mkdir()
    if file:
        (folder / f"text{file.suffix}").symlink_to(file.resolve())
    else:
        _run(_python("generate.py", folder / f"text.{kind}", "--mb", megabytes, "--seed", seed))
    return json.loads(_run(_python("tasks.py", "prepare", folder, "{}")))["bytes"] / 1e6


def _write_ratios(path, numbers, sizes):
    """Write the ratios as a table, below a line that says when they were measured and on what."""
    first, rows = {}, []
    for row in numbers:
        if row["text"] in sizes:
            ours = first.setdefault((row["title"], row["text"]), row["seconds"])
            ratios = [f"{a / b:.3f}" for a, b in zip(row["seconds"], ours, strict=False)]
            three = [median(map(float, ratios)), min(ratios, key=float), max(ratios, key=float)] if ratios else [""] * 3
            peak = round(row["peak"]) if ratios else ""
            rows.append(
                [row["stage"], row["title"], round(sizes[row["text"]]), row["tool"], *three, peak, row["result"]]
            )
    with path.open("w", encoding="utf-8", newline="") as file:
        runs = len(next(iter(first.values())))
        file.write(f"# {time.strftime('%Y-%m-%d')}, {psutil.cpu_count()} processors, {runs} rounds\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow("stage what mb tool ratio ratio_low ratio_high peak_mb same".split())
        table.writerows(rows)


def _run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the text cannot be made ready: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def _no_quanteda():
    """Return why quanteda cannot be measured, or None."""
    if not shutil.which("Rscript"):
        return "not measured: there is no Rscript"
    asked = subprocess.run(["Rscript", "-e", "quit(status = !requireNamespace('quanteda'))"], capture_output=True)
    return "not measured: Rscript has no quanteda" if asked.returncode else None


def main(argv=None):
    """Measure and print; returns 1 where a tool that must give the same did not."""
    parser = argparse.ArgumentParser(description="Compare zhagen with what people use in its place.")
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 10, 100], metavar="MB", help="default: 1 10 100")
    parser.add_argument("--runs", type=int, default=3, help="of each tool at each size (default: 3)")
    parser.add_argument("--only", nargs="+", choices=STAGES, default=STAGES, help="some stages")
    parser.add_argument("--format", choices=("parquet", "txt"), default="parquet", help="of the generated text")
    parser.add_argument("--seed", type=int, default=1, help="of the generated text (default: 1)")
    parser.add_argument("--file", type=Path, help="a .txt or .parquet (column text) in place of generated text")
    parser.add_argument("--limit", type=float, default=1800, metavar="S", help="seconds of a process (default: 1800)")
    parser.add_argument("--out", type=Path, help="write every number measured as .json, or the ratios as .csv")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was begun is ended and removed

    chosen = [one for one in comparisons() if one.stage in arguments.only]
    why = _no_quanteda()
    missing = {(one.title, QUANTEDA): why for one in chosen} if why else {}
    asked = [0] if arguments.file else sorted(arguments.sizes)
    with tempfile.TemporaryDirectory(prefix="zhagen-bench-") as place:
        # Imports from byte code, as on any machine that has run the tools before; none is left elsewhere.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(place, "bytecode"))
        folders = [Path(place, arguments.file.name if arguments.file else f"{size:g} MB") for size in asked]
        sizes = [
            prepared(folder, size, arguments.format, arguments.seed, arguments.file)
            for folder, size in zip(folders, asked, strict=True)
        ]
        tiny = Path(place, "start-up")
        prepared(tiny, TINY, arguments.format, arguments.seed)
        if len(sizes) > 1:
            folders.append(tiny)  # growth needs it
        numbers = []
        for one in chosen:
            compare(one, tiny, 1, arguments.limit, missing)  # not counted: it makes the byte code
            measured = [compare(one, folder, arguments.runs, arguments.limit, missing) for folder in folders]
            print(table(one, sizes, measured[: len(sizes)], measured[-1]), flush=True)
            for folder, rows in zip(folders, measured, strict=True):
                told = {"stage": one.stage, "title": one.title, "text": folder.name}
                numbers += [told | {"tool": tool} | row for tool, row in rows.items()]
    if arguments.out and arguments.out.suffix == ".csv":
        _write_ratios(arguments.out, numbers, dict(zip((folder.name for folder in folders), sizes, strict=False)))
    elif arguments.out:
        arguments.out.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(any(row["result"].startswith(("DIFFERENT", "failed")) for row in numbers))


if __name__ == "__main__":
    sys.exit(main())
