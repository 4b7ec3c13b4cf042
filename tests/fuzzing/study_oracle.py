"""What is right after the files of a study were damaged.

A damaged study is refused at opening, with what, where and what to do; or it opens. Then it holds what its files say,
read here a second time by other means; what nobody touched is as it was; and every act works, or is refused for a cause
that is in the files. `ACTS` are what people do with a study; `CAUSES` are the refusals that are no fault, each with the
question whether its cause is there.
"""

import csv
import io
import json
import os
import re
import tempfile
import tomllib
import unicodedata
from collections import Counter
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from zhagen.book.study_book import fitting_chapters
from zhagen.book.study_tables import code_table, example_quotes, group_words, material_table
from zhagen.errors import ZhagenError
from zhagen.exchange import check_exchange, export_study, import_study
from zhagen.output import unguard_cells
from zhagen.study import (
    add_code,
    attribute_values,
    check_study,
    code_cooccurrence,
    code_lineage,
    code_log,
    codebook_at,
    codebook_evolution,
    coder_agreement,
    coder_differences,
    codes_by_attribute,
    codes_by_source,
    coding_overlaps,
    coding_pairs,
    compare_studies,
    dictionary_units,
    find_codings,
    find_units,
    merge_studies,
    open_study,
    overall_agreement,
    passage_agreement,
    show_memo,
    show_note,
    source_order,
    study_checklist,
    study_keyness,
    study_kwic,
    study_saturation,
    study_status,
    update_study,
)
from zhagen.study.folder import NOTES, NUMBER_COLUMNS, TABLES, columns_of
from zhagen.text.segmentation import content_terms

CHAPTERS = Path(__file__).parents[2] / "book" / "study" / "chapters"
READ = {f"{name}.csv": name for name in TABLES}
# what is said of a file may be caused in another one, which it names things of
CAUSED = {
    "speakers.csv": ("sources.csv", "sources/"),
    "codings.csv": ("sources.csv", "sources/", "codebook.csv", "study.toml", "speakers.csv"),
    "history.csv": ("codebook.csv", "memos/"),
    "codebook.csv": ("memos/", "history.csv"),
    "sources.csv": ("sources/",),
    "memos": ("sources.csv", "codebook.csv", "codings.csv", "history.csv"),
    "sources": ("sources.csv", "speakers.csv", "study.toml"),
    "mechanism.toml": ("codings.csv", "memos/", "codebook.csv"),
}


def content(folder):
    """Return what is in a folder: the bytes of each file, where each link leads, and that a folder is one."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"link to {os.readlink(path)}"
        elif path.is_file():
            found[name] = path.read_bytes()
        elif path.is_dir():
            found[name] = "folder"
    return found


class Good:
    """A good study, to compare damaged copies of it with."""

    def __init__(self, folder):
        self.folder, self.files, self.study = Path(folder), content(Path(folder)), open_study(folder)
        self.findings = Counter(map(tuple, check_study(folder)[["file", "found"]].values.tolist()))


# What the files say, read here once more


def decoded(raw):
    """Return a file as text if it is UTF-8, else None: what it is then must be said."""
    try:
        return raw.decode().lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return None


def rows_said(text, name):
    """Return the rows of a table, each as a dictionary of texts."""
    first, _, rest = text.partition("\n")
    text = rest if re.fullmatch(r'"?sep=.?"?\s*', first, re.I) else text
    first = text.partition("\n")[0]
    separator = max(",;\t", key=lambda one: len({cell.strip() for cell in first.split(one)} & set(columns_of(name))))
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    header = [cell.strip() for cell in rows[0]] if rows else []
    if len(set(header)) < len(header):
        raise ValueError("two columns of one name")
    if any(len(row) > len(header) for row in rows):
        raise ValueError("a row of more cells than columns")
    rows = [row + [None] * (len(header) - len(row)) for row in rows[1:]]
    frame = pd.DataFrame(rows, columns=header, dtype="str")
    return unguard_cells(frame).to_dict("records")


def held(study, name):
    """Return the rows of a table as the study has them, as texts."""
    frame = study.codebook.codes if name == "codebook" else getattr(study, name)
    return frame.astype("str").to_dict("records")


def said_otherwise(study, folder, encoded):
    """Return in what a study holds something else than its files say; None if in nothing."""
    for file, name in READ.items():
        path = folder / file
        if not path.exists() and not path.is_symlink():
            if held(study, name):
                return f"{file}: rows of a file that is not there"
            continue
        text = decoded(path.read_bytes())
        if text is None:
            if file not in encoded:
                return f"{file}: it is not UTF-8, and nobody says so"
            continue
        said, kept = rows_said(text, name), held(study, name)
        if len(said) != len(kept):
            return f"{file}: {len(said)} rows, the study has {len(kept)}"
        apart = {"codings": ("start", "end")}.get(name, ())  # by its anchor, see below
        for one, two in zip(said, kept, strict=True):
            for column, cell in one.items():
                if column in apart or column == "status":
                    continue
                same = int(cell) == int(two[column]) if column in NUMBER_COLUMNS.get(name, ()) else cell == two[column]
                if not same:
                    return f"{file}: {column} is {cell!r}, the study says {two[column]!r}"
    for source, file in zip(study.sources.source_id, study.sources.file, strict=True):
        text = decoded((folder / file).read_bytes())
        if text is None and file not in encoded:
            return f"{file}: it is not UTF-8, and nobody says so"
        if text is not None and text != study.texts[source]:
            return f"{file}: another text"
    files = [path for path in (folder / "memos").glob("*.md")] if (folder / "memos").is_dir() else []
    if len(files) != len(study.memos):
        return f"memos: {len(files)} files, the study has {len(study.memos)}"
    texts = {decoded(path.read_bytes()) for path in files}
    for memo in study.memos.itertuples():
        if None not in texts and not any(memo.text in text and memo.memo_id in text for text in texts):
            return f"memo {memo.memo_id}: another text"
    for note in NOTES:
        path = folder / note
        text = decoded(path.read_bytes()) if path.exists() else ""
        if text is not None and study.notes.get(note, "").strip() != text.strip():
            return f"{note}: another text"
    text = decoded((folder / "study.toml").read_bytes())
    if text is not None and tomllib.loads(text) != study.about:
        return "study.toml: another content"
    path = folder / "mechanism.toml"
    text = decoded(path.read_bytes()) if path.exists() else ""
    if text is not None:
        edges = [edge for model in tomllib.loads(text).get("models", []) for edge in model["edges"]]
        if [edge["status"] for edge in edges] != study.mechanism.status.tolist():
            return "mechanism.toml: other arrows"
    return None


def anchored_wrongly(study, folder):
    """Return in what an anchor of a coding is wrong; None if in nothing."""
    path = folder / "codings.csv"
    text = decoded(path.read_bytes())
    if text is None:
        return None
    listed = study.faults[study.faults.file.eq("codings.csv")].found.str.cat(sep="\n")
    for said, row in zip(rows_said(text, "codings"), study.codings.itertuples(), strict=True):
        start, end, words = int(said["start"]), int(said["end"]), study.texts[row.source_id]
        digest = said.get("quote_sha256", "").lower()
        size = end - start
        places = [at for at in range(len(words) - size + 1) if _digest(words[at : at + size]) == digest]
        if not digest:
            right = ("unchecked" if end <= len(words) else "lost", start)
        elif start in places:
            right = ("exact", start)
        else:
            right = ("moved", places[0]) if len(places) == 1 else ("lost", start)
        if (row.anchor, row.start) != right or row.end != row.start + size:
            return f"{row.coding_id} is {row.anchor} at {row.start}, not {right}"
        if row.anchor in ("moved", "lost") and row.coding_id not in listed:
            return f"{row.coding_id} is {row.anchor}, and nobody says so"
    return None


def _digest(words):
    return sha256(words.encode()).hexdigest()


def changed_silently(study, good, changed):
    """Return what is no longer as it was though none of its files was touched; None if nothing."""

    def touched(*files):
        return any(name.startswith(files) for name in changed)

    was = good.study
    for name in TABLES:
        if not touched(f"{name}.csv") and name != "codings" and held(study, name) != held(was, name):
            return f"{name} was not touched, and is another"
    if not touched("codings.csv", "sources", "study.toml") and not study.codings.equals(was.codings):
        return "neither codings nor texts were touched, and the codings are others"
    if not touched("memos") and not study.memos.equals(was.memos):
        return "memos were not touched, and are others"
    if not touched("mechanism.toml", "codebook.csv") and not study.mechanism.equals(was.mechanism):
        return "the arrows were not touched, and are others"
    if not touched("codings.csv", "sources.csv"):
        for source, file in zip(was.sources.source_id, was.sources.file, strict=True):
            rows = study.codings.source_id.eq(source)
            if file not in changed and not study.codings[rows].equals(was.codings[was.codings.source_id.eq(source)]):
                return f"{source} was not touched, and its codings are others"
    return None


def holds_the_same(study, other):
    """Say that two studies are the same but for what was found wrong in their files: acts on both would do the same."""
    frames = [*(name for name in TABLES if name != "codebook"), "memos", "mechanism"]
    return (
        study.codebook.codes.equals(other.codebook.codes)
        and all(getattr(study, name).equals(getattr(other, name)) for name in frames)
        and all(getattr(study, name) == getattr(other, name) for name in ("about", "texts", "notes", "models"))
    )


def says_the_same(folder, good, changed):
    """Say that the files that were touched say what they said: other order of columns, ends of lines, marks."""
    for name in changed:
        now, was = content_of(folder / name), good.files.get(name)
        if now is None or not isinstance(was, bytes):
            return False
        try:
            if name in READ:
                if rows_said(now, READ[name]) != rows_said(decoded(was), READ[name]):
                    return False
            elif now != decoded(was):
                return False
        except ValueError:  # rows longer than their header
            return False
    return True


def content_of(path):
    return decoded(path.read_bytes()) if path.is_file() else None


# What is refused at opening


def badly_refused(table, folder, changed):
    """Return what is wrong with the faults that are listed; None if nothing.

    Each has an advice, names a file that was touched (or one that names something of such a file), and a line that is
    there.
    """
    for fault in table.itertuples():
        if not (fault.found and fault.todo and fault.file):
            return f"a fault without file or advice: {fault.found}"
        files = (fault.file, *CAUSED.get(fault.file, ()), *CAUSED.get(fault.file.partition("/")[0], ()))
        if not any(name.startswith(files) or fault.file.startswith(name) for name in changed):
            return f"a fault of a file that nobody touched: {fault.file}: {fault.found}"[:150]
        path = folder / fault.file
        if (
            fault.line
            and path.is_file()
            and fault.line > path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r") + 1
        ):
            return f"a fault on a line that is not there: {fault.file}, line {fault.line}"
        quoted = re.findall(r"(?:is|no (?:source|code|coder|memo|coding)|file) '([^'\\]+)'", fault.found)
        text = decoded(path.read_bytes()) if path.is_file() and path.suffix == ".csv" else None
        if text is not None and any(word.strip() not in text for word in quoted):
            return f"what is quoted is not in the file: {fault.file}: {fault.found}"[:150]
    return None


# What people do with a study


def marked(study, codings):
    """Return what codings mark, as it is read from a file in which lines end with a line feed."""
    places = codings[["source_id", "start", "end"]].itertuples(index=False, name=None)
    words = (study.texts[source][start:end] for source, start, end in places)
    return sorted(unicodedata.normalize("NFC", one) for one in words)


def exported(suffix):
    def act(study, good, out):
        path = out / f"out{suffix}"
        export_study(study, path)
        if suffix in (".qdpx", ".qdc"):
            wrong = check_exchange(path)
            assert not wrong.severity.eq("error").any(), wrong.iloc[0].to_dict()
        if suffix != ".qdpx":
            return
        again = import_study(path, out / "again").study
        kept = study.quotations(coder=study.coders, roles=("interviewer", "participant", "observer", "document"))
        placed = study.codings[study.codings.anchor != "lost"]
        assert len(again.codings) == len(placed), f"{len(placed)} codings, {len(again.codings)} come back"
        assert len(again.memos) >= len(study.memos), "memos are gone"
        words, back = (marked(one, rows) for one, rows in ((study, placed), (again, again.codings)))
        assert words == back or len(kept) < len(placed), "other words come back"

    return act


def counted(study, good, out):
    table, quoted = codes_by_source(study), study.quotations()
    assert int(table.to_numpy().sum()) == len(quoted.drop_duplicates(["coding_id"])), "codings are counted twice or not"


def merged(study, other):
    found = merge_studies(study, other)
    assert set(study.codings.coding_id) <= set(found.study.codings.coding_id), "codings are gone"
    return found


def with_itself(study, good, out):
    found = merged(study, study)
    assert len(found.study.codings) == len(study.codings), "a copy of itself brings codings"
    assert len(found.study.codebook.codes) == len(study.codebook.codes), "a copy of itself brings codes"
    repr(found)


def with_the_good_one(study, good, out):
    repr(merged(study, good.study))
    repr(merged(good.study, study))


def every_code(function):
    def act(study, good, out):
        for code in study.codebook.codes.code_id.tolist()[:3]:
            function(study, code)

    return act


def queries(study, good, out):
    ids = study.codebook.codes.code_id.tolist()
    one, two = f'"{ids[0]}"', f'"{ids[-1]}"'
    find_units(study, f"{one} OR NOT {two}")
    find_codings(study, f"{one} NEAR(20) {two} OR {one} BEFORE {two}")
    coding_pairs(study, ids[0], ids[-1])


def attributes(study):
    names = [*map(str, study.sources), *map(str, study.speakers)]
    return [name for name in dict.fromkeys(names) if name not in (*columns_of("sources"), *columns_of("speakers"))]


def by_attributes(study, good, out):
    for name in attributes(study):
        codes_by_attribute(study, name, draws=9)


def words_by_attributes(study, good, out):
    for name in attributes(study):
        study_keyness(study, name, min_cases=1, draws=9)


def chapters(study, good, out):
    """Run the cells of the chapters that fit; pictures are drawn with `FUZZ_DRAW=1`, else their tables made."""
    for name in fitting_chapters(study):
        cells = json.loads((CHAPTERS / f"{name}.ipynb").read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        code = re.sub(r"\bdraws=\d+", "draws=9", code)
        if not os.environ.get("FUZZ_DRAW"):
            code = re.sub(r"(?m)^draw_\w+\(.*\n?", "", code)
        exec(compile(code.replace("chapter_study()", "given"), name, "exec"), {"given": study})


def tables(study, good, out):
    assert len(material_table(study)) == len(study.sources)
    code_table(study), example_quotes(study), group_words(study)


def notes(study, good, out):
    for memo in study.memos.memo_id:
        show_memo(study, memo)._repr_markdown_()
    for name in study.notes:
        show_note(study, name)._repr_markdown_()


ACTS = {
    "print": lambda study, good, out: (repr(study), repr(study_status(study)), str(study_status(study))),
    "past codebook": lambda study, good, out: (codebook_at(study, "2024-03-09"), codebook_evolution(study)),
    "lineage": lambda study, good, out: code_lineage(study),
    "log": every_code(code_log),
    "quotations": every_code(lambda study, code: (study.quotations(code), study.memos_on(code))),
    "queries": queries,
    "words in context": lambda study, good, out: study_kwic(study, ["书", "a"]),
    "dictionary": every_code(lambda study, code: dictionary_units(study, ["书", "钱"], code)),
    "keyness by attribute": words_by_attributes,
    "keyness by code": every_code(lambda study, code: study_keyness(study, code=code, min_cases=1, draws=9)),
    "codes by source": counted,
    "codes by attribute": by_attributes,
    "overlaps": lambda study, good, out: coding_overlaps(study),
    "cooccurrence": lambda study, good, out: code_cooccurrence(study, draws=9),
    "agreement by code": lambda study, good, out: coder_agreement(study, draws=9),
    "agreement by character": lambda study, good, out: overall_agreement(study, unit="character", draws=9),
    "agreement on passages": lambda study, good, out: passage_agreement(study, draws=9),
    "differences of coders": lambda study, good, out: coder_differences(study),
    "saturation": lambda study, good, out: study_saturation(study, base=1, run=1, draws=9),
    "checklists": lambda study, good, out: [repr(study_checklist(study, one)) for one in ("COREQ", "SRQR")],
    "memos and notes": notes,
    "comparison": lambda study, good, out: repr(compare_studies(study, good.study)),
    "merge with itself": with_itself,
    "merge with the good one": with_the_good_one,
    **{f"export {suffix}": exported(suffix) for suffix in (".qdpx", ".qdc", ".csv", ".xlsx", ".txt", ".graphml")},
    "tables of the book": tables,
    "chapters of the book": chapters,
}
OF_FAULTS = ("print", "checklists")  # acts that say what was found wrong in the files, too


def has_no_words(study, label):
    """Say that no word is counted of what a code marks."""
    terms = content_terms(study.quotations(label, coder=study.coders).quote.str.cat(sep="。"))
    return not terms


def says_nothing_else(study, label):
    """Say that each sentence with a counted word has a character that carries the code."""
    quoted = study.quotations(label)
    marked = {(row.source_id, at) for row in quoted.itertuples() for at in range(row.start, row.end)}
    said = study.sentences()
    said = said[said.role.ne("interviewer").to_numpy()]
    bare = [
        row.text for row in said.itertuples() if not marked & {(row.source_id, at) for at in range(row.start, row.end)}
    ]
    return not any(content_terms(text) for text in bare)


def has_one_value(study, said):
    attribute = next(name for name in attributes(study) if said.startswith(f"{name} "))
    turns = study.turns()
    counted = np.array([bool(content_terms(text)) for text in turns.text], bool)
    turns = turns[turns.role.ne("interviewer").to_numpy() & counted]
    names = turns.source_id if attribute in study.sources else turns.source_id + "/" + turns.speaker
    values = attribute_values(study, attribute)
    return values[values.index.isin(names)].nunique() < 2


def too_few(study, codings, values):
    """Say that there are no codings, or the cases with an attribute have one value alone."""
    found = (attribute_values(study, attribute) for attribute in attributes(study))
    return any(len(study.quotations()) == 0 or of.nunique() < 2 or int(values) < 2 <= len(of) for of in found)


def has_codes(study, number):
    return study.quotations().code_id.nunique() == int(number)


def none_is_compared(study):
    """Say that in the sources that all coders have coded no coding of them is at its words."""
    coders = study.single_coders
    number = study.codings[study.codings.coder.isin(coders)].groupby("source_id").coder.nunique()
    return not study.quotations(coder=coders).source_id.isin(number.index[number.eq(len(coders))]).any()


def first_is_bare(study):
    return not study.quotations().source_id.eq(source_order(study)[0]).any()


def has_no_value(study, attribute):
    frame = study.sources if attribute in study.sources else study.speakers
    return not frame[attribute].any() or not len(study.turns())


# act, what is refused, and whether its cause is there; groups of the pattern are handed on
CAUSES = [
    ("agreement|differences", "there is no source that all of", none_is_compared),
    ("agreement|differences", r"\d of the coders coded alone", lambda study: len(study.single_coders) < 2),
    ("agreement by", "counted are of 0 codes", none_is_compared),
    ("past|lineage", "the study has no history", lambda study: study.history.empty),
    ("keyness by code", r"no sentence with counted words carries (.*): choose", has_no_words),
    ("keyness by code", r"every sentence with counted words carries (.*): choose", says_nothing_else),
    ("keyness by attr", r"all cases have (.*): choose", has_one_value),
    ("cooccurrence|overlaps|saturation", r"counted are of ([01]) codes", has_codes),
    ("codes by attr", r"(\d+) codings, (\d+) values", too_few),
    ("saturation", "the first 1 units have no code", first_is_bare),
    ("attribute", r"the attribute (.*) has no value", has_no_value),
]


def fault_of_act(name, study, good):
    """Do one thing with a study; return what went wrong, None if it worked or was rightly refused."""
    with tempfile.TemporaryDirectory(dir=study.folder.parent) as out:
        try:
            ACTS[name](study, good, Path(out))
        except ZhagenError as error:
            for act, said, there in CAUSES:
                if re.search(act, name) and (match := re.search(said, str(error))) and there(study, *match.groups()):
                    return None
            return f"{name} is refused: {type(error).__name__} {error}"[:230]
        except AssertionError as error:
            return f"{name}: {error}"[:230]
    return None


def judge(folder, good):
    """Use a damaged study as people do and say what became of it: ``opened``, ``refused``, or a fault."""
    before = content(folder)
    changed = [name for name in {*before, *good.files} if before.get(name) != good.files.get(name)]
    table = check_study(folder)
    errors = table.severity.eq("error").any()
    known = [pair in good.findings for pair in table[["file", "found"]].itertuples(index=False, name=None)]
    if fault := badly_refused(table[[not one for one in known]], folder, changed):
        return fault
    try:
        study = open_study(folder)
    except ZhagenError as error:
        if not (error.found and error.where and error.todo):
            return f"a refusal without where or what to do: {error}"
        if says_the_same(folder, good, changed):
            return f"refused, though its files say what the good ones say: {error}"[:200]
        return "refused" if errors else "refused though check finds no error"
    if errors:
        return "opened though check finds an error"
    for name, was in good.files.items():
        now = before.get(name)
        stands = isinstance(now, str) and isinstance(was, bytes) and not name.startswith("datapackage")
        if stands and not table.file.eq(name).any():
            return f"{name} is a {now.split()[0]}, and nobody says so"
    encoded = set(table.file[table.found.str.contains("not UTF-8")])
    if fault := said_otherwise(study, folder, encoded) or anchored_wrongly(study, folder):
        return f"opened wrongly: {fault}"
    if fault := changed_silently(study, good, changed):
        return f"opened wrongly: {fault}"
    for name in OF_FAULTS if holds_the_same(study, good.study) else ACTS:
        if fault := fault_of_act(name, study, good):
            return fault
    return _updated(folder, study, before)


def _updated(folder, study, before):
    """Add a code and write the study; say what is lost."""
    try:
        update_study(folder, lambda one: add_code(one, "这是新的", reason="试"))
    except ZhagenError as error:
        if content(folder) != before:
            return "a half study after a refusal"
        last = max(study.history.date, default="")
        if re.search("before the last act", str(error)) and last > "2026":
            return "opened"
        if "normal form NFC" in str(error) and not all(
            unicodedata.is_normalized("NFC", one) for one in study.texts.values()
        ):
            return "opened"
        return f"a new code is refused: {error}"[:230]
    again = open_study(folder)
    now = SimpleNamespace(codes=again.codebook.codes, codings=again.codings)
    if "这是新的" not in set(now.codes.label) or len(now.codes) != len(study.codebook.codes) + 1:
        return "after a new code, codes are lost"
    if len(now.codings) != len(study.codings):
        return "after a new code, codings are lost"
    places = ["coding_id", "source_id", "start", "end", "code_id", "coder"]
    if not now.codings[places].equals(study.codings[places]):
        return "after a new code, codings are others"
    for name in ("memo_id", "text"):
        if again.memos[name].tolist() != study.memos[name].tolist():
            return "after a new code, memos are others"
    if again.texts != study.texts or again.notes != study.notes or again.about != study.about:
        return "after a new code, texts are others"
    if held(again, "history")[: len(study.history)] != held(study, "history"):
        return "after a new code, the history is another"
    if not again.mechanism.equals(study.mechanism):
        return "after a new code, arrows are others"
    return "opened"
