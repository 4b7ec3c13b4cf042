"""Frequencies as bars."""

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.canvas import number
from zhagen.figures.picture import from_matplotlib, name, require


def draw_frequencies(frequency, top=20, ax=None, key=""):
    """Draw the most frequent terms as horizontal bars, the count at the end of each.

    Parameters
    ----------
    frequency : data frame with the columns term and count, one row a term; rows of equal count keep their order.
    top : how many terms.
    ax : a matplotlib axis to draw on; None makes a figure that pyplot does not know, so nothing is shown twice.
    key : names the picture; empty makes one from the data.

    Returns a `Picture` (of the axis's whole figure where `ax` is given). Raises `ZhagenError` where a column is
    missing, a term stands twice or has no count, there is nothing to draw, or the font lacks a character.

    >>> import pandas as pd
    >>> draw_frequencies(pd.DataFrame({"term": ["数据", "平台"], "count": [3, 5]}), top=1).alt
    '条形图：2 个词中出现最多的 1 个，按次数从多到少排列。平台 5 次。'
    """
    shown = most_frequent(frequency, top)
    total = len(frequency)
    head = f"{total} 个词按出现次数" if len(shown) == total else f"{total} 个词中出现最多的 {len(shown)} 个，按次数"
    alt = f"条形图：{head}从多到少排列。{counts(shown)}。"
    with theme.style():
        ax = _axis(len(shown)) if ax is None else ax
        _draw(shown, ax)
    return from_matplotlib(ax.figure, alt, key or name("bars", shown.to_numpy().tolist()))


def most_frequent(frequency, top):
    """Return the `top` rows of a frame (term, count) by count; raises `ZhagenError` as `draw_frequencies` does."""
    require(frequency, ["term", "count"])
    twice = frequency.term[frequency.term.duplicated()]
    if len(twice):
        raise ZhagenError(f"the term {twice.iloc[0]} stands in more than one row", todo="add its counts up first")
    if frequency["count"].isna().any():
        raise ZhagenError("a term has no count", todo="leave out its row, or count it")
    if top < 1:
        raise ZhagenError(f"top is {top}, there is nothing to draw", todo="ask for at least one term")
    return frequency[["term", "count"]].sort_values("count", ascending=False, kind="stable").head(top)


def counts(frequency):
    """Say the terms with their counts, as alternative texts do."""
    pairs = zip(frequency["term"], frequency["count"], strict=True)
    return "、".join(f"{term} {number(count)} 次" for term, count in pairs)


def _axis(rows):
    Figure = import_extra("matplotlib.figure", "figures").Figure
    return Figure(figsize=(theme.WIDTH / 72, (rows * 25 + 30) / 72), layout="constrained").subplots()


def _draw(shown, ax):
    import_extra("seaborn", "figures").barplot(
        shown, x="count", y="term", ax=ax, color=theme.PALETTE[0], saturation=1, width=0.72, errorbar=None, orient="h"
    )
    told = [number(count) for count in shown["count"]]
    ax.bar_label(ax.containers[-1], labels=told, padding=4, fontsize=theme.SIZES["note"], color=theme.INK)
    ax.set(xlabel="出现次数", ylabel="")
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    ax.spines["bottom"].set_visible(False)
