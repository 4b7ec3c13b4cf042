"""Words: a lexicon's words cut out of text, and the content terms that are counted."""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from zhagen.text import lexicon
from zhagen.text.characters import HAN, normal_text
from zhagen.text.coverage import SHIFT, Coverage, measure_coverage
from zhagen.text.lexicon import JIEBA_HAN, MARK, Lexicon, read_lexicon
from zhagen.text.strings import END, StringIndex, code_strings, join_strings, split_run

if TYPE_CHECKING:  # numpy is loaded when texts are encoded: cutting words needs none
    import numpy as np

CHINESE = re.compile(f"[{HAN}]")
YEAR = r"(?:19|20)\d{2}[a-z]?"
LATIN_NAME = r"[A-ZÀ-Þ][a-zß-ÿ]+(?:['’-][A-ZÀ-Þ]?[a-zß-ÿ]+)*"
LATIN_NAMES = r"(?:[A-ZÀ-Þ]|e\.g\.|see|cf\.|von|van|de)[A-Za-zÀ-ÿ .,&'’和等与-]{0,100}?"  # Gioia, Corley, & Hamilton
PAGES = r"(?:[，,:：]\s?(?:pp?\.\s?|第)?\d[\d–-]*页?)?"
YEARS = rf"\s?{YEAR}(?:[，,]\s?{YEAR})*"
NAMED = rf"(?:[^（）()；;，,]{{1,60}}[，,]{YEARS}|{LATIN_NAMES}(?:[,，]|(?<=al)|(?<=al\.)){YEARS}){PAGES}"
DATED = rf"[（(]{YEAR}{PAGES}[）)]"
CITATION = re.compile(
    rf"[（(]\s*{NAMED}(?:\s*[；;]\s*{NAMED})*\s*[）)]"  # （焦豪等，2021；Yin，2004）, (Yin, 2004)
    rf"|(?<![A-Za-z]){LATIN_NAME}(?:\s?(?:和|与|及|、|,|and|&)\s?{LATIN_NAME})*\s?(?:等人?|et al\.?)?\s?{DATED}"
    rf"|(?:(?<=[，。；：、！？“”])|^)[{HAN}]{{2,3}}(?:[和与、][{HAN}]{{2,3}})*(?:等人?{DATED}|{DATED}(?=等))"
    rf"|(?:(?<=[，。；：、！？“”])|^)[{HAN}]{{2,3}}[和与][{HAN}]{{2,3}}{DATED}"
    r"|(?:<sup>)?\[\d+(?:[,，、-]\d+)*\](?:</sup>)?"  # [3,4]
)
CITES = re.compile(r"[）)\[](?:(?<=[0-9a-z页\s][）)])|(?<=\[)\d)")  # what every citation holds, quickly found
NUMERALS = "0-9０-９〇零一二三四五六七八九十百千万亿两"
PLAIN = re.compile(f"(?![第{NUMERALS}])[{JIEBA_HAN}]{{2,}}")  # a word of Chinese characters and no number
NUMBER = re.compile(rf"第?[{NUMERALS}.,%％~～-]+[个种类项次家条位名倍大年月日]?")


@dataclass(frozen=True, eq=False)
class Encoded:
    """The content terms of several texts as numbers, in place of lists of words.

    Attributes
    ----------
    run : bytes
        Each term of the texts once, in the order they come, as `zhagen.text.strings.join_strings` returns them.
    ids : numpy.ndarray of int32
        One entry an occurrence, in the order of the texts: its place in `terms`.
    lengths : numpy.ndarray of int64
        One entry a text: how many of the `ids` are its.
    coverage : zhagen.text.coverage.Coverage
        How much of the texts was not counted.
    """

    run: bytes
    ids: "np.ndarray"
    lengths: "np.ndarray"
    coverage: Coverage

    @cached_property
    def terms(self) -> list[str]:
        """The terms of the texts as a list of str: made once, for it is asked for each occurrence."""
        return split_run(self.run)

    def __repr__(self) -> str:
        terms = self.run.count(END.encode())
        return f"Encoded({len(self.lengths)} texts, {len(self.ids)} occurrences of {terms} terms)"


def segment(
    text: str, lexicon: Path | str | None = None, *, hmm: bool = False, segmenter: str | None = "jieba"
) -> list[str]:
    """Cut clean text into words; nothing is dropped but blanks.

    Words with Latin or Greek letters (``α鱼``, ``C端``, ``data-driven``) and numbers are cut by a pattern, because
    jieba breaks them; the rest by jieba's most probable path over its dictionary and the lexicon. Without its guessing
    of unknown words, what is in neither is cut into characters.

    Parameters
    ----------
    text : str
        Clean text.
    lexicon : pathlib.Path or str, optional
        A folder with ``userdict.txt``, ``stopwords.txt`` and ``synonyms.tsv``; left out it is ``data/lexicon``.
    hmm : bool, default False
        Guess unknown words, see `zhagen.text.lexicon.Lexicon.cutter`.
    segmenter : str, default "jieba"
        ``jieba`` | ``rjieba``; the words are the same. None takes the faster one that is installed.

    Returns
    -------
    list of str
        The words; joined they are the text without its blanks.

    Raises
    ------
    ZhagenError
        If the lexicon is broken or there is no such segmenter.

    Examples
    --------
    >>> segment("食联网以α鱼平台提升动态能力")
    ['食联网', '以', 'α鱼', '平台', '提升', '动态能力']
    """
    entries = read_lexicon(lexicon)
    parts = entries.foreign.split(text)
    words, foreign = entries.cutter(segmenter, hmm)(MARK.join(parts[::2])), iter(parts[1::2])
    return [next(foreign) if word == MARK else word for word in words if not word.isspace()]


def content_terms(
    text: str, lexicon: Path | str | None = None, *, hmm: bool = False, segmenter: str | None = "jieba"
) -> list[str]:
    """Return the terms of a text that are counted, in the order of the text.

    The text is read as `zhagen.text.characters.normal_text` says, and citations are dropped (`strip_citations`). Of the
    words, these are dropped: stop words, punctuation, numbers (with their classifier: 三个), single Chinese characters
    and single letters. A variant becomes its kept form. A Latin word keeps its printed case, for here it is a name or
    an abbreviation; two spellings of one (``IOT``, ``IoT``) are variants.

    Parameters
    ----------
    text : str
        Clean text.
    lexicon : pathlib.Path or str, optional
        See `segment`.
    hmm : bool, default False
        See `segment`.
    segmenter : str, default "jieba"
        See `segment`.

    Returns
    -------
    list of str
        The terms.

    Raises
    ------
    ZhagenError
        As `segment`.

    Examples
    --------
    >>> content_terms("本文认为，α鱼平台促进数据驱动（焦豪等，2021）。")
    ['阿尔法鱼', '平台', '促进', '数据驱动']
    """
    entries = read_lexicon(lexicon)
    words = segment(strip_citations(normal_text(text.replace("\n", " "))), lexicon, hmm=hmm, segmenter=segmenter)
    return [term for term in (_kept(word, entries) for word in words) if term]


def encode_texts(
    texts: Sequence[str],
    lexicon: Path | str | None = None,
    *,
    hmm: bool = False,
    segmenter: str | None = None,
    normal: bool = False,
) -> Encoded:
    """Return the content terms of many texts as numbers: what `content_terms` gives of each, faster.

    Parameters
    ----------
    texts : sequence of str
        The texts; words are not joined from one to the next.
    lexicon : pathlib.Path or str, optional
        See `segment`.
    hmm : bool, default False
        See `segment`.
    segmenter : str, optional
        See `segment`; left out it is the faster one that is installed.
    normal : bool, default False
        Whether the texts are lines that `zhagen.text.characters.normal_text` returned: then it is not called again.

    Returns
    -------
    Encoded
        The terms.

    Raises
    ------
    ZhagenError
        As `segment`.

    Examples
    --------
    >>> found = encode_texts(["平台与数据", "数据驱动平台"])
    >>> found
    Encoded(2 texts, 4 occurrences of 3 terms)
    >>> [found.terms[number] for number in found.ids], found.lengths.tolist()
    (['平台', '数据', '数据驱动', '平台'], [2, 2])
    """
    import numpy as np

    entries = read_lexicon(lexicon)
    if len(_judged(entries)) > _MOST:
        _judged.cache_clear()
    cut, judged = entries.cutter(segmenter, hmm), _judged(entries)
    # the word "\n" ends a text, so that none may hold one; normal text has no END and no "\r"
    lines = texts if normal else normal_text("\n".join(text.replace("\n", " ") for text in texts)).split("\n")
    joined = _lines_without_citations("\n".join(lines))
    parts = entries.foreign.split(joined)
    runs = [join_strings(cut(piece)) for piece in _slices(MARK.join(parts[::2]))]
    run, words = code_strings(b"".join(runs) + join_strings(parts[1::2]))
    places, kinds, number, terms = judged.facts(run)
    # `words` are the segmenter's words, foreign ones as MARK, then the foreign words: put them where the marks are.
    # Then `kept` are the places of the content terms, and a text's length is how many of them lie before its end.
    words, foreign = np.split(words, [len(words) - len(parts) // 2])
    words[words == _index(places, judged.FOREIGN)] = foreign
    coverage = measure_coverage(kinds, words)
    ids = number[words]
    kept = np.flatnonzero(ids >= 0)
    ends = np.flatnonzero(words == _index(places, judged.ENDS))
    lengths = np.diff(np.searchsorted(kept, ends), prepend=0, append=len(kept))
    return Encoded(terms, ids[kept], lengths[: len(texts)], coverage)


def strip_citations(text: str) -> str:
    """Replace each citation by a blank.

    A citation is names and years in parentheses of either width, one or several (``（Yin，2004；焦豪等，2021）``,
    ``(Gioia et al., 2013, p. 20)``); names before a year in parentheses (``Gioia等（2013）``; Chinese names only at the
    head of a clause and with 等 or 和, so that no other word is lost); a number in square brackets (``[3,4]``).

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    str
        The text without them.

    Examples
    --------
    >>> strip_citations("孙新波等（2021）基于动态能力（Paiola et al，2021；焦豪等，2021）的研究[3,4]")
    ' 基于动态能力 的研究 '
    """
    return CITATION.sub(" ", text) if CITES.search(text) else text


def _lines_without_citations(text: str) -> str:
    """Strip each line of a text of its citations; lines that cannot hold one are not looked at one by one."""
    pieces, done = [], 0
    while found := CITES.search(text, done):
        begin = max(done, text.rfind("\n", done, found.start()) + 1)
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        pieces += [text[done:begin], strip_citations(text[begin:end])]
        done = end
    return "".join([*pieces, text[done:]])


_SLICE = 8_000  # characters: few enough words at a time to stay in the processor's cache
_MOST = 1_000_000  # words; then a process forgets what it has judged: some 200 MB


def _slices(text: str) -> Iterator[str]:
    """Yield a text in slices of whole lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _SLICE) + 1 or len(text)
        yield text[start:end]
        start = end


class _Judged:
    """What counts of each word: it is judged where it is first seen, for words come again, from text to text.

    One that is full is left for a new one, never emptied, so that no place ends while another thread holds it.
    """

    ENDS, FOREIGN = 0, 1  # places of the words "\n", which ends a text, and MARK, put for a foreign word

    def __init__(self, entries: Lexicon) -> None:
        self.entries, self.lock = entries, Lock()
        self.words, self.terms = StringIndex(), StringIndex()
        self.kinds, self.counted = array("q"), array("q")  # of each word, see `measure_coverage`; its term, or -1
        self._judge(join_strings(["\n", MARK]))

    def __len__(self) -> int:
        return len(self.kinds)

    def _judge(self, run: bytes) -> "np.ndarray":
        """Return the places of words; those that are new are judged."""
        places = self.words.places(run)
        new = self.words.strings[len(self.kinds) :]
        terms = [_kept(word, self.entries) for word in new]
        for word, term in zip(new, terms, strict=True):
            han = len(CHINESE.findall(word))
            self.kinds.append(han << SHIFT | (ord(word) if term is None and han == len(word) == 1 else 0))
        numbers = iter(self.terms.places(join_strings([term for term in terms if term is not None])).tolist())
        self.counted.extend(-1 if term is None else next(numbers) for term in terms)
        return places

    def facts(self, run: bytes) -> tuple["np.ndarray", "np.ndarray", "np.ndarray", bytes]:
        """Return of distinct words the places, the kinds, the numbers of their terms (-1 for none); and the terms."""
        import numpy as np

        with self.lock:
            places = self._judge(run)
            kinds, counted = np.array(self.kinds)[places], np.array(self.counted)[places]
            # `first` is of each term the first word that counts as it: written from the end, the first write stays.
            # Such words bring the terms in, so that a term's number is how many of them come before its own
            first = np.empty(int(counted.max(initial=-1)) + 2, np.intp)  # the last place is that of -1
            first[counted[::-1]] = np.arange(len(places) - 1, -1, -1)
            brings = (first[counted] == np.arange(len(places))) & (counted >= 0)
            number = np.where(counted >= 0, (np.cumsum(brings) - 1)[first[counted]], -1).astype(np.int32)
            return places, kinds, number, self.terms.taken(counted[brings])


_judged = lru_cache(lexicon.KEPT)(_Judged)


def _index(places: "np.ndarray", place: int) -> int:
    """Return the number of a place among distinct ones; -1 if it is not among them."""
    return next(iter((places == place).nonzero()[0].tolist()), -1)


def _kept(word: str, entries: Lexicon) -> str | None:
    """Return the term that a word counts as, or None."""
    if PLAIN.fullmatch(word) and word not in entries.stopwords and word not in entries.synonyms:
        return word  # nine in ten: what follows would say the same
    if word.lower() in entries.stopwords:
        return None
    term = entries.synonyms.get(word, word)
    if len(term) < 2:
        return None
    listed = term in entries.terms  # whatever it is: *晚晴, 996
    return term if listed or term[0].isalnum() and not NUMBER.fullmatch(term) else None
