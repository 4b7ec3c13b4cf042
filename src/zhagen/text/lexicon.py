"""The lexicon: what a word is, what is not counted, what counts as the same.

Three files say it: ``userdict.txt`` (a jieba user dictionary), ``stopwords.txt`` and ``synonyms.tsv``, in
``data/lexicon`` or in a folder of the reader's own. This module alone knows jieba and rjieba; `Lexicon.cutter` is the
one place where the segmenter is chosen.
"""

import re
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.paths import data_folder

FILES = ("userdict.txt", "stopwords.txt", "synonyms.tsv")
KEPT = 8  # lexicons, each with its segmenters, which take some 100 MB: the oldest goes
SEGMENTERS = ("jieba", "rjieba")
HAN = "\u4e00-\u9fd5"  # what jieba takes for Chinese
RARE = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # what rjieba takes for Chinese besides
LETTERS = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
MARK = "\ue000"  # stands for a foreign word while a segmenter cuts; private use, so in no dictionary


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A lexicon as it is used.

    Attributes
    ----------
    terms : frozenset of the terms of ``userdict.txt`` (those with frequency 0, which are cut, left out).
    stopwords : frozenset of the words that are not counted.
    synonyms : dict, variant -> kept form.
    foreign : pattern of what no segmenter sees, its one group the whole match: Latin and Greek words, words and terms
        with a character that is not Chinese, ASCII numbers, and characters that the segmenters do not judge alike.
    frequencies : dict, term -> frequency of ``userdict.txt``, over jieba's own.
    """

    terms: frozenset
    stopwords: frozenset
    synonyms: dict
    foreign: re.Pattern
    frequencies: dict

    def cutter(self, segmenter="jieba", hmm=False):
        """Return the function that cuts text without foreign words: str -> list of str.

        Parameters
        ----------
        segmenter : ``jieba``, or ``rjieba``, the same in Rust, some ten times as fast. Both hold the same words with
            the same frequencies, and see Chinese characters and punctuation only; so they give the same words. None
            takes the faster one that is installed.
        hmm : guess words that are in neither dictionary by jieba's hidden Markov model of characters; otherwise they
            fall apart into characters.

        Raises `ZhagenError` for another segmenter, and where rjieba is not installed.

        >>> read_lexicon().cutter()("数据驱动平台")
        ['数据驱动', '平台']
        """
        segmenter = segmenter or fastest_segmenter()
        if segmenter not in SEGMENTERS:
            raise ZhagenError(f"there is no segmenter {segmenter!r}", todo=f"use one of {', '.join(SEGMENTERS)}")
        if segmenter == "jieba":
            tokenizer = _jieba(self)
            return lambda text: list(tokenizer.cut(text, HMM=hmm))
        tokenizer = _rjieba(self, bool(hmm))
        return lambda text: tokenizer.cut(text, hmm)


def fastest_segmenter() -> str:
    """Return the name of the fastest segmenter that is installed; both give the same words.

    Returns
    -------
    str
        ``rjieba`` where the extra ``corpus`` is installed, else ``jieba``.

    Examples
    --------
    >>> fastest_segmenter() in SEGMENTERS
    True
    """
    return "rjieba" if find_spec("rjieba") else "jieba"


def read_lexicon(folder=None):
    """Return the `Lexicon` of a folder; it is read again only where one of its files has changed.

    Parameters
    ----------
    folder : a folder with the three files; None takes ``data/lexicon``.

    Raises `ZhagenError` where a file is missing or not in UTF-8, a line is not what it should be, a word is said twice,
    or a kept form is itself a variant.

    >>> "数据驱动" in read_lexicon().terms
    True
    """
    folder = Path(folder).resolve() if folder else data_folder() / "lexicon"
    return _read(folder, tuple(_stamp(folder / name) for name in FILES))


def _stamp(path):
    if not path.is_file():
        raise ZhagenError(f"there is no {path}", todo=f"a lexicon is {', '.join(FILES)}")
    about = path.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(KEPT)
def _read(folder, stamps):
    synonyms = dict(_rows(folder / "synonyms.tsv", "\t", 2))
    chained = sorted(set(synonyms.values()) & set(synonyms))
    if chained:
        raise ZhagenError(f"the kept form {chained[0]} is a variant of another", "synonyms.tsv", "name one kept form")
    stopwords = frozenset(word for row in _rows(folder / "stopwords.txt") for word in row)
    entries = list(_rows(folder / "userdict.txt", " ", 3))
    wrong = [(term, frequency) for term, frequency, _ in entries if not frequency.isdecimal()]
    if wrong:
        raise ZhagenError("the frequency of {} is {}".format(*wrong[0]), "userdict.txt", "give a whole number")
    frequencies = {term: int(frequency) for term, frequency, _ in entries}
    terms = frozenset(term for term, frequency in frequencies.items() if frequency)
    mixed = set(re.findall(rf"(?m)^([{HAN}]*[^{HAN}\s]\S*) ", _dictionary())) - set(frequencies)
    return Lexicon(terms, stopwords, synonyms, _foreign({*terms, *mixed}), frequencies)


def _rows(path, separator=None, fields=None):
    """Yield the fields of each line that is neither empty nor a note; a word comes once where lines have fields."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ZhagenError(f"{path} is not in UTF-8", todo="save it in UTF-8") from error
    seen = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = line.strip().split(separator)
        if fields and len(row) != fields:
            raise ZhagenError(f"{len(row)} fields in place of {fields}", f"{path.name}, line {number}", "mend the line")
        if fields and seen.setdefault(row[0], number) != number:
            raise ZhagenError(
                f"{row[0]} stands in line {seen[row[0]]} too", f"{path.name}, line {number}", "leave out one"
            )
        yield row


def _foreign(words):
    """Return the pattern of foreign words; the longest of the words that begin alike is tried first.

    It begins with one set of characters, so that the search leaps over Chinese: the rest looks back at the first one,
    first of what kind it is, then which, so that few words are tried.
    """
    mixed = [word for word in words if re.search(f"[^{HAN}]", word)]
    heads = {}
    for word in sorted(mixed, key=lambda word: (word[0], -len(word), word)):
        end = rf"(?![{LETTERS}0-9])" if re.search(f"[{LETTERS}0-9]$", word) else ""
        heads.setdefault(word[0], []).append(re.escape(word[1:]) + end)
    more = rf"[{LETTERS}0-9]*(?:[-'’&.][{LETTERS}0-9]+)*"
    signs = rf"+#&._%{RARE}{MARK}-"
    kinds = {HAN: [], LETTERS: [more], "0-9": [rf"[0-9]*[{LETTERS}]{more}", "[0-9]*"], signs: [""]}
    for head, rests in reversed(heads.items()):
        kind = next((kind for kind in kinds if re.match(f"[{kind}]", head)), re.escape(head))
        kinds.setdefault(kind, []).insert(0, rf"(?<={re.escape(head)})(?:{'|'.join(rests)})")
    first = "".join(re.escape(head) for head in heads)
    tried = "|".join(rf"(?<=[{kind}])(?:{'|'.join(rests)})" for kind, rests in kinds.items() if rests)
    return re.compile(rf"([{first}{LETTERS}0-9{signs}](?:{tried}))")


def jieba_dictionary():
    """Return an iterator of the words of jieba's own dictionary: (word, frequency, tag).

    >>> next(entry for entry in jieba_dictionary() if entry[0] == "平台")[2]
    'n'
    """
    fields = _dictionary().split()
    return zip(fields[::3], map(int, fields[1::3]), fields[2::3], strict=True)


@cache
def _dictionary():
    """Return jieba's own dictionary, a word, its frequency and its tag in a line."""
    return Path(find_spec("jieba").origin).with_name("dict.txt").read_text(encoding="utf-8")


@lru_cache(KEPT)
def _jieba(lexicon):
    """Return a jieba tokenizer of our own: no cache file, no message, and the reader's own jieba stays as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes (3.12 on), pkg_resources
        import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, _ = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for term, frequency in lexicon.frequencies.items():
        if frequency:
            tokenizer.add_word(term, frequency)
        else:
            tokenizer.FREQ[term] = 0  # not add_word: with 0 it also changes a list that all tokenizers share
    tokenizer.total = sum(tokenizer.FREQ.values())  # jieba adds a term without taking off what it had before
    return tokenizer


@lru_cache(KEPT)
def _rjieba(lexicon, hmm):
    """Return rjieba with the words and frequencies of `_jieba`.

    It cannot forget a word, so where a word of frequency 0 would matter (guessing asks whether there is such a word),
    its dictionary, which is jieba's, is filled anew: that takes half a second more.
    """
    rjieba = import_extra("rjieba", "corpus")
    ours = lexicon.frequencies
    gone = [word for word, frequency in ours.items() if not frequency]
    if hmm and gone or any(len(word) == 1 for word in gone):
        tokenizer = rjieba.Jieba.empty()
        for word, frequency, tag in jieba_dictionary():
            if word not in ours:
                tokenizer.add_word(word, frequency, tag)
    else:
        tokenizer = rjieba.Jieba()
        for word in gone:
            tokenizer.add_word(word, 0, "n")
    for word, frequency in ours.items():
        if frequency:
            tokenizer.add_word(word, frequency, "n")
    return tokenizer
