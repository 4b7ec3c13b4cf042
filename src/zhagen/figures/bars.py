"""Frequencies as bars."""

from typing import TYPE_CHECKING

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.picture import Picture, from_matplotlib, picture_key, require_columns
from zhagen.language import say, say_list, say_number
from zhagen.statistics.association import head_with_ties

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_frequencies(frequency: pd.DataFrame, *, top: int = 20, ax: "Axes | None" = None, key: str = "") -> Picture:
    """Draw the most frequent terms as horizontal bars, the count at the end of each.

    Parameters
    ----------
    frequency : pandas.DataFrame
        Columns ``term`` and ``count``, one row a term; rows of equal count keep their order.
    top : int, default 20
        How many terms; those as frequent as the last are drawn, too, up to twice as many. If there are more of them,
        the picture says how many are left out.
    ax : matplotlib.axes.Axes, optional
        An axis to draw on; None makes a figure that pyplot does not know, so nothing is shown twice.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture, of the axis's whole figure if `ax` is given.

    Raises
    ------
    ZhagenError
        If a column is missing, a term is empty, in two rows or without a count, there is nothing to draw, or the font
        lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> draw_frequencies(pd.DataFrame({"term": ["数据", "平台"], "count": [3, 5]}), top=1).alt
    '条形图：2 个词中出现最多的 1 个，按次数从多到少排列。平台 5 次。'
    """
    shown = most_frequent(frequency, top)
    total = len(frequency)
    if len(shown) == total:
        alt = say_number("条形图：{n} 个词按出现次数从多到少排列。", total)
    else:
        alt = say("条形图：{total} 个词中出现最多的 {n} 个，按次数从多到少排列。", total=total, n=len(shown))
    alt += frequency_text(shown) + left_out_text(shown) + say("。")
    with theme.style():
        ax = _axis(len(shown)) if ax is None else ax
        _draw(shown, ax)
    key = key or picture_key("bars", shown.to_numpy().tolist())
    table = shown[["term", "count"]].set_axis([say("词"), say("出现次数")], axis=1)
    return from_matplotlib(ax.figure, alt, key, [(say("词"), table)])  # type: ignore[arg-type]


def most_frequent(frequency: pd.DataFrame, top: int) -> pd.DataFrame:
    """Return the rows of the most frequent terms.

    Parameters
    ----------
    frequency : pandas.DataFrame
        Columns ``term`` and ``count``, one row a term.
    top : int
        How many terms.

    Returns
    -------
    pandas.DataFrame
        ``term`` (str, on one line) and ``count``, the highest count first; with the terms as frequent as the last, if
        there are then at most twice `top`. ``attrs["left_out"]`` says how many of these are left out.

    Raises
    ------
    ZhagenError
        As `draw_frequencies`.
    """
    require_columns(frequency, ["term", "count"])
    frequency = frequency[["term", "count"]].assign(
        term=["" if pd.isna(term) else one_line(term) for term in frequency["term"]]
    )
    theme.check_glyphs("".join(frequency["term"]))
    if not all(frequency["term"]):
        raise ZhagenError("a row has no term", todo="leave it out")
    twice = frequency["term"][frequency["term"].duplicated()]
    if len(twice):
        raise ZhagenError(f"the term {twice.iloc[0]} is in more than one row", todo="add its counts up first")
    if frequency["count"].isna().any():
        raise ZhagenError("a term has no count", todo="leave out its row, or count it")
    if top < 1:
        raise ZhagenError(f"top is {top}, there is nothing to draw", todo="ask for at least one term")
    ordered = frequency.sort_values("count", ascending=False, kind="stable")
    tied = head_with_ties(ordered, "count", top)
    shown = tied if len(tied) <= 2 * top else ordered.head(top)
    shown.attrs["left_out"] = len(tied) - len(shown)
    return shown


def left_out_text(shown: pd.DataFrame) -> str:
    """Say how many terms are as frequent as the last one shown, and not shown.

    Parameters
    ----------
    shown : pandas.DataFrame
        As `most_frequent` returns it.

    Returns
    -------
    str
        Such as ``，另有 24 个词也是 2 次，没有画出``; empty if there is none.
    """
    left, last = shown.attrs["left_out"], number_text(shown["count"].iloc[-1])
    return say_number("，另有 {n} 个词也是 {last} 次，没有画出", left, last=last) if left else ""


def frequency_text(frequency: pd.DataFrame) -> str:
    """Say the terms with their counts, as alternative texts do.

    Parameters
    ----------
    frequency : pandas.DataFrame
        Columns ``term`` and ``count``.

    Returns
    -------
    str
        Such as ``平台 5 次、数据 3 次``.
    """
    pairs = zip(frequency["term"], frequency["count"], strict=True)
    return say_list([say_number("{term} {n} 次", count, term=term, n=number_text(count)) for term, count in pairs])


def _axis(rows: int) -> "Axes":
    figure = import_extra("matplotlib.figure", "figures").Figure
    return figure(figsize=(theme.WIDTH / 72, (rows * 25 + 30) / 72), layout="constrained").subplots()


def _draw(shown: pd.DataFrame, ax: "Axes") -> None:
    import_extra("seaborn", "figures").barplot(
        shown, x="count", y="term", ax=ax, color=theme.PALETTE[0], saturation=1, width=0.72, errorbar=None, orient="h"
    )
    counts = [number_text(count) for count in shown["count"]]
    ax.bar_label(ax.containers[-1], labels=counts, padding=4, fontsize=theme.SIZES["note"], color=theme.INK)  # type: ignore[arg-type]
    ax.set(xlabel=say("出现次数") + left_out_text(shown), ylabel="")
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines["bottom"].set_visible(False)
