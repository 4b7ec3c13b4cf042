"""Damage the files of a study by seed: it opens or is refused, and nothing of it is lost or half written.

PYTHONPATH=src:tests python -m fuzzing.studies --number 10000
"""

import argparse
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing.study_oracle import Good, judge

SECONDS = 20  # of the processor: a study of this size takes a fiftieth
HOSTILE = (
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows\\x",
    "\u202e反\u202c",
    "\ud7ff\uffff",
    "9" * 400,
    "-9223372036854775809",
    "1e999",
    "NaN",
    "None",
    "a" * 70_000,
    "\x00",
    "\x1b[31m",
    '"',
    "'''",
    "}}{{%s%n",
    "e\u0301",
    "👩‍👩‍👧",
    ";;；；",
    "[[a]]",
    "!!python/object/apply:os.system [true]",
    "&a [*a, *a]",
    "\r",
)
OPERATORS = []


def operator(function):
    """List a kind of damage: it gets the folder, one file of it and a random generator."""
    OPERATORS.append(function)
    return function


def lines_of(path):
    return path.read_bytes().split(b"\n")


@operator
def line_gone(folder, path, draw):
    lines = lines_of(path)
    del lines[draw.randrange(len(lines))]
    path.write_bytes(b"\n".join(lines))


@operator
def line_twice(folder, path, draw):
    lines = lines_of(path)
    lines.insert(draw.randrange(len(lines) + 1), draw.choice(lines))
    path.write_bytes(b"\n".join(lines))


@operator
def lines_shuffled(folder, path, draw):
    lines = lines_of(path)
    draw.shuffle(lines)
    path.write_bytes(b"\n".join(lines))


@operator
def columns_swapped(folder, path, draw):
    rows = [line.split(b",") for line in lines_of(path)]
    width = max(map(len, rows))
    a, b = draw.randrange(width), draw.randrange(width)
    for row in rows:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]
    path.write_bytes(b"\n".join(b",".join(row) for row in rows))


@operator
def cell_hostile(folder, path, draw):
    rows = [line.split(b",") for line in lines_of(path)]
    row = draw.choice(rows)
    row[draw.randrange(len(row))] = draw.choice(HOSTILE).encode("utf-8", "surrogatepass")
    path.write_bytes(b"\n".join(b",".join(row) for row in rows))


@operator
def word_replaced(folder, path, draw):
    text = path.read_bytes()
    at = draw.randrange(len(text) + 1)
    path.write_bytes(text[:at] + draw.choice(HOSTILE).encode("utf-8", "surrogatepass") + text[at + draw.randrange(9) :])


@operator
def bytes_random(folder, path, draw):
    data = bytearray(path.read_bytes())
    for _ in range(draw.randrange(1, 9)):
        data[draw.randrange(len(data)) :][:1] = bytes([draw.randrange(256)])
        if data:
            data[draw.randrange(len(data))] = draw.randrange(256)
    path.write_bytes(bytes(data))


@operator
def cut_off(folder, path, draw):
    data = path.read_bytes()
    path.write_bytes(data[: draw.randrange(len(data) + 1)])


@operator
def windows_lines(folder, path, draw):
    path.write_bytes(path.read_bytes().replace(b"\n", draw.choice([b"\r\n", b"\r", b"\n\r", b"\n\n"])))


@operator
def byte_order_mark(folder, path, draw):
    path.write_bytes(
        draw.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf\xef\xbb\xbf"]) + path.read_bytes()
    )


@operator
def other_encoding(folder, path, draw):
    text = path.read_bytes().decode("utf-8", "ignore")
    path.write_bytes(text.encode(draw.choice(["gb18030", "big5", "utf-16", "utf-16-le", "utf-32", "cp1252"]), "ignore"))


@operator
def separator_changed(folder, path, draw):
    path.write_bytes(path.read_bytes().replace(b",", draw.choice([b";", b"\t", b"|", b",,"])))


@operator
def file_gone(folder, path, draw):
    path.unlink()


@operator
def file_of_another(folder, path, draw):
    other = draw.choice([one for one in sorted(folder.rglob("*")) if one.is_file()])
    path.write_bytes(other.read_bytes())


@operator
def a_folder_in_its_place(folder, path, draw):
    path.unlink()
    path.mkdir()


@operator
def a_link_in_its_place(folder, path, draw):
    path.unlink()
    path.symlink_to(draw.choice(["/etc/hostname", path.name, "nowhere", "..", "/dev/zero"]))


@operator
def nested_deep(folder, path, draw):
    mark = draw.choice(["[", "{a = ", "- ", "(", "> "])
    path.write_bytes(mark.encode() * draw.choice([10, 3000]) + path.read_bytes())


def damaged(good, folder, seed, operators=()):
    """Copy a good study and damage one to three of its files; return the names of the damages.

    Of `operators`, if there are any, is the first damage.
    """
    draw = random.Random(seed)
    shutil.copytree(good, folder)
    names = []
    for number in range(draw.choice([1, 1, 2, 3])):
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
        act = draw.choice(OPERATORS)
        if operators and not number:
            act = draw.choice([one for one in OPERATORS if one.__name__ in operators])
        act(folder, draw.choice(files), draw)
        names.append(act.__name__)
    return names


def judge_study(folder, good):
    """Use a study as people do and say what became of it: ``opened``, ``refused``, or a fault."""
    for name in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(name, _hang)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(10 * SECONDS)  # waiting for something that never comes
    try:
        return judge(Path(folder), good)
    except TimeoutError:
        return "hang"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        return f"traceback: {error!r}"[:150] + f" {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def _hang(*_):
    raise TimeoutError


def main():
    parser = argparse.ArgumentParser(prog="fuzzing.studies", description=__doc__.splitlines()[0])
    parser.add_argument("good", nargs="?", help="the folder of a good study; without it the small one of the tests")
    parser.add_argument("--number", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first one; the next ones follow (0)")
    parser.add_argument("--minutes", type=float, default=60, help="stop after so many minutes (60)")
    parser.add_argument("--only", nargs="+", default=[], help="operators of which the first damage is one")
    arguments = parser.parse_args()
    table, shown, end = {}, Counter(), time.monotonic() + 60 * arguments.minutes
    with tempfile.TemporaryDirectory() as place:
        folder = Path(arguments.good or Path(place, "good"))
        if not arguments.good:
            from study.conftest import small
            from zhagen.study import write_study

            write_study(small(), folder)
        good = Good(folder)
        shutil.copytree(folder, Path(place, "study"))
        if (verdict := judge_study(Path(place, "study"), good)) != "opened":
            raise SystemExit(f"the good study is {verdict}: nothing of what follows would mean anything")
        shutil.rmtree(place + "/study")
        for seed in range(arguments.seed, arguments.seed + arguments.number):
            if time.monotonic() > end:
                break
            names = damaged(folder, Path(place, "study"), seed, arguments.only)
            try:
                verdict = judge_study(Path(place, "study"), good)
            except KeyboardInterrupt:  # the table of what was done is wanted all the same
                break
            shutil.rmtree(place + "/study", ignore_errors=True)
            kind = verdict if verdict in ("opened", "refused") else "fault"
            for name in set(names):
                table.setdefault(name, Counter())[kind] += 1
            table.setdefault("all", Counter())[kind] += 1
            if kind == "fault":
                shown[re.sub("[0-9]+", "0", verdict)[:60]] += 1
                if shown[re.sub("[0-9]+", "0", verdict)[:60]] < 3:
                    print(seed, names, verdict, flush=True)
            if not seed % 500:
                print(seed, {name: dict(counts) for name, counts in table.items()}, flush=True)
    print("| operator | " + " | ".join(("opened", "refused", "fault")) + " |\n|---|---:|---:|---:|")
    for name in [one.__name__ for one in OPERATORS if one.__name__ in table] + ["all"]:
        print(f"| {name} | " + " | ".join(str(table[name][kind]) for kind in ("opened", "refused", "fault")) + " |")
    return int(table["all"]["fault"] > 0)


if __name__ == "__main__":
    sys.exit(main())
