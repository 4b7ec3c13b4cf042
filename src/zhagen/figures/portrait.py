"""A text and its codes: where in the text each code is."""

from collections import Counter
from collections.abc import Callable, Iterable

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures import theme
from zhagen.figures.canvas import Canvas, mark_row
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.picture import Picture, picture_key, require_columns
from zhagen.figures.studies import HasStudy, source_passages
from zhagen.language import marked, say, say_list, say_number
from zhagen.text.cleaning import printed_width

SIZE, NOTE = theme.SIZES["label"], theme.SIZES["note"]
WRAP, PAD = 8, 8
SHORT = 12  # characters of a passage that a reader sees, at most
BAR = 12
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the text, written below it
# columns of codings that readers see too
KNOWN = {
    "speaker": marked("说话人"),
    "coder": marked("编码者"),
    "turn": marked("第几段话"),
    "status": marked("状态"),
}


def draw_portrait(
    codings: pd.DataFrame | HasStudy,
    source: str = "",
    *,
    coder: str | Iterable[str] | None = None,
    length: int | None = None,
    turns: pd.DataFrame | None = None,
    by: str = "",
    unit: str = marked("字"),
    key: str = "",
) -> Picture:
    """Draw where in a text each code is: a row a code, a bar a passage, the text from left to right.

    Parameters
    ----------
    codings : pandas.DataFrame or zhagen.study.Study
        A study, of which one source is drawn with its turns. Or one row a coded passage: ``label``, ``start`` and
        ``end`` in the text, as `zhagen.study.Study.quotations` gives them for one source. Of a column ``quote`` readers
        see the first characters.
    source : str, default ""
        Of a study, the source; it may be left out if only one is coded.
    coder : str or iterable of str, optional
        Of a study, whose codings. Without it, the consensus where the study has one, else everybody's; with
        ``by="coder"`` those who coded alone.
    length : int, optional
        Length of the text; None takes the end of the last passage.
    turns : pandas.DataFrame, optional
        Stretches of the text to be shown under the codes, with ``start``, ``end`` and ``role``: those of interviewers
        are pale.
    by : str, optional
        The column that parts the passages, such as ``coder``: each value has a colour and a lane of its own, so one
        sees who marked more and where they differ.
    unit : str, default "字"
        What start and end count.
    key : str, optional
        Names the picture; empty makes one from the data.

    Returns
    -------
    Picture
        The picture; codes in the order of their first passage.

    Raises
    ------
    ZhagenError
        If a column is missing, there is no such source or coder, there is no passage, a passage is outside of the text
        or has no length, there are more than three values to part them by, or the font lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["定价", "守约", "定价"], "start": [0, 40, 90], "end": [20, 60, 100]})
    >>> draw_portrait(frame, length=100).alt
    '文档画像：全文 100 字，2 个编码条目，3 段，共占全文的 50%。定价 2 段，在 0%、90% 处；守约 1 段，在 40% 处。'
    """
    if not isinstance(codings, pd.DataFrame):
        codings, own, size = source_passages(codings, source, by, coder)
        turns, length = own if turns is None else turns, size if length is None else length
    elif source or coder is not None:
        raise ZhagenError("a source or coder is named, but passages are given", todo="give a study, or those passages")
    require_columns(codings, ["label", "start", "end", *([by] if by else [])])
    frame = codings.assign(label=[one_line(label) for label in codings["label"]]).sort_values(["start", "end"])
    end = int(frame["end"].max()) if length is None else length
    wrong = frame[(frame["start"] < 0) | (frame["end"] > end) | (frame["end"] <= frame["start"])]
    if len(wrong):
        first = wrong.iloc[0]
        where = f"{first['start']} to {first['end']} of {end}"
        raise ZhagenError(
            f"a passage of {first['label']} is not in the text", where, "correct start and end, or length"
        )
    unit, labels = say(unit), list(dict.fromkeys(frame["label"]))
    kinds = [one_line(cell_text(value)) for value in frame[by]] if by else [""] * len(frame)
    known = sorted(set(kinds))
    if len(known) > len(theme.PALETTE) // 2:
        raise ZhagenError(f"{len(known)} values of {by} are too many to tell apart", todo="choose three of them")
    lane = BAR / len(known)
    lines = {label: theme.wrap_label(label, WRAP) for label in labels}
    left = max(printed_width(line) for words in lines.values() for line in words) * SIZE + PAD + 4
    wide = theme.WIDTH - left - 6

    def across(place: float) -> float:
        return left + place / end * wide

    canvas = Canvas()
    canvas.table(say("段落"), _table(frame))
    top = 4.0
    middle = {}
    for label in labels:
        high = len(lines[label]) * SIZE * theme.LINE + 4
        middle[label] = top + high / 2
        canvas.text(left - PAD, middle[label], lines[label], anchor="end")
        canvas.put("line", x1=left, y1=middle[label], x2=left + wide, y2=middle[label], stroke=theme.QUIET,
                   stroke_width=0.6, stroke_opacity=0.5)  # fmt: skip
        top += high
    rows = zip(frame["label"], frame["start"], frame["end"], kinds, strict=True)
    for place, (label, start, stop, kind) in enumerate(rows):
        number = known.index(kind)
        name = say("{label}，第 {start}–{stop} {unit}", label=label, start=start, stop=stop, unit=unit)
        with canvas.mark(mark_row(0, place), name=name, group=kind):
            canvas.put(
                "rect", x=across(start), y=middle[label] - BAR / 2 + number * lane,
                width=max(across(stop) - across(start), 2), height=lane, rx=1.5,
                fill=theme.palette_colour(number), stroke=theme.PAPER, stroke_width=0.6,
            )  # fmt: skip
    if turns is not None:
        top = _turns(canvas, turns, across, left, top)
    for share in SHARES:
        x = across(share * end)
        canvas.put("line", x1=x, y1=top + 2, x2=x, y2=top + 7, stroke=theme.QUIET, stroke_width=0.8)
        anchor = {SHARES[0]: "start", SHARES[-1]: "end"}.get(share, "middle")
        canvas.text(x, top + 16, f"{share * end:.0f}", size=NOTE, anchor=anchor, fill=theme.QUIET)
    x = left
    for number, kind in enumerate(known if by else []):
        canvas.put("rect", x=x, y=top + 29, width=14, height=10, fill=theme.palette_colour(number))
        canvas.text(x + 19, top + 34, kind, size=NOTE, anchor="start")
        x += printed_width(kind) * NOTE + 36
    canvas.text(
        theme.WIDTH - 6, top + 34, say("在文中的位置（{unit}）", unit=unit), size=NOTE, anchor="end", fill=theme.QUIET
    )
    made = picture_key(
        "portrait", frame[["label", "start", "end"]].to_numpy().tolist(), kinds, end, unit, turns is not None
    )
    return canvas.picture(theme.WIDTH, top + 44, _alt(frame, labels, kinds, end, unit), key or made)


def _turns(canvas: Canvas, turns: pd.DataFrame, across: Callable[[float], float], left: float, top: float) -> float:
    """Put a strip of who speaks below the codes; returns where it ends."""
    require_columns(turns, ["start", "end", "role"])
    canvas.text(left - PAD, top + 12, say("谁在说"), size=NOTE, anchor="end", fill=theme.QUIET)
    for start, end, role in zip(turns["start"], turns["end"], turns["role"], strict=True):
        asks = role == "interviewer"
        canvas.put(
            "rect", x=across(start), y=top + 6, width=max(across(end) - across(start) - 0.5, 0.5), height=12,
            fill=theme.QUIET, fill_opacity=0.2 if asks else 0.75,
        )  # fmt: skip
    canvas.put("rect", x=left, y=top + 26, width=14, height=10, fill=theme.QUIET, fill_opacity=0.2)
    canvas.text(left + 20, top + 31, say("问的人"), size=NOTE, anchor="start", fill=theme.QUIET)
    canvas.put("rect", x=left + 80, y=top + 26, width=14, height=10, fill=theme.QUIET, fill_opacity=0.75)
    canvas.text(left + 100, top + 31, say("答的人"), size=NOTE, anchor="start", fill=theme.QUIET)
    return top + 42


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            say("编码条目"): frame["label"].to_numpy(),
            say("从"): frame["start"].to_numpy(),
            say("到"): frame["end"].to_numpy(),
        }
    )
    for column, name in KNOWN.items():
        if column in frame.columns:
            table[say(name)] = [one_line(cell_text(value)) for value in frame[column]]
    if "quote" in frame.columns:
        said = [one_line(cell_text(value)) for value in frame["quote"]]
        table[say("开头")] = [words if len(words) <= SHORT else f"{words[: SHORT - 1]}…" for words in said]
    return table


def _alt(frame: pd.DataFrame, labels: list[str], kinds: list[str], end: int, unit: str) -> str:
    covered, last = 0, 0
    for start, stop in zip(frame["start"], frame["end"], strict=True):  # by start, so overlaps are counted once
        covered += max(stop - max(start, last), 0)
        last = max(last, stop)
    text = say("文档画像：全文 {length} {unit}，", length=end, unit=unit)
    text += say_number("{n} 个编码条目，", len(labels)) + say_number("{n} 段，", len(frame))
    text += say("共占全文的 {share}。", share=f"{covered / end:.0%}")
    if any(kinds):
        numbers = Counter(kinds).items()
        text += say_list([say_number("{label} {n} 段", number, label=kind) for kind, number in numbers]) + say("。")
    said = []
    for label in sorted(labels, key=lambda label: -int((frame["label"] == label).sum())):
        places = frame["start"][frame["label"] == label]
        where = say_list([f"{place / end:.0%}" for place in places.iloc[:5]])
        at = say("，在 {where} 等处", where=where) if len(places) > 5 else say("，在 {where} 处", where=where)
        said.append(say_number("{label} {n} 段", len(places), label=label) + at)
    rest = len(said) - 12
    more = say_number("；另有 {n} 个在本图的数据表里。", rest) if rest > 0 else say("。")
    return text + say("；").join(said[:12]) + more
