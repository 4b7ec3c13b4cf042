"""What is right: an extraction compared with that of the untouched text, whatever was done to the copy."""

import signal
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from zhagen.errors import SourceError, ZhagenError
from zhagen.extraction import pipeline
from zhagen.extraction.pipeline import extract

DOCUMENTS = ("haier", "community", "xiaomi", "whitepaper", "ecommerce")
PLACES = {"section_id", "line_start", "line_end", "reason", "undecided"}  # what a moved line changes
SECONDS = 10  # of CPU, whatever else the machine does: an extraction takes 0.03; more than this is a hang


@dataclass(frozen=True)
class Mutant:
    """A damaged text and what may come out of it.

    `harmless`: it must be read, and give the same; otherwise a refusal is right, and so is every row that the untouched
    text has or that says itself how unsure it is. `renamed`: labels that the copy really prints in place of others.
    `loses`: whether rows may be missing, because their text is gone. `differs`: a name that some places have no longer,
    and others have: what comes out must say so.
    """

    text: str | bytes
    harmless: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    loses: bool = True
    differs: str = ""


@dataclass(frozen=True)
class Verdict:
    """``refused``, ``same``, ``fewer``, ``marked``, or one of the faults: ``wrong``, ``vanished``, ``traceback``, …"""

    name: str
    detail: str = ""

    @property
    def fault(self) -> bool:
        return self.name not in ("refused", "same", "fewer", "marked")


@lru_cache
def reference(doc_id, edition):
    """Return the extraction of an untouched edition, None where the original is not attached."""
    try:
        return extract(doc_id, edition=edition)
    except SourceError:
        return None


pipeline._edition = reference  # what mutants are compared with is read once


def pairs(found):
    """Return each code with its parent and how sure it is, and each quotation with its concept."""
    book, labels = found.codebook, found.codebook.labels()
    codes = [((row.level, row.label, labels.get(row.parent_id, "")), row.status) for row in book.codes.itertuples()]
    quoted = [
        (("quotation", row.gloss or row.quotation, labels[row.code_id]), getattr(row, "status", "printed"))
        for row in book.evidence.itertuples()
    ]
    return codes + quoted


def rows(found):
    """Return the rows of the tables that are no coding tables, without their places."""
    out = []
    for name, frame in found.tables.items():
        kept = [column for column in frame if column not in PLACES]
        for values in frame[kept].astype(str).itertuples(index=False, name=None):
            status = frame.status if "status" in frame else None
            out.append(((name, *values), "printed" if status is None else ""))
    return out


def judge(mutant, doc_id, edition):
    """Extract from a mutant and say what became of it."""
    untouched = reference(doc_id, edition)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.txt"
        data = mutant.text if isinstance(mutant.text, bytes) else mutant.text.encode("utf-8", "surrogatepass")
        copy.write_bytes(data)
        signal.signal(signal.SIGPROF, _hang)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            found = extract(doc_id, source=copy)
        except ZhagenError as error:
            said = str(error)
            if mutant.harmless:
                return Verdict("refused though harmless", said)
            return Verdict("refused", said) if error.found and error.todo else Verdict("refused without advice", said)
        except TimeoutError:
            return Verdict("hang")
        except Exception as error:  # any other error is what a user would see as a traceback
            return Verdict("traceback", repr(error))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return compare(mutant, untouched, found)


def _hang(*_):
    raise TimeoutError


def compare(mutant, untouched, found):
    """Compare what came out of a mutant with what comes out of the untouched text."""
    renamed = mutant.renamed
    right = {key for key, _ in pairs(untouched)}
    right |= {tuple(renamed.get(part, part) for part in key) for key in right} if renamed else set()
    got = pairs(found)
    for key, status in got:
        if key not in right and status == "printed":
            return Verdict("wrong", f"{key} is called printed")
    lost = Counter(key for key, _ in pairs(untouched)) - Counter(key for key, _ in got)
    new = [key for key, _ in got if key not in right]
    table_lost = Counter(key for key, _ in rows(untouched)) - Counter(key for key, _ in rows(found))
    table_new = Counter(key for key, _ in rows(found)) - Counter(key for key, _ in rows(untouched))
    if mutant.harmless and (lost or new or table_lost or table_new):
        return Verdict("not the same", f"lost {list(lost + table_lost)[:2]}, new {(new + list(table_new))[:2]}")
    prose = {entry["name"] for entry in untouched.recipe.get("matrices", [])}  # what sentences say: they may say less
    gone = sum(table_lost.values()) - sum(table_new.values())
    if not mutant.loses and not new and not renamed and (lost or gone > 0 and {key[0] for key in table_lost} - prose):
        return Verdict("vanished", f"{list(lost + table_lost)[:2]}")
    names = {*found.codebook.codes.label, *found.names.listed}
    if mutant.differs in names and mutant.differs not in {*found.differences.label, *found.differences.published}:
        return Verdict("not said", f"{mutant.differs} has another name in some places")
    if new:
        return Verdict("marked", f"{new[:2]}")
    return Verdict("fewer" if lost or table_lost else "same")
