"""Damage the documents by seed, and print what became of each kind of damage."""

import argparse
import sys
import time
from collections import Counter, defaultdict

from fuzzing import mutants
from fuzzing.oracle import DOCUMENTS, judge

SHOWN = ("refused", "same", "fewer", "marked", "wrong")


def main():
    parser = argparse.ArgumentParser(prog="fuzzing", description=__doc__)
    parser.add_argument("--number", type=int, default=1000, help="how many mutants (1000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first mutant; the next ones follow (0)")
    parser.add_argument("--operator", help="only this kind of damage")
    parser.add_argument("--document", choices=DOCUMENTS, help="only this document")
    parser.add_argument("--examples", type=int, default=1, help="faults to show of each kind of damage (1)")
    parser.add_argument("--minutes", type=float, default=60, help="stop after so many minutes (60)")
    arguments = parser.parse_args()
    end = time.monotonic() + 60 * arguments.minutes
    table, faults = defaultdict(Counter), defaultdict(list)
    for name, (doc_id, edition, seed), mutant in mutants(
        arguments.number, arguments.seed, operator=arguments.operator, document=arguments.document
    ):
        if time.monotonic() > end:
            break
        verdict = judge(mutant, doc_id, edition)
        table[name]["wrong" if verdict.fault else verdict.name] += 1
        if verdict.fault:
            faults[name].append(f"{doc_id} {edition} {seed}: {verdict.name}: {verdict.detail}")
    width = max(map(len, table))
    print(f"{'':{width}} mutants {' '.join(f'{name:>8}' for name in SHOWN)}")
    table["all"] = sum(table.values(), Counter())
    for name, counts in table.items():
        print(f"{name:{width}} {sum(counts.values()):7} {' '.join(f'{counts[column]:8}' for column in SHOWN)}")
    for name, found in faults.items():
        for fault in found[: arguments.examples]:
            print(f"{name}: {fault}")
    return int(bool(faults))


sys.exit(main())
