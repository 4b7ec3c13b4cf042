"""Run notebooks and compare their prose with what they compute: `python book/prose.py [--write] [NOTEBOOK ...]`.

With `--write` the numbers in the prose are replaced by the computed ones. Without names: every notebook of the book.
"""

import argparse
import sys
from pathlib import Path

from zhagen.book.execution import execute_notebooks, rewrite_numbers

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run, print what differs, return 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--write", action="store_true", help="write the computed numbers into the prose")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebooks] or sorted((ROOT / "notebooks").glob("*/*.ipynb"))
    found = 0
    for run in execute_notebooks(paths):
        if arguments.write and run.complete and rewrite_numbers(run.path, run):
            print(f"{run.path}: numbers written")
        for problem in run.problems:
            print(problem)
        found += bool(run.problems)
        print(f"{run.path}: {run.seconds:.0f} s, {sum(map(len, run.values))} marks, {len(run.problems)} problems")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
