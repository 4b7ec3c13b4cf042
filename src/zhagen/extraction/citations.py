"""What a text cites and lists: author-year and numbered citations, the reference list, and how they fit each other."""

import re

AUTHOR_YEAR = re.compile(
    r"(?P<authors>[^\W\d_][^（）()，。；：]{0,60}?)(?:，|, ?)(?P<year>(?:19|20)\d\d[a-z]?)(?=[）)；;])"
)
IN_TEXT = re.compile(
    r"(?P<authors>[A-ZÀ-Þ][\w.\-]+(?:(?:和| and |，| )\s?[A-ZÀ-Þ][\w.\-]+)*|"
    r"[\u4e00-\u9fff]{2,3}(?:和[\u4e00-\u9fff]{2,3})?)"
    r"(?P<etal>等)?（(?P<year>(?:19|20)\d\d[a-z]?)）"
)
NUMBERED = re.compile(r"(?:<sup>)?\[(?P<numbers>\d+(?:[,，\-–]\d+)*)\](?:</sup>)?")
COLUMNS = "doc_id section_id line kind citation".split()
REFERENCES = "number authors title year line_start line_end".split()


def extract_citations(outline):
    """List the citations in the prose.

    Author-year citations stand in parentheses (（焦豪等，2021）, several set apart by ；) or around the year alone
    (Teece等（2018）); numbered ones in brackets ([3,4] counts as two, [1-3] as three). Citations broken over lines are
    whole here, for they are read from clean text.

    Returns a data frame: doc_id, section_id, line, kind (``author-year`` | ``numbered``), citation.
    """
    import pandas as pd

    rows = []
    for block in outline.prose():
        if _is_reference(block.text):
            continue
        found = [(m.start(), "author-year", cite) for m, cite in _author_year(block.text)]
        found += [(m.start(), "numbered", n) for m in NUMBERED.finditer(block.text) for n in _numbers(m["numbers"])]
        for place, kind, citation in sorted(found, key=lambda entry: entry[0]):
            line = block.clean.lines[place]
            rows.append((outline.document.id, block.section_id, line, kind, citation))
    return pd.DataFrame(rows, columns=COLUMNS)


def reference_list(outline):
    """Parse the reference list: blocks that begin with ``[n]``, and what follows them without a number.

    Returns a data frame: number (missing where none is printed), authors, title, year, line_start, line_end.
    """
    import pandas as pd

    rows, open_ = [], None
    for block in outline.blocks:
        if block.kind != "paragraph" or not block.text.startswith("- "):
            continue
        text = block.text.removeprefix("- ").strip()
        match = re.match(r"\[(\d+)\]\s*", text)
        if not match and open_ and text[:1].islower():  # the rest of an entry that a page break cut
            open_["text"] += text
            open_["line_end"] = block.lines[1]
            continue
        open_ = {"number": int(match[1]) if match else None, "text": text[match.end() if match else 0 :]}
        open_ |= {"line_start": block.lines[0], "line_end": block.lines[1]}
        rows.append(open_)
    frame = pd.DataFrame(
        [_parsed(row) for row in rows], columns="number authors title year line_start line_end".split()
    )
    return frame.astype({"number": "Int64"})


def compare_citations(cited, listed):
    """Hold numbered citations against the reference list.

    Returns a data frame, one row a problem: what (``cited, not listed`` | ``listed, never cited`` | ``listed without a
    number`` | ``first cited out of order``), citation, line.
    """
    import pandas as pd

    numbered = cited[cited.kind == "numbered"].assign(number=lambda frame: frame.citation.astype(int))
    numbers, known = set(numbered.number), set(listed.number.dropna())
    unknown, unused = ~numbered.number.isin(known), ~listed.number.isin(numbers)
    firsts = numbered.drop_duplicates("number")
    problems = {
        "cited, not listed": _places(numbered[unknown], "citation", "line"),
        "listed, never cited": _places(listed[unused & listed.number.notna()], "number"),
        "listed without a number": _places(listed[listed.number.isna()], "authors"),
        "first cited out of order": _places(firsts[firsts.number < firsts.number.cummax()], "citation", "line"),
    }
    rows = [(what, str(citation), line) for what, found in problems.items() for citation, line in found]
    return pd.DataFrame(rows, columns=["what", "citation", "line"])


def _places(frame, column, line="line_start"):
    return zip(frame[column], frame[line], strict=True)


def _author_year(text):
    for match in AUTHOR_YEAR.finditer(text):
        authors = re.split(r"[（(]", match["authors"])[-1].strip()
        yield match, f"{authors}, {match['year']}"
    for match in IN_TEXT.finditer(text):
        yield match, f"{match['authors']}{match['etal'] or ''}, {match['year']}"


def _numbers(text):
    for part in re.split("[,，]", text):
        first, _, last = re.sub("–", "-", part).partition("-")
        yield from (str(number) for number in range(int(first), int(last or first) + 1))


def _is_reference(text):
    return text.startswith("- ")


def _parsed(row):
    # The authors end at the first full stop that no single initial follows.
    match = re.match(r"(?P<authors>.+?)\.(?!\s*[A-Z]\.)\s*(?P<rest>.+)", row["text"], re.S)
    authors, rest = (match["authors"], match["rest"]) if match else ("", row["text"])
    title = re.split(r"\[[JCDMRZ]\]", rest)[0].strip()
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", rest[len(title) :])
    return {**row, "authors": authors.strip(), "title": title, "year": year[0] if year else ""}
