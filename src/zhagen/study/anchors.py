"""Codings that keep their words: each has the SHA-256 of what it marks, so a changed source is noticed."""

import hashlib

import pandas as pd

ANCHORS = ("exact", "moved", "lost", "unchecked")


def anchor_codings(codings: pd.DataFrame, texts: dict[str, str]) -> pd.DataFrame:
    """Find the words of each coding in its source.

    A coding whose words are at its offsets is ``exact``. Otherwise every stretch of its length is compared with its
    SHA-256: if one place alone has its words, the coding is ``moved`` there; if none or several have them, it is
    ``lost`` and keeps its offsets. A coding without SHA-256 is ``unchecked``, or ``lost`` where it leaves the text.

    Parameters
    ----------
    codings : pandas.DataFrame
        ``source_id``, ``start``, ``end``, ``quote_sha256``; further columns are kept.
    texts : dict of str to str
        Source -> its text.

    Returns
    -------
    pandas.DataFrame
        The rows in their order with ``anchor`` (str) and ``places`` (int64, stretches of the source with these words; 0
        where it is unchecked). No row is dropped.

    Examples
    --------
    >>> from zhagen.study.folder import sha256_of
    >>> row = {"source_id": "I01", "start": 0, "end": 2, "quote_sha256": sha256_of("面交")}
    >>> anchor_codings(pd.DataFrame([row]), {"I01": "只许面交"})[["start", "end", "anchor"]].values.tolist()
    [[2, 4, 'moved']]
    """
    rows = []
    places: dict[tuple[str, int], dict[bytes, list[int]]] = {}
    columns = (codings[name].tolist() for name in ("source_id", "start", "end", "quote_sha256"))
    for source, start, end, digest in zip(*columns, strict=True):
        text = texts.get(source, "")
        fits = 0 <= start < end <= len(text)
        if not digest:
            rows.append((start, end, "unchecked" if fits else "lost", 0))
            continue
        if fits and _digest(text[start:end]).hex() == digest.lower():
            rows.append((start, end, "exact", 1))
            continue
        size = end - start
        key = (source, size)
        if key not in places and 0 < size <= len(text):
            # every stretch of this length, by the digest of its words: made once for all codings of one length
            places[key] = {}
            for first in range(len(text) - size + 1):
                places[key].setdefault(_digest(text[first : first + size]), []).append(first)
        try:
            found = places.get(key, {}).get(bytes.fromhex(digest), [])
        except ValueError:  # no hexadecimal digits
            found = []
        if len(found) == 1:
            rows.append((found[0], found[0] + size, "moved", 1))
        else:
            rows.append((start, end, "lost", len(found)))
    kinds = {"start": "int64", "end": "int64", "anchor": "str", "places": "int64"}
    frame = pd.DataFrame(rows, columns=list(kinds), index=codings.index).astype(kinds)
    return codings.assign(**{name: frame[name] for name in kinds})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
