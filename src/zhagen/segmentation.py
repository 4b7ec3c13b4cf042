"""Words: jieba with the project's lexicon, and the content terms that are counted.

The only module that knows jieba. It loads a tokenizer of its own, so a reader's own jieba stays as it is, writes no
cache file and prints nothing. Three files of ``data/lexicon`` say what a word is (``userdict.txt``), what is not
counted (``stopwords.txt``) and what counts as the same (``synonyms.tsv``).
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from zhagen.catalog import data_folder
from zhagen.errors import ZhagenError
from zhagen.text import HAN

YEAR = r"(?:19|20)\d{2}[a-z]?"
LATIN_NAME = r"[A-ZÀ-Þ][a-zß-ÿ]+(?:['’-][A-ZÀ-Þ]?[a-zß-ÿ]+)*"
NAMED = rf"[^（）()；;，,]{{1,60}}(?:[，,]\s?{YEAR})+"
CITATION = re.compile(
    rf"（\s*{NAMED}(?:\s*[；;]\s*{NAMED})*\s*）"  # （焦豪等，2021；Yin，2004）
    rf"|(?<![A-Za-z]){LATIN_NAME}(?:\s?(?:和|与|及|、|and|&)\s?{LATIN_NAME})*\s?(?:等人?|et al\.?)?\s?（{YEAR}）"
    rf"|(?:(?<=[，。；：、！？“”])|^)[{HAN}]{{2,3}}(?:[和与、][{HAN}]{{2,3}})*(?:等人?（{YEAR}）|（{YEAR}）(?=等))"
    rf"|(?:(?<=[，。；：、！？“”])|^)[{HAN}]{{2,3}}[和与][{HAN}]{{2,3}}（{YEAR}）"
    r"|(?:<sup>)?\[\d+(?:[,，、-]\d+)*\](?:</sup>)?"  # [3,4]
)
LETTERS = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
LATIN = rf"[0-9]*[{LETTERS}][{LETTERS}0-9]*(?:[-'’&.][{LETTERS}0-9]+)*"
NUMERALS = "0-9０-９〇零一二三四五六七八九十百千万亿两"
NUMBER = re.compile(rf"第?[{NUMERALS}.,%％~～-]+[个种类项次家条位名倍大年月日]?")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A lexicon as it is used.

    Attributes
    ----------
    tokenizer : a ``jieba.Tokenizer`` with the terms added.
    foreign : the pattern of what is cut before jieba sees the text: Latin and Greek words, terms with such letters.
    terms : frozenset of the terms of ``userdict.txt`` (those with frequency 0, which are cut, left out).
    stopwords : frozenset of the words that are not counted.
    synonyms : dict, variant -> kept form.
    """

    tokenizer: object
    foreign: re.Pattern
    terms: frozenset
    stopwords: frozenset
    synonyms: dict


def segment(text, lexicon=None):
    """Cut clean text into words; nothing is dropped but blanks.

    Words with Latin or Greek letters (``α鱼``, ``C端``, ``data-driven``) are cut by a pattern, because jieba breaks
    them; the rest by jieba's most probable path over its dictionary and the lexicon, without its guessing of unknown
    words: what is in neither falls apart into characters.

    Parameters
    ----------
    text : str, clean text.
    lexicon : a folder with ``userdict.txt``, ``stopwords.txt`` and ``synonyms.tsv``; None takes ``data/lexicon``.

    Returns a list of str; joined it is the text without its blanks. Raises `ZhagenError` where the lexicon is broken.

    >>> segment("食联网以α鱼平台提升动态能力")
    ['食联网', '以', 'α鱼', '平台', '提升', '动态能力']
    """
    entries = read_lexicon(lexicon)
    words, start = [], 0
    for match in entries.foreign.finditer(text):
        words += entries.tokenizer.cut(text[start : match.start()], HMM=False)
        words.append(match[0])
        start = match.end()
    words += entries.tokenizer.cut(text[start:], HMM=False)
    return [word for word in words if not word.isspace()]


def content_terms(text, lexicon=None):
    """Return the terms of clean text that are counted, in the order of the text.

    Citations go first (`strip_citations`). Of the words, these are dropped: stop words, punctuation, numbers (with
    their classifier: 三个), single Chinese characters and single letters. A variant becomes its kept form. A Latin
    word keeps its printed case, for here it is a name or an abbreviation; two spellings of one (``IOT``, ``IoT``)
    are variants.

    Parameters and errors as in `segment`. Returns a list of str.

    >>> content_terms("本文认为，α鱼平台促进数据驱动（焦豪等，2021）。")
    ['阿尔法鱼', '平台', '促进', '数据驱动']
    """
    entries = read_lexicon(lexicon)
    words = segment(strip_citations(text), lexicon)
    folded = (entries.synonyms.get(word, word) for word in words if word.lower() not in entries.stopwords)
    return [term for term in folded if _counts(term)]


def strip_citations(text):
    """Replace each citation by a blank.

    A citation is names and years in full-width parentheses, one or several (``（Yin，2004；焦豪等，2021）``); names
    before a year in parentheses (``Gioia等（2013）``; Chinese names only at the head of a clause and with 等 or 和, so
    that no other word is lost); a number in square brackets (``[3,4]``).

    >>> strip_citations("孙新波等（2021）基于动态能力（Paiola et al，2021；焦豪等，2021）的研究[3,4]")
    ' 基于动态能力 的研究 '
    """
    return CITATION.sub(" ", text)


def read_lexicon(folder=None):
    """Return the `Lexicon` of a folder; it is read once.

    Parameters
    ----------
    folder : a folder with the three files; None takes ``data/lexicon``.

    Raises `ZhagenError` where a file is missing, a line is not what it should be, or a kept form is itself a variant.

    >>> "数据驱动" in read_lexicon().terms
    True
    """
    return _load(Path(folder) if folder else data_folder() / "lexicon")


@cache
def _load(folder):
    synonyms = dict(_rows(folder / "synonyms.tsv", "\t", 2))
    chained = sorted(set(synonyms.values()) & set(synonyms))
    if chained:
        raise ZhagenError(f"the kept form {chained[0]} is a variant of another", "synonyms.tsv", "name one kept form")
    stopwords = frozenset(word for row in _rows(folder / "stopwords.txt") for word in row)
    entries = list(_rows(folder / "userdict.txt", " ", 3))
    wrong = [(term, frequency) for term, frequency, _ in entries if not frequency.isdecimal()]
    if wrong:
        raise ZhagenError("the frequency of {} is {}".format(*wrong[0]), "userdict.txt", "give a whole number")
    tokenizer = _tokenizer()
    for term, frequency, tag in entries:
        if int(frequency):
            tokenizer.add_word(term, int(frequency), tag)
        else:
            tokenizer.FREQ[term] = 0  # not add_word: with 0 it also changes a list that all tokenizers share
    terms = [term for term, frequency, _ in entries if int(frequency)]
    return Lexicon(tokenizer, _foreign(terms), frozenset(terms), stopwords, synonyms)


def _rows(path, separator=None, fields=None):
    """Yield the fields of each line that is neither empty nor a note."""
    if not path.is_file():
        raise ZhagenError(f"there is no {path}", todo="a lexicon is userdict.txt, stopwords.txt and synonyms.tsv")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = line.strip().split(separator)
        if fields and len(row) != fields:
            raise ZhagenError(f"{len(row)} fields in place of {fields}", f"{path.name}, line {number}", "mend the line")
        yield row


def _tokenizer():
    """Return a fresh jieba tokenizer with jieba's own dictionary, built without the cache file and its messages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes (3.12 on), pkg_resources
        import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _foreign(terms):
    """Return the pattern of terms with a letter that is not Chinese, longest first, and of Latin and Greek words."""
    mixed = [term for term in terms if re.search(f"[^{HAN}]", term)]
    mixed = [re.escape(term) for term in sorted(mixed, key=lambda term: (-len(term), term))]
    ends = rf"(?![{LETTERS}0-9])"
    return re.compile("|".join(rf"(?<![{LETTERS}0-9]){term}{ends}" for term in mixed) + "|" * bool(mixed) + LATIN)


def _counts(term):
    return len(term) > 1 and term[0].isalnum() and not NUMBER.fullmatch(term)
