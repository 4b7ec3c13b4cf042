"""Keyword in context over the sources of a study: each place of a word, who says it, and the codes that lie on it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from zhagen.errors import StudyError
from zhagen.statistics.concordance import word_edges
from zhagen.study.study import COUNTED, Study, among, touched_units
from zhagen.text.cleaning import clean, join_lines

PLACES = "source_id line turn speaker left keyword right codes start end".split()
ORDERS = ("text", "left", "right", "keyword")


def study_kwic(
    study: Study,
    terms: str | Iterable[str],
    *,
    regex: bool = False,
    words: bool = False,
    ignore_case: bool = False,
    width: int = 15,
    sort: str = "text",
    speaker: str | Iterable[str] | None = None,
    source: str | Iterable[str] | None = None,
    coder: str | Iterable[str] | None = None,
    roles: Iterable[str] = COUNTED,
    lexicon: Path | str | None = None,
) -> pd.DataFrame:
    """List the places of one word or several in what people of a study say: keyword in context.

    The words are searched for in each turn as `zhagen.statistics.kwic` searches in a paragraph: lines are joined, so a
    word that is broken over two lines is found; blanks beside Chinese characters and different forms of a character do
    not matter. Occurrences do not overlap; of two words that begin at one place the longer one counts.

    Parameters
    ----------
    study : Study
        The study.
    terms : str or iterable of str
        The word or words to search for.
    regex : bool, default False
        Take the words for regular expressions (of Python's ``re``). They see the joined, normalised text; a match of no
        character is left out.
    words : bool, default False
        List only occurrences that begin and end where words do (`zhagen.text.segmentation.segment`): 规定 is then not
        found in 规定性.
    ignore_case : bool, default False
        Whether ``App`` finds ``APP``.
    width : int, default 15
        The most characters of context on each side, 0 or more. Context does not leave the turn.
    sort : {"text", "left", "right", "keyword"}, default "text"
        The order: that of the sources and their text; by the context on the left, read from the keyword backwards; by
        the context on the right; by what was found.
    speaker : str or iterable of str, optional
        Only turns of these speakers.
    source : str or iterable of str, optional
        Only these sources.
    coder : str or iterable of str, optional
        Whose codes are listed. Without it, the consensus where the study has one, else everybody's.
    roles : iterable of str, default participants, observers and documents
        Whose words.
    lexicon : pathlib.Path or str, optional
        A folder with a lexicon, for `words`.

    Returns
    -------
    pandas.DataFrame
        One row an occurrence: ``source_id`` (str), ``line`` (int, of the source's file, where it begins), ``turn``
        (int), ``speaker``, ``left``, ``keyword``, ``right``, ``codes`` (str: labels of the codes that lie on it, in
        one character or more, joined by 、), ``start``, ``end`` (int, of the source's text).

    Raises
    ------
    StudyError
        If no word is given, a word is empty or no regular expression, the width is below 0, or there is no such order,
        speaker, source or coder.

    References
    ----------
    Luhn, H. P. (1960). Key word-in-context index for technical literature.

    Examples
    --------
    >>> from zhagen.study.study import make_study
    >>> codes = pd.DataFrame({"code_id": ["c01"], "label": ["不利先说"], "level": ["concept"]})
    >>> codings = pd.DataFrame([("I01", 2, 6, "c01", "林")], columns=["source_id", "start", "end", "code_id", "coder"])
    >>> study = make_study({"I01": "甲：说在前头，走\\n得也快。"}, codes, codings)
    >>> found = study_kwic(study, ["前头", "走得"], width=3)
    >>> found[["source_id", "line", "speaker", "left", "keyword", "right", "codes"]].values.tolist()
    [['I01', 1, '甲', '说在', '前头', '，走得', '不利先说'], ['I01', 1, '甲', '前头，', '走得', '也快。', '']]
    """
    wanted = _pattern(terms, regex, ignore_case)
    if width < 0:
        raise StudyError(f"the width is {width}", todo="give 0 characters of context or more")
    if sort not in ORDERS:
        raise StudyError(f"there is no order {sort!r}", todo=f"use one of {', '.join(ORDERS)}")
    turns = _turns(study, speaker, source, list(roles))
    rows = []
    columns = (turns[name].tolist() for name in ("source_id", "turn", "speaker", "start", "text"))
    for source_id, turn, who, start, text in zip(*columns, strict=True):
        for left, keyword, right, first, last in _occurrences(text, wanted, width, words, lexicon):
            rows.append((source_id, 0, turn, who, left, keyword, right, "", start + first, start + last))
    kinds = {name: "int64" if name in ("line", "turn", "start", "end") else "str" for name in PLACES}
    found = pd.DataFrame(rows, columns=PLACES).astype(kinds)
    found = found.assign(line=_lines(study, found), codes=_codes(study, found, coder)).astype(kinds)
    found = _sorted(found, sort)
    if not study.about.get("invented"):
        found.attrs["wording"] = ["left", "keyword", "right"]  # what people said, as in `Study.quotations`
    return found


def _pattern(terms: str | Iterable[str], regex: bool, ignore_case: bool) -> re.Pattern[str]:
    given = [terms] if isinstance(terms, str) else list(terms)
    if not given:
        raise StudyError("no word is given", todo="give the word to search for")
    parts = [word if regex else clean(word).text for word in given]
    for word, part in zip(given, parts, strict=True):
        if not part:
            raise StudyError(f"the word {word!r} is empty", todo="give the word to search for")
        try:
            re.compile(part if regex else "")
        except (re.error, OverflowError, RecursionError) as problem:
            todo = "correct it, or search for it as plain words"
            raise StudyError(f"{word!r} is no regular expression: {problem}", todo=todo) from problem
    flags = re.IGNORECASE if ignore_case else re.NOFLAG
    if regex:
        try:
            return re.compile("|".join(f"(?:{part})" for part in parts), flags)
        except re.error as problem:  # each is one, but two name a group alike, or set flags inside
            raise StudyError(f"the expressions do not go together: {problem}", todo="search for one") from problem
    return re.compile("|".join(map(re.escape, sorted(parts, key=len, reverse=True))), flags)


def _turns(
    study: Study, speaker: str | Iterable[str] | None, source: str | Iterable[str] | None, roles: list[str]
) -> pd.DataFrame:
    turns = study.turns()
    for name, column, chosen in (("speaker", "speaker", speaker), ("source", "source_id", source)):
        if chosen is None:
            continue
        values = [chosen] if isinstance(chosen, str) else list(chosen)
        known = list(study.texts) if name == "source" else list(dict.fromkeys(filter(None, turns.speaker)))
        for value in values:
            if value not in known:
                said = f"use one of {', '.join(known[:20])}" if known else "no source has turns of speakers"
                raise StudyError(f"there is no {name} {value!r}", todo=said)
        turns = turns[among(turns[column], values)]
    return turns[among(turns.role, roles)]


def _occurrences(
    text: str, wanted: re.Pattern[str], width: int, words: bool, lexicon: Path | str | None
) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield context and keyword of each occurrence in a turn, and its first and last place in the turn's raw text."""
    lines = text.split("\n")
    if not wanted.search(join_lines(lines)):  # the same text without its map, which takes a tenth of the time
        return
    cleaned = clean(lines)
    begins = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
    for start, end in _places(cleaned.text, wanted, words, lexicon):
        first = begins[cleaned.lines[start] - 1] + cleaned.columns[start] - 1
        last = begins[cleaned.lines[end - 1] - 1] + cleaned.columns[end - 1]
        context = (cleaned.text[max(0, start - width) : start], cleaned.text[end : end + width])
        yield context[0], cleaned.text[start:end], context[1], first, last


def _places(text: str, wanted: re.Pattern[str], words: bool, lexicon: Path | str | None) -> Iterator[tuple[int, int]]:
    """Yield start and end of each occurrence in clean text."""
    if not words:
        yield from (hit.span() for hit in wanted.finditer(text) if hit[0])
        return
    edges, at = word_edges(text, lexicon), 0
    while hit := wanted.search(text, at):
        kept = hit[0] and {hit.start(), hit.end()} <= edges
        if kept:
            yield hit.span()
        at = hit.end() if kept else hit.start() + 1  # a word may begin inside what is none
        if at > len(text):
            return


def _lines(study: Study, found: pd.DataFrame) -> np.ndarray:
    """Return for each occurrence the line of its source's text on which it begins."""
    lines = np.zeros(len(found), np.int64)
    for source_id, rows in found.groupby("source_id", sort=False).indices.items():
        letters = np.frombuffer(study.texts[str(source_id)].encode("utf-32-le", "surrogatepass"), np.uint32)
        breaks = np.flatnonzero(letters == ord("\n"))
        lines[rows] = np.searchsorted(breaks, found.start.to_numpy()[rows]) + 1
    return lines


def _codes(study: Study, found: pd.DataFrame, coder: str | Iterable[str] | None) -> list[str]:
    """Return for each occurrence the labels of the codes that lie on it."""
    codings = study.quotations(coder=coder, roles=study.turns().role.unique())
    rows, touching = touched_units(found, codings, study.texts)
    labels = codings.label.tolist()
    listed: list[dict[str, None]] = [{} for _ in range(len(found))]
    for row, coding in zip(rows.tolist(), touching.tolist(), strict=True):
        listed[row][labels[coding]] = None
    return ["、".join(one) for one in listed]


def _sorted(found: pd.DataFrame, sort: str) -> pd.DataFrame:
    if sort == "text":
        return found
    keys = found[sort].map(lambda text: text[::-1]) if sort == "left" else found[sort]
    order = np.argsort(keys.to_numpy(dtype=str), kind="stable")
    return found.iloc[order].reset_index(drop=True)
