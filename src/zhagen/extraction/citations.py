"""What a text cites and lists: author-year and numbered citations, the reference list, and how they fit each other."""

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from zhagen.documents.outline import Outline
from zhagen.text.citing import find_citations

SAYS_THAT = re.compile("指出|认为|发现|表明|证实|证明|强调|提出")
OWN = re.compile("本文|本研究|本书|我们")
COLUMNS = "doc_id section_id line kind citation".split()


def extract_citations(outline: Outline) -> pd.DataFrame:
    """List the citations in the prose.

    What a citation is says `zhagen.text.find_citations`: several in one bracket are several, [1-3] are three. Citations
    broken over lines are whole here, for they are read from clean text.

    Parameters
    ----------
    outline : Outline
        The outline of the document.

    Returns
    -------
    pandas.DataFrame
        One row a citation: ``doc_id``, ``section_id`` (str), ``line`` (int, raw line), ``kind`` (``author-year`` |
        ``numbered``), ``citation`` (str).
    """
    rows = []
    for block in outline.prose():
        if _is_reference(block.text):
            continue
        for place, kind, citation in find_citations(block.text):
            rows.append((outline.document.id, block.section_id, block.clean.lines[place], kind, citation))
    return pd.DataFrame(rows, columns=COLUMNS)


def has_citation(text: str) -> bool:
    """Say whether a sentence cites a work, in a form that `extract_citations` knows.

    Parameters
    ----------
    text : str
        A sentence of clean text.

    Returns
    -------
    bool
        True if it does.

    Examples
    --------
    >>> has_citation("数据促进创新（焦豪等，2021）。"), has_citation("数据促进创新[3]。"), has_citation("2021年推出。")
    (True, True, False)
    """
    return bool(find_citations(text))


def reports_others(text: str) -> bool:
    """Say whether a sentence reports what others found: it cites a work and says that somebody finds.

    Parameters
    ----------
    text : str
        A sentence of clean text.

    Returns
    -------
    bool
        True if it does. A sentence that speaks of its own study is no report, nor is one that only cites.

    Examples
    --------
    >>> reports_others("研究指出，数据促进创新[3]。"), reports_others("数据促进创新[3]。")
    (True, False)
    >>> reports_others("本文指出数据促进创新，响应焦豪等（2021）。")
    False
    """
    return has_citation(text) and bool(SAYS_THAT.search(text)) and not OWN.search(text)


def cited_works(text: str) -> list[str]:
    """List the works that a sentence cites, in the order of the sentence.

    Parameters
    ----------
    text : str
        A sentence of clean text.

    Returns
    -------
    list of str
        The citations as `extract_citations` gives them: authors and year, or a number.

    Examples
    --------
    >>> cited_works("数据促进创新（焦豪等，2021；Yin，2004），这也有人说过[3,4]。")
    ['焦豪等, 2021', 'Yin, 2004', '3', '4']
    """
    return [citation.work for citation in find_citations(text)]


def reference_list(outline: Outline) -> pd.DataFrame:
    """Parse the reference list: paragraphs that begin with a hyphen, most with a number ``[n]`` behind it.

    Parameters
    ----------
    outline : Outline
        The outline of the document.

    Returns
    -------
    pandas.DataFrame
        One row an entry: ``number`` (int, missing if none is printed), ``authors``, ``title``, ``year`` (str, empty if
        not found), ``line_start``, ``line_end`` (int, raw lines).
    """
    rows: list[dict[str, Any]] = []
    for block in outline.blocks:
        if block.kind != "paragraph" or not _is_reference(block.text):
            continue
        text = block.text.removeprefix("- ").strip()
        match = re.match(r"\[(\d{1,4})\]\s*", text)
        if not match and rows and text[:1].islower():  # the rest of an entry that a page break cut
            rows[-1]["text"] += text
            rows[-1]["line_end"] = block.lines[1]
            continue
        row = {"number": int(match[1]) if match else None, "text": text[match.end() if match else 0 :]}
        rows.append(row | {"line_start": block.lines[0], "line_end": block.lines[1]})
    columns = "number authors title year line_start line_end".split()
    return pd.DataFrame([_parsed(row) for row in rows], columns=columns).astype({"number": "Int64"})


def compare_citations(cited: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Compare numbered citations with the reference list.

    Parameters
    ----------
    cited : pandas.DataFrame
        Citations as `extract_citations` returns them.
    listed : pandas.DataFrame
        Entries as `reference_list` returns them.

    Returns
    -------
    pandas.DataFrame
        One row a problem: ``what`` (``cited, not listed`` | ``listed, never cited`` | ``listed without a number`` |
        ``first cited out of order``), ``citation`` (str, the number or the authors), ``line`` (int).
    """
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


def _places(frame: pd.DataFrame, column: str, line: str = "line_start") -> Iterator[tuple[Any, int]]:
    return zip(frame[column], frame[line], strict=True)


def _is_reference(text: str) -> bool:
    return text.startswith("- ")


def _parsed(row: dict[str, Any]) -> dict[str, Any]:
    # The authors end at the first full stop that no single initial follows.
    match = re.match(r"(?P<authors>.+?)\.(?!\s*[A-Z]\.)\s*(?P<rest>.+)", row["text"], re.S)
    authors, rest = (match["authors"], match["rest"]) if match else ("", row["text"])
    title = re.split(r"\[[JCDMRZ]\]", rest)[0].strip()
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", rest[len(title) :])
    return {**row, "authors": authors.strip(), "title": title, "year": year[0] if year else ""}
