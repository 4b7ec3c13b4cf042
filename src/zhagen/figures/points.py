"""Sentences about a text, shown as paragraphs, each sentence with the lines that it rests on."""

import html
from dataclasses import dataclass

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures.labels import one_line
from zhagen.figures.table import escape_markdown, line_ranges

ENDS = "。！？；：，、"


@dataclass(frozen=True, repr=False)
class ShownPoints:
    """Paragraphs to be read: a MyST paragraph in the book, HTML in JupyterLab.

    Parameters
    ----------
    paragraphs : tuple of tuple
        One tuple a paragraph, of its sentences as (sentence, place).
    """

    paragraphs: tuple[tuple[tuple[str, str], ...], ...]

    def __repr__(self) -> str:
        """Say what is shown, in one line."""
        return f"<{sum(map(len, self.paragraphs))} sentences in {len(self.paragraphs)} paragraphs>"

    def _repr_markdown_(self) -> str:
        texts = ("".join(_markdown(*sentence) for sentence in paragraph) for paragraph in self.paragraphs)
        return "\n\n".join(texts)

    def _repr_html_(self) -> str:
        texts = ("".join(_html(*sentence) for sentence in paragraph) for paragraph in self.paragraphs)
        return "".join(f"<p>{text}</p>" for text in texts)


def show_points(points: pd.DataFrame, *parts: str) -> ShownPoints:
    """Show the points of a study's summary as running text, a paragraph for each part.

    Parameters
    ----------
    points : pandas.DataFrame
        Points as `zhagen.extraction.study_summary` returns them: ``part``, ``said``, ``line_start``, ``line_end``.
    *parts : str
        Keys of `zhagen.vocabulary.PARTS`, in the order to show them; all points in one paragraph if left out.

    Returns
    -------
    ShownPoints
        The text, which a notebook shows by itself; after each sentence its raw lines, such as ``〔47-51〕``.

    Raises
    ------
    ZhagenError
        If there is no point of a part.

    Examples
    --------
    >>> points = pd.DataFrame({"part": ["gap"], "said": ["前人没有问过。"], "line_start": [4], "line_end": [6]})
    >>> text = show_points(points, "gap")
    >>> text
    <1 sentences in 1 paragraphs>
    >>> print(text._repr_markdown_())
    前人没有问过[〔4-6〕]{.place}。
    """
    if missing := [part for part in parts if part not in set(points.part)]:
        there = ", ".join(dict.fromkeys(points.part))
        raise ZhagenError(f"there is no point of the part {missing[0]}; there are {there}", todo="give one of these")
    chosen = [points[points.part == part] for part in parts] or [points]
    return ShownPoints(tuple(tuple(zip(some.said, line_ranges(some), strict=True)) for some in chosen))


def _split(sentence: str) -> tuple[str, str]:
    """Split the mark off the end of a sentence: the place is written before it."""
    sentence = one_line(sentence)
    return (sentence[:-1], sentence[-1]) if sentence.endswith(tuple(ENDS)) else (sentence, "")


def _markdown(sentence: str, place: str) -> str:
    words, end = _split(sentence)
    return escape_markdown(words) + (f"[〔{place}〕]{{.place}}" if place else "") + end


def _html(sentence: str, place: str) -> str:
    words, end = _split(sentence)
    return html.escape(words) + (f'<small class="place">〔{place}〕</small>' if place else "") + end
