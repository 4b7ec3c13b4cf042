"""A fuzzer of the extraction: damaged copies of the documents, each with what must come out of it.

``python -m fuzzing`` (``make fuzz N=…``) damages the documents by seed and prints what became of each kind of damage.
"""

from itertools import count, islice

from fuzzing.operators import OPERATORS, Copy
from fuzzing.oracle import DOCUMENTS, reference


def mutants(number, seed=0, *, operator=None, document=None):
    """Yield damaged copies: the kind of damage, where it was done (document, edition, seed), and the copy.

    Kinds, documents and editions take turns, so that every one of them has its share of any number.
    """
    editions = [
        (doc_id, edition)
        for doc_id in ([document] if document else DOCUMENTS)
        for edition in ("digest", "original")
        if reference(doc_id, edition)
    ]
    names = [operator] if operator else list(OPERATORS)
    yield from islice(_all(names, editions, seed), number)


def _all(names, editions, seed):
    for turn in count(seed):
        made = 0
        for name in names:
            for doc_id, edition in editions:
                mutant = OPERATORS[name](Copy(doc_id, edition, f"{name} {turn}"))
                if mutant:
                    made += 1
                    yield name, (doc_id, edition, turn), mutant
        if not made:
            return
