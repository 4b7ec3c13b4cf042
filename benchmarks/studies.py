"""How long a study of a given size takes to open and to answer: medians, and their growth over the sizes.

    .venv/bin/python benchmarks/studies.py                  # 100, 300, 1,000 interviews, three runs
    .venv/bin/python benchmarks/studies.py --sizes 1000 --runs 1 --only open,study_status

Times are of the processor, so what else the machine does hardly counts. Each measurement is a new process, so nothing
is remembered from the one before. 1,000 interviews have 5,000 codes and 200,000 codings; a smaller study has as much
less of each. The study is drawn by a seed and means nothing.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

INTERVIEWS, CODES, CODINGS = 1000, 5000, 200_000
TURNS, LENGTH = 80, 60  # turns an interview, characters a turn on average
CODERS = ("林", "周")
LIMITS = {"open": 3.0, "check": 3.0}  # seconds; every other task 2
TASKS = {
    "open": "open_study(folder)",
    "check": "check_study(folder)",
    "turns": "study.turns()",
    "sentences": "study.sentences()",
    "quotations": "study.quotations()",
    "quotations of a code": "study.quotations(codes[-1])",
    "memos_on": "study.memos_on(codes[-1])",
    "find_units AND": "find_units(study, f'{codes[-1]} OR {codes[-2]} AND NOT {codes[-3]}')",
    "find_units NEAR": "find_units(study, f'({codes[0]}) NEAR(200) ({codes[1]})')",
    "find_codings": "find_codings(study, f'{codes[-1]} BEFORE {codes[-2]}')",
    "coding_pairs": "coding_pairs(study, codes[0], codes[1])",
    "codes_by_source": "codes_by_source(study, level='category')",
    "codes_by_attribute": "codes_by_attribute(study, 'campus', level='category', draws=1999)",
    "coding_matrix": "coding_matrix(study, 'turn')",
    "coding_overlaps": "coding_overlaps(study, level='category')",
    "code_cooccurrence": "code_cooccurrence(study, level='category')",
    "coder_agreement": "coder_agreement(study, unit='turn', level='category', draws=2000)",
    "coder_agreement of every code": "coder_agreement(study, unit='turn', draws=2000)",
    "coder_agreement characters": "coder_agreement(study, unit='character', level='category', draws=2000)",
    "overall_agreement": "overall_agreement(study, unit='turn', level='category', draws=2000)",
    "overall_agreement characters": "overall_agreement(study, unit='character', level='category', draws=2000)",
    "coder_differences": "coder_differences(study)",
    "source_codes": "source_codes(study)",
    "study_saturation": "study_saturation(study, draws=1000)",
    "dictionary_units": "dictionary_units(study, ['的话'], codes[0])",
    "study_kwic": "study_kwic(study, ['看走', '钱'])",
    "study_keyness": "study_keyness(study, 'campus', draws=199)",
    "study_keyness of a code": "study_keyness(study, code=codes[0])",
    "study_checklist": "study_checklist(study, 'COREQ')",
    "codebook_at": "codebook_at(study, '2024-06-01')",
    "codebook_evolution": "codebook_evolution(study)",
    "code_log": "code_log(study, codes[-1])",
    "study_status": "study_status(study)",
    "code_passage": "code_passage(study, study.sources.source_id[0])",
    "rename_code": "rename_code(study, codes[-1], '新的名字', date='2025-01-01')",
    "merge_codes": "merge_codes(study, codes[-1], codes[-2], date='2025-01-01')",
    "write_study": "write_study(study, out)",
    "merge_studies": "merge_studies(study, study)",
    "export qdpx": "export_study(study, out.with_suffix('.qdpx'))",
    "export xlsx": "export_study(study, out.with_suffix('.xlsx'))",
    "export csv": "export_study(study, out.with_name('codings.csv'))",
    "import qdpx": "import_study(out.with_suffix('.qdpx'), out)",
    "import xlsx": "import_study(out.with_suffix('.xlsx'), out, partial=True)",
}
FIRST = {  # what must be there before the clock runs
    "import qdpx": "export_study(study, out.with_suffix('.qdpx'))",
    "import xlsx": "export_study(study, out.with_suffix('.xlsx'))",
}


def generate_study(folder, interviews, seed=1):
    """Write the folder of a study drawn by a seed."""
    folder, draw = Path(folder), np.random.default_rng(seed)
    (folder / "sources").mkdir(parents=True)
    (folder / "memos").mkdir()
    share = interviews / INTERVIEWS
    number, each = max(20, round(CODES * share)), round(CODINGS * share / interviews)
    letters = np.array(list("我们他你说的一个了人在有来这那就不是要会到里对也没买卖书群钱问看走快面交话"))
    parents = max(5, number // 20)
    ids = [f"c{one:05d}" for one in range(number)]
    codes = pd.DataFrame({"code_id": ids, "label": [f"名字{one}" for one in range(number)]})
    codes["level"] = ["category" if one < parents else "concept" for one in range(number)]
    codes["parent_id"] = ["" if one < parents else ids[one % parents] for one in range(number)]
    codes["definition"] = "说的是这一件事，不是那一件。"
    weights = 1 / np.arange(1, number - parents + 1)
    sources, speakers, rows, history = [], [], [], []
    for one in range(interviews):
        source = f"I{one + 1:04d}"
        lines, spans, place = [], [], 0
        for turn, length in enumerate(draw.integers(LENGTH // 3, LENGTH * 5 // 3, TURNS)):
            words = "".join(draw.choice(letters, length))
            words = f"{words[: length // 2]}。{words[length // 2 :]}。"
            lines.append(f"{'访' if turn % 2 else '甲'}：{words}")
            if not turn % 2:
                spans.append((place + 2, place + 2 + len(words)))
            place += len(lines[-1]) + 1
        (folder / f"sources/{source}.txt").write_text("\n".join(lines) + "\n", "utf-8")
        sources.append(
            (source, f"sources/{source}.txt", "", "interview", f"2024-{one % 12 + 1:02d}-05", "东西南北"[one % 4])
        )
        speakers += [(source, "访", "interviewer"), (source, "甲", "participant")]
        picked = draw.choice(number - parents, each, p=weights / weights.sum()) + parents
        for code, span, coder in zip(
            picked, draw.integers(0, len(spans), each), draw.integers(0, 2, each), strict=True
        ):
            start = spans[span][0] + int(draw.integers(0, 10))
            end = min(spans[span][1], start + int(draw.integers(4, 40)))
            rows.append((f"q{len(rows):07d}", source, start, end, ids[code], CODERS[coder], "2024-07-01"))
    history = [
        (f"2024-{1 + place * 11 // number:02d}-05", "林", "create", code, "", f"名字{place}")
        for place, code in enumerate(ids)
    ]
    texts = {source[0]: (folder / source[1]).read_text("utf-8") for source in sources}
    from zhagen.study.folder import sha256_of

    sources = pd.DataFrame(sources, columns="source_id file sha256 kind date campus".split())
    sources["sha256"] = [sha256_of(texts[one]) for one in sources.source_id]
    codings = pd.DataFrame(rows, columns="coding_id source_id start end code_id coder date".split())
    places = zip(codings.source_id, codings.start, codings.end, strict=True)
    codings["quote_sha256"] = [sha256_of(texts[source][start:end]) for source, start, end in places]
    (folder / "study.toml").write_text('title = "大研究"\ncoders = ["林", "周"]\n', "utf-8")
    for one in range(1, round(500 * share) + 1):
        head = f"---\nid: M{one:03d}\ndate: 2024-07-02\ncoder: 林\nkind: code\ncodes: [{ids[-one]}]\n---\n"
        (folder / f"memos/M{one:03d}.md").write_text(f"{head}# 想到的\n\n这里有一点。\n", "utf-8")
    tables = {
        "sources": sources,
        "codebook": codes,
        "codings": codings,
        "speakers": pd.DataFrame(speakers, columns="source_id speaker role".split()),
        "history": pd.DataFrame(history, columns="date coder act code_id from to".split()),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def measure(folder, task):
    """Return the seconds of one task, in this process; all but opening begin with an opened study."""
    import zhagen.study
    from zhagen.exchange import export_study, import_study
    from zhagen.study import check_study, open_study

    names = {name: getattr(zhagen.study, name) for name in dir(zhagen.study) if not name.startswith("_")}
    names |= {"export_study": export_study, "import_study": import_study}
    with tempfile.TemporaryDirectory() as out:
        names |= {"folder": folder, "check_study": check_study, "open_study": open_study, "out": Path(out, "new")}
        if task not in ("open", "check"):
            names["study"] = open_study(folder)
            names["codes"] = names["study"].codings.code_id.value_counts().index.tolist()
        eval(FIRST.get(task, "None"), names)
        begun = time.process_time()
        eval(TASKS[task], names)
        return time.process_time() - begun


def main():
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000], help="interviews")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", help="tasks, commas between them")
    parser.add_argument("--out", help="a JSON file for all times")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(measure(*arguments.one))
        return 0
    tasks = arguments.only.split(",") if arguments.only else list(TASKS)
    if unknown := sorted(set(tasks) - set(TASKS)):
        parser.error(f"there is no task {unknown[0]}; there are: {', '.join(TASKS)}")
    times = {}
    with tempfile.TemporaryDirectory() as place:
        for size in arguments.sizes:
            generate_study(Path(place, str(size)), size)
        for _ in range(arguments.runs):
            for task in tasks:
                for size in arguments.sizes:
                    command = [sys.executable, __file__, "--one", str(Path(place, str(size))), task]
                    run = subprocess.run(command, capture_output=True, text=True, check=True)
                    times.setdefault(task, {}).setdefault(size, []).append(float(run.stdout))
    sizes = arguments.sizes
    print("| task | " + " | ".join(f"{size:,} interviews" for size in sizes) + " | growth |")
    print("|---|" + "---:|" * (len(sizes) + 1))
    slow = []
    for task, found in times.items():
        medians = [statistics.median(found[size]) for size in sizes]
        growth = math.log(medians[-1] / medians[0]) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else math.nan
        print(f"| {task} | " + " | ".join(f"{one:.2f} s" for one in medians) + f" | {growth:.2f} |")
        if medians[-1] > LIMITS.get(task, 2.0) and sizes[-1] >= INTERVIEWS:
            slow.append(task)
    if arguments.out:
        Path(arguments.out).write_text(json.dumps(times), "utf-8")
    print(f"above its limit: {', '.join(slow) or 'nothing'}", file=sys.stderr)
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
