"""Dictionaries: lists of words that are counted together as one theme."""

from collections.abc import Iterable, Mapping

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.statistics.terms import typed_features

TABLE = "theme group count terms per_thousand sentences top top_share".split()
SWAPS = "change word group count per_thousand leader".split()


def apply_dictionary(features: pd.DataFrame, dictionary: Mapping[str, Iterable[str]]) -> pd.DataFrame:
    """Count the words of each theme of a dictionary as one term.

    Parameters
    ----------
    features : pandas.DataFrame
        As `zhagen.statistics.terms.term_features` returns them.
    dictionary : mapping of str to iterable of str
        Theme -> its words. A word has one theme.

    Returns
    -------
    pandas.DataFrame
        Features in which the theme is the term, with its counts, and all other terms are unchanged: `term_frequency`,
        `term_matrix`, `keyness_table` and `dispersion_table` take them.

    Raises
    ------
    ZhagenError
        If a theme has no word, a word has two themes, or a theme has the name of a term that is not one of its words.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "快速", 2), ("a", "a-1", 1, 1, "敏捷", 1), ("a", "a-1", 1, 1, "平台", 1)]
    >>> features = pd.DataFrame(rows, columns="doc_id section_id paragraph sentence term count".split())
    >>> apply_dictionary(features, {"快": ["快速", "敏捷", "迅捷"]})[["term", "count"]].values.tolist()
    [['平台', 1], ['快', 3]]
    """
    themes: dict[str, str] = {}
    for theme, words in dictionary.items():
        listed = _listed(words)
        if not listed:
            raise ZhagenError(f"the theme {theme} has no word", todo="give one or more")
        for word in listed:
            if word in themes:
                raise ZhagenError(f"{word} is a word of {themes[word]} and of {theme}", todo="leave it in one of them")
            themes[word] = theme
    taken = set(features.term) - set(themes)
    clash = next((theme for theme in dictionary if theme in taken), None)
    if clash is not None:
        raise ZhagenError(f"{clash} is a theme and a word of the texts", todo=f"call it 〈{clash}〉, or list the word")
    named = features.assign(term=features.term.map(themes).fillna(features.term))
    keys = [column for column in named if column != "count"]
    return typed_features(named.groupby(keys)["count"].sum().reset_index())


def dictionary_table(
    features: pd.DataFrame, dictionary: Mapping[str, Iterable[str]], *, by: str = "doc_id"
) -> pd.DataFrame:
    """Count the words of each theme in each group of texts, and say which word makes the count.

    Parameters
    ----------
    features : pandas.DataFrame
        As `zhagen.statistics.terms.term_features` returns them, of one text or of several.
    dictionary : mapping of str to iterable of str
        Theme -> its words.
    by : str, default "doc_id"
        The column whose values are the groups.

    Returns
    -------
    pandas.DataFrame
        One row for each theme and group: ``theme``, ``group``, ``count`` (int), ``terms`` (int, all counted terms of
        the group), ``per_thousand`` (float, count per thousand of them), ``sentences`` (int, in which a word occurs),
        ``top`` (str, the most frequent word; of several the first of the dictionary; ``""`` if none occurs),
        ``top_share`` (float, its share of the count, 0 if none occurs).

    Raises
    ------
    ZhagenError
        If there is no such column, or in the cases of `apply_dictionary`.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "快速", 3), ("a", "a-1", 1, 2, "敏捷", 1), ("b", "b-1", 1, 1, "平台", 4)]
    >>> features = pd.DataFrame(rows, columns="doc_id section_id paragraph sentence term count".split())
    >>> dictionary_table(features, {"快": ["快速", "敏捷"]}).values.tolist()
    [['快', 'a', 4, 4, 1000.0, 2, '快速', 0.75], ['快', 'b', 0, 4, 0.0, 0, '', 0.0]]
    """
    if by not in features:
        raise ZhagenError(f"there is no column {by!r}", todo=f"use one of {', '.join(map(str, features))}")
    apply_dictionary(features, dictionary)  # raises if the dictionary is wrong
    rows = []
    for theme, words in dictionary.items():
        listed = _listed(words)
        for group, part in features.groupby(by, sort=False):
            found, terms = part[part.term.isin(listed)], int(part["count"].sum())
            counts = found.groupby("term")["count"].sum().reindex(listed, fill_value=0)
            count = int(counts.sum())
            sentences = len(found.drop_duplicates(["doc_id", "section_id", "paragraph", "sentence"]))
            top, share = (counts.idxmax(), counts.max() / count) if count else ("", 0.0)
            rows.append((theme, group, count, terms, 1000 * count / terms, sentences, top, share))
    return pd.DataFrame(rows, columns=TABLE)


def dictionary_swaps(
    features: pd.DataFrame, words: Iterable[str], *, extra: Iterable[str] = (), by: str = "doc_id"
) -> pd.DataFrame:
    """Count a dictionary unchanged, without each of its words, and with each of some others: who leads?

    Parameters
    ----------
    features : pandas.DataFrame
        As `zhagen.statistics.terms.term_features` returns them, of several texts.
    words : iterable of str
        The dictionary. Where it has one word, there is no row without it.
    extra : iterable of str, optional
        Words that could as well be in it; those that are in it are passed over.
    by : str, default "doc_id"
        The column whose values are the groups.

    Returns
    -------
    pandas.DataFrame
        One row for each change and group: ``change`` (``none``, ``without``, ``with``), ``word`` (``""`` for none),
        ``group``, ``count``, ``per_thousand`` as in `dictionary_table`, ``leader`` (the group with the highest
        ``per_thousand`` after this change; groups joined by 、 where they are equal, ``""`` if no word occurs).

    Raises
    ------
    ZhagenError
        If there is no word, or no such column.

    Examples
    --------
    >>> rows = [("a", "a-1", 1, 1, "快速", 3), ("b", "b-1", 1, 1, "敏捷", 2), ("b", "b-1", 1, 1, "快速", 1)]
    >>> features = pd.DataFrame(rows, columns="doc_id section_id paragraph sentence term count".split())
    >>> found = dictionary_swaps(features, ["快速", "敏捷"])
    >>> found.drop_duplicates(["change", "word"])[["change", "word", "leader"]].values.tolist()
    [['none', '', 'a、b'], ['without', '快速', 'b'], ['without', '敏捷', 'a']]
    """
    listed = _listed(words)
    more = [word for word in _listed(extra) if word not in listed]
    fewer = [("without", word, [one for one in listed if one != word]) for word in listed if len(listed) > 1]
    changes = [("none", "", listed), *fewer]
    changes += [("with", word, [*listed, word]) for word in more]
    tables = []
    for change, word, chosen in changes:
        counted = dictionary_table(features, {"〈dictionary〉": chosen}, by=by)
        most = counted.per_thousand.max()
        leader = "、".join(counted.group[counted.per_thousand == most].astype(str)) if most > 0 else ""
        tables.append(counted.assign(change=change, word=word, leader=leader)[SWAPS])
    return pd.concat(tables, ignore_index=True)


def _listed(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([words] if isinstance(words, str) else words))
