"""What was done when, from top to bottom, such as a sampling log."""

import re

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, mark_row
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.picture import Picture, picture_key, require_columns
from zhagen.figures.studies import HasStudy, sampling_log
from zhagen.language import marked, say, say_number
from zhagen.text.cleaning import printed_width

SIZE, NOTE = theme.SIZES["label"], theme.SIZES["note"]
LEFT = 58  # of the line; dates are left of it
LINES = 2  # of a reason, at most
GAP, LONGEST = 10, 40  # between two entries at least, and how much longer the longest time makes it


def draw_timeline(
    frame: pd.DataFrame | HasStudy,
    when: str = "date",
    what: str = "what",
    why: str = "",
    *,
    group: str = "",
    key: str = "",
) -> Picture:
    """Draw entries along a line, the first on top; the longer the time between two, the longer the line between them.

    Parameters
    ----------
    frame : pandas.DataFrame or zhagen.study.Study
        One row an entry; rows need no order. Of a study, its sampling log with the reasons (``why``), or its sources by
        date where it has none.
    when : str, default "date"
        The column with the dates, such as ``2024-03-04``.
    what : str, default "what"
        The column with what was done.
    why : str, optional
        The column with the reason; of a long one the picture shows two lines, its table all of it.
    group : str, optional
        The column that says of which kind an entry is; each kind has a colour and a shape.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture; the columns of the frame are its table.

    Raises
    ------
    ZhagenError
        If a column is missing, there is no row, a date cannot be read, there are more than three kinds, or the font
        lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"date": ["2024-03-04", "2024-03-07"], "what": ["卖家甲", "管理员乙"]})
    >>> draw_timeline(log).alt
    '时间线：2 项，从 2024-03-04 到 2024-03-07。2024-03-04 卖家甲；2024-03-07 管理员乙。'
    """
    if not isinstance(frame, pd.DataFrame):
        frame = sampling_log(frame)
        why = why or ("why" if frame["why"].ne("").any() else "")
    require_columns(frame, [when, what, *([why] if why else []), *([group] if group else [])])
    frame = frame.assign(**{when: _dates(frame[when])}).sort_values(when, kind="stable")
    named = [one_line(cell_text(value)) for value in frame[what]]
    reasons = [one_line(cell_text(value)) for value in frame[why]] if why else [""] * len(frame)
    kinds = [one_line(cell_text(value)) for value in frame[group]] if group else [""] * len(frame)
    known = list(dict.fromkeys(kinds))
    if len(known) > len(theme.PALETTE) // 2:
        raise ZhagenError(f"{len(known)} kinds are too many to tell apart", todo="put some of them together")
    days = frame[when].diff().dt.days.fillna(0)
    longest = max(float(days.max()), 1)
    canvas, top = Canvas(), 4.0
    table = frame.assign(**{when: frame[when].dt.strftime("%Y-%m-%d")})
    canvas.table(say("项"), table.rename(columns={column: say(name) for column, name in COLUMNS.items()}))
    spots = []
    limit = int((theme.WIDTH - LEFT - 20) / NOTE) - 2  # two marks, such as ）。, may hang over
    for place, (day, label, reason) in enumerate(zip(frame[when], named, reasons, strict=True)):
        top += (GAP + LONGEST * float(days.iloc[place]) / longest) if place else 0
        head = theme.wrap_label(label, int((theme.WIDTH - LEFT - 20) / SIZE))
        below = _short(reason, limit)
        high = len(head) * SIZE * theme.LINE + len(below) * NOTE * theme.LINE
        spots.append(top + SIZE * theme.LINE / 2)
        with canvas.mark(mark_row(0, place), name=label, group=kinds[place]):
            canvas.text(LEFT + 16, top + len(head) * SIZE * theme.LINE / 2, head, anchor="start")
            if below:
                middle = top + high - len(below) * NOTE * theme.LINE / 2
                canvas.text(LEFT + 16, middle, below, size=NOTE, anchor="start", fill=theme.QUIET)
            canvas.text(LEFT - 12, spots[-1], f"{day.month}-{day.day:02d}", size=NOTE, anchor="end", fill=theme.QUIET)
        top += high
    canvas.put("line", x1=LEFT, y1=spots[0], x2=LEFT, y2=spots[-1], stroke=theme.QUIET, stroke_width=1.6)
    for place, y in enumerate(spots):
        with canvas.mark(mark_row(0, place)):
            _dot(canvas, LEFT, y, known.index(kinds[place]))
    years = sorted({day.year for day in frame[when]})
    note = say("{year} 年", year=years[0])
    if len(years) > 1:
        note = say("{first} 至 {last} 年", first=years[0], last=years[-1])
    x = 4.0
    top += 14
    for place, kind in enumerate(known if group else []):
        _dot(canvas, x + 6, top, place)
        canvas.text(x + 18, top, kind, size=NOTE, anchor="start")
        x += printed_width(kind) * NOTE + 36
    canvas.text(theme.WIDTH - 4, top, note, size=NOTE, anchor="end", fill=theme.QUIET)
    dates = list(table[when])
    made = picture_key("timeline", dates, named, reasons, kinds)
    return canvas.picture(theme.WIDTH, top + 12, _alt(dates, named, reasons), key or made)


COLUMNS = {
    "date": marked("日期"),
    "what": marked("做了什么"),
    "why": marked("为什么"),
    "to_show": marked("想看什么"),
    "showed": marked("看到什么"),
    "order": marked("次序"),
}


def _dates(values: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(values, format="ISO8601")
    except (TypeError, ValueError) as error:
        raise ZhagenError(f"a date cannot be read: {error}", todo="write it as 2024-03-04") from error


def _short(reason: str, limit: int) -> list[str]:
    """Return the lines of a reason that are shown, each as full as it can be."""
    lines = [""]
    for piece in re.findall(r"[（“‘《【]?(?:[A-Za-z0-9.%&+-]+|.)", reason):
        if printed_width(lines[-1] + piece) > limit and piece not in "，、。；：！？）”’》】":
            if len(lines) == LINES:
                return [*lines[:-1], lines[-1][:-1].rstrip("，、；。：（“") + "…"]
            lines.append("")
        lines[-1] += piece
    return [line for line in lines if line]


def _dot(canvas: Canvas, x: float, y: float, kind: int) -> None:
    colour = theme.palette_colour(kind)
    if kind == 0:
        canvas.put("circle", cx=x, cy=y, r=6, fill=colour, stroke=theme.PAPER, stroke_width=1.5)
    elif kind == 1:
        canvas.put("rect", x=x - 5.5, y=y - 5.5, width=11, height=11, fill=colour, stroke=theme.PAPER, stroke_width=1.5)
    else:
        points = f"{x:g},{y - 7:g} {x + 7:g},{y + 5:g} {x - 7:g},{y + 5:g}"
        canvas.put("polygon", points=points, fill=colour, stroke=theme.PAPER, stroke_width=1.5)


def _alt(dates: list[str], named: list[str], reasons: list[str]) -> str:
    said = [
        say("{what}（{how}）", what=f"{day} {label}", how=reason) if reason else f"{day} {label}"
        for day, label, reason in zip(dates, named, reasons, strict=True)
    ]
    text = say_number("时间线：{n} 项，从 {first} 到 {last}。", len(said), first=dates[0], last=dates[-1])
    more = say_number("；另有 {n} 项在本图的数据表里。", len(said) - 12) if len(said) > 12 else say("。")
    return text + say("；").join(said[:12]) + more
