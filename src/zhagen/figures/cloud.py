"""Frequencies as a cloud of words that stay text."""

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.bars import frequency_text, left_out_text, most_frequent
from zhagen.figures.canvas import MIDDLE, Canvas
from zhagen.figures.picture import Picture, picture_key
from zhagen.language import say, say_number

SMALLEST, GAP = 13, 3  # user units
SAID = 10  # terms that the alternative text names
COLOURS = (0, 1, 2)  # those that hold 4.5:1 in both modes

Placed = tuple[str, float, float, float]  # word, size, left end, middle of its height


def draw_cloud(frequency: pd.DataFrame, *, top: int = 80, seed: int = 1, key: str = "") -> Picture:
    """Draw the most frequent terms as a word cloud; every term lies level, the more frequent the larger.

    Place and colour mean nothing, and size only roughly shows the count: read numbers off `draw_frequencies`.

    Parameters
    ----------
    frequency : pandas.DataFrame
        Columns ``term`` and ``count``, one row a term.
    top : int, default 80
        How many terms; all of them are drawn, the cloud grows in height until they fit. Those as frequent as the last
        are drawn, too, up to twice as many; if there are more of them, the picture says how many are left out.
    seed : int, default 1
        Seed of the layout; the same seed gives the same cloud.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture.

    Raises
    ------
    ZhagenError
        If a column is missing, a term is in two rows, there is nothing to draw, a count is not above 0, the words do
        not fit, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> draw_cloud(pd.DataFrame({"term": ["数据", "平台"], "count": [3, 5]})).alt
    '词云：2 个词，字号随出现次数增大，位置和颜色没有含义。出现最多的是平台 5 次、数据 3 次。'
    """
    shown = most_frequent(frequency, top)
    if shown["count"].min() <= 0:
        raise ZhagenError("a term has no occurrence", todo="leave out the rows whose count is 0")
    words, high = _layout(dict(zip(shown["term"], shown["count"].astype(float), strict=True)), seed)
    canvas = Canvas()
    for place, (word, size, x, y) in enumerate(words):
        fill = theme.palette_colour(COLOURS[place % len(COLOURS)])
        canvas.text(x, y, word, size=size, anchor="start", fill=fill)
    alt = say_number("词云：{n} 个词，字号随出现次数增大，位置和颜色没有含义。", len(shown))
    alt += say("出现最多的是{words}", words=frequency_text(shown.head(SAID)))
    alt += (say("，其余从略") if len(shown) > SAID else "") + left_out_text(shown) + say("。")
    canvas.table(say("词"), shown[["term", "count"]].set_axis([say("词"), say("出现次数")], axis=1))
    if note := left_out_text(shown).removeprefix(say("，")):
        high += theme.SIZES["note"] + 2 * GAP
        canvas.text(theme.WIDTH, high - GAP - theme.SIZES["note"] / 2, note, size=theme.SIZES["note"], anchor="end")
    return canvas.picture(theme.WIDTH, high, alt, key or picture_key("cloud", shown.to_numpy().tolist(), seed))


def _layout(frequencies: dict[str, float], seed: int) -> tuple[list[Placed], float]:
    """Lay the words out; returns them with their places, and the height that holds every word."""
    cloud_maker = import_extra("wordcloud", "figures").WordCloud
    for high in range(200, 4001, 60):
        cloud = cloud_maker(
            font_path=theme.font_file(), width=theme.WIDTH, height=high, max_words=len(frequencies), margin=GAP,
            prefer_horizontal=1, min_font_size=SMALLEST, max_font_size=_largest(frequencies), relative_scaling=0.5,
            random_state=seed, color_func=lambda *_, **__: "",
        )  # fmt: skip
        placed = cloud.generate_from_frequencies(frequencies).layout_
        if len(placed) == len(frequencies):
            # wordcloud gives the upper left corner of a word's ink, SVG wants its start and the middle of its line
            words = [(word, size, x, y, _ink(word, size)) for (word, _), size, (y, x), _, _ in placed]
            top = min(y for *_, y, _ in words) - GAP
            bottom = max(y + ink[3] - ink[1] for *_, y, ink in words) + GAP
            spots = [(word, size, x - ink[0], y - ink[1] - MIDDLE * size - top) for word, size, x, y, ink in words]
            return spots, bottom - top
    raise ZhagenError(f"{len(frequencies)} words do not fit a cloud", todo="ask for fewer with top=")


def _largest(frequencies: dict[str, float]) -> int:
    """Return a size at which the longest of the leading words takes at most three quarters of the width."""
    longest = max(len(word) for word in sorted(frequencies, key=lambda word: frequencies[word], reverse=True)[:3])
    return int(min(64, 0.75 * theme.WIDTH / longest))


def _ink(word: str, size: int) -> tuple[float, float, float, float]:
    """Return the box (left, top, right, bottom) of the ink, measured from the baseline at the left."""
    return import_extra("PIL.ImageFont", "figures").truetype(theme.font_file(), size).getbbox(word, anchor="ls")
