"""Two studies compared part by part: what is in one of them only, what is in both and says something else."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from zhagen.study.study import Study

# columns that say nothing about what was found
APART = {"source_id", "file", "sha256", "guid", "confirmed", "line_start", "line_end"}
OTHER = ("history", "sampling", "mechanism", "differences", "paradigm", "negative_cases", "gioia")
Items = list[tuple[Hashable, str]]  # what it is, what it says


@dataclass(frozen=True, repr=False)
class StudyComparison:
    """What two studies have in common, and in what they differ.

    Attributes
    ----------
    counts : pandas.DataFrame
        A row a part (``texts``, ``attributes``, ``speakers``, ``codes``, ``codings``, ``memos`` and further tables that
        one of them has): ``part``, ``first``, ``second`` (int, how many there are), ``same`` (int), ``only_first``,
        ``only_second`` (int), ``changed`` (int, in both, but saying something else).
    rows : pandas.DataFrame
        A row a difference: ``part``, ``what``, ``first``, ``second``: what each of them says, ``""`` where it is not
        in it.
    """

    counts: pd.DataFrame
    rows: pd.DataFrame

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return self.rows.empty

    def __repr__(self) -> str:
        lines = ["the two are equal" if self.equal else f"{len(self.rows)} differences"]
        for row in self.counts.to_dict("records"):
            more = [f"{row[name]} {said}" for name, said in SAID.items() if row[name]]
            lines.append(f"  {row['part']}: {row['first']} and {row['second']}; {', '.join(more) or 'all the same'}")
        return "\n".join(lines)


SAID = {"only_first": "in the first only", "only_second": "in the second only", "changed": "changed"}


def compare_studies(first: Study, second: Study) -> StudyComparison:
    """Compare two studies, such as one before and after it was in another program.

    Ids of codes, codings and memos do not count, because another program gives its own: a code is known by its label, a
    coding by source, place, code and coder, a memo by its title and words.

    Parameters
    ----------
    first, second : Study
        The studies.

    Returns
    -------
    StudyComparison
        How many things of each part are the same, and all that differ.

    Examples
    --------
    >>> from zhagen.study import practice_study, rename_code
    >>> study = practice_study()
    >>> compare_studies(study, study).equal
    True
    >>> renamed = rename_code(study, "让一步", "退一步", date="2024-08-01")
    >>> compare_studies(study, renamed).counts.query("part == 'codes'").values.tolist()
    [['codes', 31, 31, 30, 1, 1, 0]]
    """
    parts = {"texts": _texts, "attributes": _attributes, "speakers": _speakers, "codes": _codes, "codings": _codings}
    made = {name: (listed(first), listed(second)) for name, listed in (parts | {"memos": _memos}).items()}
    for name in OTHER:
        tables = [getattr(study, name) for study in (first, second)]
        if any(len(table) for table in tables):
            made[name] = (_rows(tables[0]), _rows(tables[1]))
    counts, rows = [], []
    for name, (one, two) in made.items():
        found = _differences(one, two)
        rows += [(name, *row) for row in found]
        gone = sum(not after for _, _, after in found)
        new = sum(not before for _, before, _ in found)
        changed = len(found) - gone - new
        counts.append((name, len(one), len(two), len(one) - gone - changed, gone, new, changed))
    columns = "part first second same only_first only_second changed".split()
    return StudyComparison(
        pd.DataFrame(counts, columns=columns), pd.DataFrame(rows, columns="part what first second".split(), dtype="str")
    )


def _differences(one: Items, two: Items) -> list[tuple[str, str, str]]:
    """Pair what is of one key; what says the same is taken away first."""
    left, right = Counter(one), Counter(two)
    gone, new = list((left - right).elements()), list((right - left).elements())
    waiting: dict[Hashable, list[str]] = {}
    for key, said in new:
        waiting.setdefault(key, []).append(said)
    found = []
    for key, said in gone:
        other = waiting.get(key)
        found.append((_shown(key), said or "yes", (other.pop(0) or "yes") if other else ""))
    return found + [(_shown(key), "", said or "yes") for key, listed in waiting.items() for said in listed]


def _shown(key: Hashable) -> str:
    return " ".join(str(part) for part in key if part != "") if isinstance(key, tuple) else str(key)


def _texts(study: Study) -> Items:
    kinds = dict(zip(study.sources.source_id, study.sources.kind, strict=True))
    return [(source, f"{kinds.get(source, '')}: {text}") for source, text in study.texts.items()]


def _attributes(study: Study) -> Items:
    rows = _records(study.sources)
    return [
        ((row["source_id"], name), str(value))
        for row in rows
        for name, value in row.items()
        if name not in APART and name != "kind" and str(value)
    ]


def _speakers(study: Study) -> Items:
    return [((row["source_id"], row["speaker"]), _said(row, APART | {"speaker"})) for row in _records(study.speakers)]


def _codes(study: Study) -> Items:
    codes = study.codebook.codes
    labels = dict(zip(codes.code_id, codes.label, strict=True))
    apart = APART | {"code_id", "label", "parent_id", "memo_id", "status"}
    return [(row["label"], _said({"under": labels.get(row["parent_id"], ""), **row}, apart)) for row in _records(codes)]


def _codings(study: Study) -> Items:
    labels = dict(zip(study.codebook.codes.code_id, study.codebook.codes.label, strict=True))
    found: Items = []
    for row in _records(study.codings):
        place = (row["source_id"], f"{row['start']}-{row['end']}", labels.get(row["code_id"], ""), row["coder"])
        found.append((place, str(row.get("created") or row.get("date", "")).removesuffix("Z")))
    return found


def _memos(study: Study) -> Items:
    labels = dict(zip(study.codebook.codes.code_id, study.codebook.codes.label, strict=True))
    places = {row["coding_id"]: f"{row['source_id']} {row['start']}" for row in _records(study.codings)}
    found: Items = []
    for row in _records(study.memos):
        links = [labels.get(one, one) for one in row["codes"]] + [*row["sources"]]
        links += [places.get(one, one) for one in row["codings"]]
        about = _said({"date": row["date"], "coder": row["coder"], "on": _listed(links)}, ())
        found.append((row["title"] or row["memo_id"], f"{about}; {row['text']}"))
    return found


def _rows(table: pd.DataFrame) -> Items:
    return [(number, _said(row, APART)) for number, row in enumerate(_records(table), 1)]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _said(row: dict[str, Any], apart: Iterable[str]) -> str:
    cells = {name: _listed(value) if isinstance(value, list) else str(value) for name, value in row.items()}
    return "; ".join(f"{name} {cells[name]}" for name in sorted(cells) if name not in apart and cells[name])


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(sorted(map(str, values)))
