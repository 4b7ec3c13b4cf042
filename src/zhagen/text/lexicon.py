"""The lexicon: what a word is, what is not counted, what counts as the same.

Three files say it: ``userdict.txt`` (a jieba user dictionary), ``stopwords.txt`` and ``synonyms.tsv``, in
``data/lexicon`` or in a folder of the reader's own. This module alone knows jieba and rjieba; `Lexicon.cutter` is the
one place where the segmenter is chosen.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.paths import data_folder, file_stamp, shipped_folder
from zhagen.text.characters import HAN, normal_text
from zhagen.text.encodings import read_file

FILES = ("userdict.txt", "stopwords.txt", "synonyms.tsv")
KEPT = 8  # lexicons, each with its segmenters, which take some 100 MB: the oldest goes
SEGMENTERS = ("jieba", "rjieba")
# What the two segmenters take for Chinese. That is theirs to say; what we take for Chinese is in `text.characters.HAN`.
JIEBA_HAN = "\u4e00-\u9fd5"
RJIEBA_MORE = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # rjieba takes these besides
LETTERS = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
MARK = "\ue000"  # in place of a foreign word while a segmenter cuts; private use, so in no dictionary
LONGEST = 100  # characters of a word: jieba holds every beginning of a word in memory
MOST_FREQUENT = 10**9  # rjieba counts in whole numbers of a machine word; the dictionary's own are below 10**6
ENTRY = re.compile(r"(?P<word>.+?)(?: (?P<frequency>-?[0-9.]+))?(?: (?P<tag>[a-z]+))?")
CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ue000]")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A lexicon in the form in which it is used.

    Attributes
    ----------
    terms : frozenset of str
        The terms of ``userdict.txt``; those of frequency 0, which are cut apart, are left out.
    stopwords : frozenset of str
        The words that are not counted.
    synonyms : dict
        Variant -> kept form.
    foreign : re.Pattern
        What no segmenter sees, its one group the whole match: Latin and Greek words, words and terms with a character
        that is not Chinese, ASCII numbers, and characters that the segmenters do not judge alike.
    frequencies : dict
        Term -> frequency of ``userdict.txt``; it replaces jieba's own.
    """

    terms: frozenset[str]
    stopwords: frozenset[str]
    synonyms: dict[str, str]
    foreign: re.Pattern[str]
    frequencies: dict[str, int]

    def cutter(self, segmenter: str | None = "jieba", hmm: bool = False) -> Callable[[str], list[str]]:
        """Return the function that cuts text without foreign words.

        Parameters
        ----------
        segmenter : str, default "jieba"
            ``jieba``, or ``rjieba``, the same in Rust, some ten times as fast. Both hold the same words with the same
            frequencies, and see Chinese characters and punctuation only; so they give the same words. None takes the
            faster one that is installed.
        hmm : bool, default False
            Guess words that are in neither dictionary by jieba's hidden Markov model of characters; otherwise they
            are cut into characters.

        Returns
        -------
        callable
            Text -> list of words.

        Raises
        ------
        ZhagenError
            If the segmenter has another name, or rjieba is not installed.

        Examples
        --------
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


def read_lexicon(folder: Path | str | None = None) -> Lexicon:
    """Read the lexicon of a folder; it is read again only if one of its files has changed.

    Parameters
    ----------
    folder : pathlib.Path or str, optional
        A folder with ``userdict.txt`` (as jieba reads it: a term, and after blanks its frequency, its tag, both or
        none), ``stopwords.txt`` (one or more words a line) and ``synonyms.tsv`` (variant, tab, kept form). Lines that
        begin with ``#`` are notes. Words are read as texts are. Left out it is the lexicon of the data folder, or the
        shipped one if that has none.

    Returns
    -------
    Lexicon
        The lexicon.

    Raises
    ------
    ZhagenError
        If a file is missing or in no known encoding, a line has another form, a word is listed twice or has no letter,
        or a kept form is itself a variant. The message names file and line.

    Examples
    --------
    >>> "数据驱动" in read_lexicon().terms
    True
    """
    folder = Path(folder).resolve() if folder else lexicon_at_hand()
    stamps = tuple(file_stamp(folder / name) for name in FILES)
    lacking = [name for name, stamp in zip(FILES, stamps, strict=True) if stamp is None]
    if lacking:
        raise ZhagenError(f"there is no {folder / lacking[0]}", todo=f"a lexicon is {', '.join(FILES)}")
    return _read(folder, stamps)


def lexicon_at_hand() -> Path:
    """Return the folder of the lexicon to cut words with where any will do: the shipped one if the data have none.

    Returns
    -------
    pathlib.Path
        ``lexicon`` in the data folder if it is there, else the shipped lexicon.

    Examples
    --------
    >>> lexicon_at_hand().name
    'lexicon'
    """
    ours = data_folder() / "lexicon"
    return ours if ours.is_dir() else shipped_folder() / "lexicon"


@lru_cache(KEPT)
def _read(folder: Path, stamps: tuple[object, ...]) -> Lexicon:
    synonyms: dict[str, str] = {}
    lines = {}
    for number, (variant, kept) in _rows(folder / "synonyms.tsv", "\t", 2):
        synonyms[variant], lines[kept] = kept, number
    chained = next((kept for kept in synonyms.values() if kept in synonyms), None)
    if chained:
        where = f"synonyms.tsv, line {lines[chained]}"
        raise ZhagenError(f"the kept form {chained} is a variant of another", where, "name one kept form")
    stopwords = frozenset(word.lower() for _, row in _rows(folder / "stopwords.txt") for word in row)
    frequencies = {}
    for number, (term, given) in _entries(folder / "userdict.txt"):
        if given and (not given.isdecimal() or len(given) > 10 or int(given) > MOST_FREQUENT):
            where = f"userdict.txt, line {number}"
            raise ZhagenError(
                f"the frequency of {term} is {given[:LONGEST]}", where, f"give a whole number up to {MOST_FREQUENT}"
            )
        frequencies[term] = int(given) if given else _suggested(term)
    terms = frozenset(term for term, frequency in frequencies.items() if frequency)
    mixed = set(re.findall(rf"\n([{JIEBA_HAN}]*[^{JIEBA_HAN}\s]\S*) ", _dictionary())) - set(frequencies)
    return Lexicon(terms, stopwords, synonyms, _foreign({*terms, *mixed}), frequencies)


def _entries(path: Path) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield line number, word and frequency ("" if it has none) of each entry of a jieba user dictionary.

    Its forms are those that jieba reads: a word; with a frequency, with a tag, with both. A word may have blanks, which
    count for nothing beside a Chinese character, for no text has them there.
    """
    seen: dict[str, int] = {}
    for number, row in _rows(path):
        where = f"{path.name}, line {number}"
        entry = ENTRY.fullmatch(" ".join(row))
        assert entry  # every line that is not empty fits
        word = normal_text(entry["word"])
        first, _, rest = entry["word"].partition(" ")
        if rest.isascii() and rest and entry["tag"] and not entry["frequency"] and re.match(f"[{HAN}]", first):
            todo = f"give a whole number up to {MOST_FREQUENT}"
            raise ZhagenError(f"the frequency of {first} is {rest[:LONGEST]}", where, todo)
        if re.fullmatch(r"\d+( [a-z]+)?", entry["word"]) and not entry["frequency"]:
            raise ZhagenError("a number without a word", where, "write word, frequency and tag")
        if not word or not (word.isprintable() and any(char.isalnum() for char in word)):
            raise ZhagenError(f"{word or 'an entry'} has no letter", where, "leave it out: signs are not counted")
        if seen.setdefault(word, number) != number:
            raise ZhagenError(f"{word} is listed in line {seen[word]} too", where, "leave out one")
        yield number, (word, entry["frequency"] or "")


def _suggested(word: str) -> int:
    """Return the frequency that jieba gives a word which has none: just enough for it to be cut out as a whole."""
    return int(_plain_jieba().suggest_freq(word))


@cache
def _plain_jieba() -> Any:
    """Return jieba with its own dictionary only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _rows(path: Path, separator: str | None = None, fields: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of each line that is neither empty nor a note.

    Where lines have a number of `fields`, a word may be the first of one line only.
    """
    names = {"\t": "tabs", None: "blanks"}
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path.name}, line {number}"
        row = [normal_text(field) for field in line.strip().split(separator)]
        if fields and (len(row) != fields or not all(row)):
            what = f"{len(row)} field{'s' * (len(row) > 1)} in place of {fields}"
            raise ZhagenError(what, where, f"write {fields} fields with {names[separator]} between them")
        if CONTROL.search(line):
            raise ZhagenError("a control character", where, "delete it, or write the line anew")
        if max(map(len, row)) > LONGEST:
            raise ZhagenError(f"a word of {max(map(len, row))} characters", where, f"a word has at most {LONGEST}")
        if fields and seen.setdefault(row[0], number) != number:
            raise ZhagenError(f"{row[0]} is listed in line {seen[row[0]]} too", where, "leave out one")
        yield number, row


def _lines(path: Path) -> list[str]:
    try:
        return read_file(path).split("\n")
    except OSError as error:
        raise ZhagenError(f"{path} cannot be read: {error.strerror}", todo="check its permissions") from error


def _foreign(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of foreign words; the longest of the words that begin alike is tried first.

    It begins with one set of characters, so that the search leaps over Chinese: the rest looks back at the first one,
    first of what kind it is, then which, so that few words are tried.
    """
    mixed = [word for word in words if re.search(f"[^{JIEBA_HAN}]", word)]
    heads: dict[str, list[str]] = {}
    for word in sorted(mixed, key=lambda word: (word[0], -len(word), word)):
        end = rf"(?![{LETTERS}0-9])" if re.search(f"[{LETTERS}0-9]$", word) else ""
        heads.setdefault(word[0], []).append(re.escape(word[1:]) + end)
    more = rf"[{LETTERS}0-9]*(?:[-'’&.][{LETTERS}0-9]+)*"
    signs = rf"+#&._%{RJIEBA_MORE}{MARK}-"
    kinds: dict[str, list[str]] = {
        JIEBA_HAN: [],
        LETTERS: [more],
        "0-9": [rf"[0-9]*[{LETTERS}]{more}", "[0-9]*"],
        signs: [""],
    }
    for head, rests in reversed(heads.items()):
        kind = next((kind for kind in kinds if re.match(f"[{kind}]", head)), re.escape(head))
        kinds.setdefault(kind, []).insert(0, rf"(?<={re.escape(head)})(?:{'|'.join(rests)})")
    first = "".join(re.escape(head) for head in heads)
    tried = "|".join(rf"(?<=[{kind}])(?:{'|'.join(rests)})" for kind, rests in kinds.items() if rests)
    return re.compile(rf"([{first}{LETTERS}0-9{signs}](?:{tried}))")


def jieba_dictionary(length: int | None = None) -> Iterator[tuple[str, int, str]]:
    """Return the words of jieba's own dictionary.

    Parameters
    ----------
    length : int, optional
        Only words of so many characters: quicker than choosing among all.

    Returns
    -------
    iterator of (str, int, str)
        Word, frequency and tag of each.

    Examples
    --------
    >>> next(entry for entry in jieba_dictionary() if entry[0] == "平台")[2]
    'n'
    >>> {len(word) for word, _, _ in jieba_dictionary(1)}
    {1}
    """
    text = _dictionary()
    if length is not None:
        text = "".join(re.findall(rf"\n\S{{{length}}} \S+ \S+", text))  # twice as fast as (?m)^
    fields = text.split()
    return zip(fields[::3], map(int, fields[1::3]), fields[2::3], strict=True)


@cache
def _dictionary() -> str:
    """Return jieba's own dictionary: after each line end a word, its frequency and its tag."""
    spec = find_spec("jieba")
    assert spec and spec.origin  # zhagen depends on it
    return "\n" + Path(spec.origin).with_name("dict.txt").read_text(encoding="utf-8")


@lru_cache(KEPT)
def _jieba(lexicon: Lexicon) -> Any:
    """Return a jieba tokenizer of our own: no cache file, no message, and the reader's own jieba is not changed."""
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
def _rjieba(lexicon: Lexicon, hmm: bool) -> Any:
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
