"""Frequencies as a cloud of words that stay text."""

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.bars import counts, most_frequent
from zhagen.figures.canvas import MIDDLE, Canvas
from zhagen.figures.picture import name

SMALLEST, GAP = 13, 3  # user units
TOLD = 10  # terms that the alternative text names
COLOURS = (0, 1, 2)  # those that hold 4.5:1 in both modes


def draw_cloud(frequency, top=80, seed=1, key=""):
    """Draw the most frequent terms as a word cloud; every term lies level, the more frequent the larger.

    Place and colour mean nothing, and size only roughly shows the count: read numbers off `draw_frequencies`.

    Parameters
    ----------
    frequency : data frame with the columns term and count, one row a term.
    top : how many terms; all of them are drawn, the cloud grows in height until they fit.
    seed : of the layout; the same seed gives the same cloud.
    key : names the picture; empty makes one from the data.

    Returns a `Picture`. Raises `ZhagenError` where a column is missing, a term stands twice, there is nothing to draw,
    a count is not positive, or the font lacks a character.

    >>> import pandas as pd
    >>> draw_cloud(pd.DataFrame({"term": ["数据", "平台"], "count": [3, 5]})).alt
    '词云：2 个词，字号随出现次数增大，位置和颜色没有含义。出现最多的是平台 5 次、数据 3 次。'
    """
    shown = most_frequent(frequency, top)
    if shown["count"].min() <= 0:
        raise ZhagenError("a term has no occurrence", todo="leave out the rows whose count is 0")
    theme.check_glyphs("".join(shown.term))
    words, high = _layout(dict(zip(shown.term, shown["count"].astype(float), strict=True)), seed)
    canvas = Canvas()
    for place, (word, size, x, y) in enumerate(words):
        canvas.text(x, y, word, size, anchor="start", fill=theme.colour(COLOURS[place % len(COLOURS)]))
    alt = (
        f"词云：{len(shown)} 个词，字号随出现次数增大，位置和颜色没有含义。"
        f"出现最多的是{counts(shown.head(TOLD))}{'，其余从略' if len(shown) > TOLD else ''}。"
    )
    return canvas.picture(theme.WIDTH, high, alt, key or name("cloud", shown.to_numpy().tolist(), seed))


def _layout(frequencies, seed):
    """Lay the words out; returns ([(word, size, left, middle)], height) with every word in it."""
    WordCloud = import_extra("wordcloud", "figures").WordCloud

    for high in range(200, 4001, 60):
        cloud = WordCloud(
            font_path=theme.font_file(), width=theme.WIDTH, height=high, max_words=len(frequencies), margin=GAP,
            prefer_horizontal=1, min_font_size=SMALLEST, max_font_size=_largest(frequencies), relative_scaling=0.5,
            random_state=seed, color_func=lambda *_, **__: "",
        )  # fmt: skip
        placed = cloud.generate_from_frequencies(frequencies).layout_
        if len(placed) == len(frequencies):
            words = [(word, size, x, y, _ink(word, size)) for (word, _), size, (y, x), _, _ in placed]
            top = min(y for _, _, _, y, _ in words) - GAP
            bottom = max(y + ink[3] - ink[1] for _, _, _, y, ink in words) + GAP
            middle = [y - ink[1] - MIDDLE * size - top for _, size, _, y, ink in words]
            return [
                (word[0], word[1], word[2] - word[4][0], y) for word, y in zip(words, middle, strict=True)
            ], bottom - top
    raise ZhagenError(f"{len(frequencies)} words do not fit a cloud", todo="ask for fewer with top=")


def _largest(frequencies):
    """Return a size at which the longest of the leading words takes at most three quarters of the width."""
    longest = max(len(word) for word in sorted(frequencies, key=frequencies.get, reverse=True)[:3])
    return int(min(64, 0.75 * theme.WIDTH / longest))


def _ink(word, size):
    """Return the box (left, top, right, bottom) of the ink, measured from the baseline at the left."""
    return import_extra("PIL.ImageFont", "figures").truetype(theme.font_file(), size).getbbox(word, anchor="ls")
