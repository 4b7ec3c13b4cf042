"""Lines, such as a saturation curve or time against size."""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.picture import Picture, from_matplotlib, picture_key, require_columns
from zhagen.language import marked, say, say_number
from zhagen.text.cleaning import printed_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = [("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", (0, (8, 2))), ("X", (0, (4, 1, 1, 1, 1, 1)))]
HIGH = 270  # of the axis and its words, without the legend
MARKS = 12  # on a line, at most
TURNS = 6  # points of a line that the alternative text names, at most
BEND, LEVEL = 0.08, 0.02  # of the picture: how far a bend is from the straight line, and what counts as level

Lines = dict[str, pd.DataFrame]


def draw_curve(
    frame: pd.DataFrame,
    x: str = "x",
    y: str = "y",
    *,
    series: str | None = None,
    band: tuple[str, str] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    band_name: str = marked("区间"),
    log: str = "",
    ax: "Axes | None" = None,
    key: str = "",
) -> Picture:
    """Draw lines, each with a marker and a dash of its own, and a shaded band around them if there is one.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a point; rows need no order.
    x, y : str, default "x" and "y"
        The columns with the numbers.
    series : str, optional
        The column that says which line a point belongs to; lines have the order in which they come. None is one line.
    band : tuple of str, optional
        The two columns with the lower and the upper end of the band; None draws none.
    xlabel, ylabel : str, optional
        What the axes show, with the unit; empty takes the columns' names.
    band_name : str, default "区间"
        What the band is, such as ``95% 区间``.
    log : str, optional
        Axes with a logarithmic scale: ``x``, ``y`` or ``xy``.
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
        If a column is missing, there is no row, a number is missing or not finite, a line has two points at one x, the
        band is upside down, a value on a logarithmic axis is not above 0, there are more than six lines, or the font
        lacks a character.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"份数": [1, 2, 3], "编码条目": [10, 16, 20]})
    >>> draw_curve(frame, "份数", "编码条目", ylabel="编码条目（累计）").alt
    '曲线图：横轴是份数，纵轴是编码条目（累计），1 条线。1 处 10，到 3 处升到 20。'
    """
    columns = [x, y, *([series] if series else []), *(band or ())]
    require_columns(frame, columns)
    _check(frame, [x, y, *(band or ())], band, log, x)
    lines = _lines(frame, x, series)
    xlabel, ylabel, band_name = one_line(xlabel or x), one_line(ylabel or y), one_line(say(band_name))
    theme.check_glyphs("".join([xlabel, ylabel, band_name, *lines]))
    with theme.style():
        ax = _axis() if ax is None else ax
        _draw(ax, lines, x, y, band, log)
        _words(ax, xlabel, ylabel, log)
        _legend(ax, band_name if band else "")
    alt = _alt(frame, lines, x, y, band, xlabel, ylabel, band_name, log)
    values = [frame[column].tolist() for column in columns]
    made = picture_key("curve", columns, values, xlabel, ylabel, band_name, log)
    named = {x: xlabel, y: ylabel} | ({series: say("线")} if series else {})
    if band:
        named |= {band[0]: say("{band}下端", band=band_name), band[1]: say("{band}上端", band=band_name)}
    table = pd.concat(lines.values())[[*dict.fromkeys(columns)]].rename(columns=named)
    return from_matplotlib(ax.figure, alt, key or made, [(say("点"), table)])  # type: ignore[arg-type]


def _lines(frame: pd.DataFrame, x: str, series: str | None) -> Lines:
    """Return name -> the points of the line, by x; raises `ZhagenError` if that makes no lines."""
    lines = {"": frame.sort_values(x)}
    if series:
        named = frame.groupby(frame[series].map(one_line), sort=False)
        lines = {str(label): part.sort_values(x) for label, part in named}
    for label, line in lines.items():
        twice = line[x][line[x].duplicated()]
        if len(twice):
            where = f"line {label}" if label else ""
            raise ZhagenError(
                f"two points at {twice.iloc[0]:g}", where, "name the column of the series, or take a mean"
            )
    if len(lines) > len(LOOKS):
        raise ZhagenError(f"{len(lines)} lines are too many to tell apart", todo=f"draw at most {len(LOOKS)}")
    return lines


def _check(frame: pd.DataFrame, columns: list[str], band: tuple[str, str] | None, log: str, x: str) -> None:
    if set(log) - set("xy"):
        raise ZhagenError(f"there is no axis {log!r}", todo='give log="x", "y" or "xy"')
    for column in columns:
        try:
            values = frame[column].to_numpy(dtype=float)
        except (TypeError, ValueError) as error:
            raise ZhagenError(f"the column {column} holds more than numbers", todo="count it first") from error
        if not np.isfinite(values).all():
            raise ZhagenError(f"the column {column} has a gap", todo="leave out rows without a finite number")
        if ("x" if column == x else "y") in log and values.min() <= 0:
            raise ZhagenError(f"the column {column} has {values.min():g}", todo="a logarithmic axis starts above 0")
    if band and (frame[band[0]] > frame[band[1]]).any():
        raise ZhagenError(f"{band[0]} is above {band[1]}", todo="give the lower end first")


def _axis() -> "Axes":
    figure = import_extra("matplotlib.figure", "figures").Figure
    return figure(figsize=(theme.WIDTH / 72, HIGH / 72), layout="constrained").subplots()


def _draw(ax: "Axes", lines: Lines, x: str, y: str, band: tuple[str, str] | None, log: str) -> None:
    for place, (label, line) in enumerate(lines.items()):
        colour, (marker, dash) = theme.PALETTE[place], LOOKS[place]
        if band:
            edges = (line[band[0]].to_numpy(), line[band[1]].to_numpy())
            ax.fill_between(line[x].to_numpy(), *edges, color=colour, alpha=0.16, linewidth=0)
        ax.plot(
            line[x].to_numpy(), line[y].to_numpy(), label=label or "_", color=colour, marker=marker, linestyle=dash,
            linewidth=1.8, markersize=6, markevery=max(-(-len(line) // MARKS), 1), clip_on=False,
        )  # fmt: skip
    for axis in log:
        getattr(ax, f"set_{axis}scale")("log")


def _words(ax: "Axes", xlabel: str, ylabel: str, log: str) -> None:
    ticker = import_extra("matplotlib.ticker", "figures")
    for axis, kind in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        axis.set_major_formatter(lambda value, _: f"{value:.10g}")
        if kind in log:
            axis.set_minor_formatter(ticker.NullFormatter())
        else:
            drawn = [np.asarray(line.get_xdata() if kind == "x" else line.get_ydata()) for line in ax.get_lines()]
            whole = all((values == values.round()).all() for values in drawn)
            axis.set_major_locator(ticker.MaxNLocator(6, integer=whole, steps=[1, 2, 5, 10]))
    if "y" not in log and 0 <= ax.dataLim.y0 < ax.dataLim.y1 / 3:
        ax.set_ylim(bottom=0)
    ax.set_xlabel(xlabel)
    ax.set_ylabel("")
    ax.set_title(ylabel, loc="left", fontsize=theme.SIZES["note"], pad=8)
    ax.tick_params(labelsize=theme.SIZES["note"])
    ax.grid(axis="y", color=theme.MUTED, alpha=0.25, linewidth=0.8)


def _legend(ax: "Axes", band_name: str) -> None:
    """Put the legend below the axis, if there are lines with names or a band."""
    patch = import_extra("matplotlib.patches", "figures").Patch
    offset_copy = import_extra("matplotlib.transforms", "figures").offset_copy

    handles, names = ax.get_legend_handles_labels()
    if band_name:
        handles, names = [*handles, patch(color=theme.MUTED, alpha=0.3, linewidth=0)], [*names, band_name]
    if not names:
        return
    wide = max(printed_width(label) for label in names) * theme.SIZES["note"] + 60
    below = offset_copy(ax.transAxes, ax.figure, y=-46, units="points")
    ax.legend(
        handles, names, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, borderaxespad=0,
        ncols=max(int((theme.WIDTH - 40) // wide), 1), fontsize=theme.SIZES["note"], handlelength=2.6,
    )  # fmt: skip


def _alt(
    frame: pd.DataFrame,
    lines: Lines,
    x: str,
    y: str,
    band: tuple[str, str] | None,
    xlabel: str,
    ylabel: str,
    band_name: str,
    log: str,
) -> str:
    axes = [name + (say("（对数刻度）") if axis in log else "") for axis, name in (("x", xlabel), ("y", ylabel))]
    text = say_number("曲线图：横轴是{x}，纵轴是{y}，{n} 条线。", len(lines), x=axes[0], y=axes[1])
    spans = [_scaled(frame[column], axis in log) for axis, column in (("x", x), ("y", y))]
    lows, wide = [span.min() for span in spans], [float(np.ptp(span)) or 1.0 for span in spans]
    for label, line in lines.items():
        scaled = [_scaled(line[column], axis in log) for axis, column in (("x", x), ("y", y))]
        points = np.column_stack([(part - low) / size for part, low, size in zip(scaled, lows, wide, strict=True)])
        walk = _walk(line[x].to_numpy(), line[y].to_numpy(), points)
        text += (say("{name}：{value}", name=label, value=walk) if label else walk) + say("。")
    if band:
        widest = (frame[band[1]] - frame[band[0]]).max()
        text += say("阴影是{band}，最宽处 {widest}。", band=band_name, widest=_say(widest))
    return text


def _scaled(values: pd.Series, log: bool) -> np.ndarray:
    numbers = values.to_numpy(dtype=float)
    return np.asarray(np.log(numbers) if log else numbers)


def _walk(xs: np.ndarray, ys: np.ndarray, points: np.ndarray) -> str:
    """Say a line from where it starts over where it bends to where it ends; `points` has it in a square of 1 by 1."""
    text = say("{x} 处 {y}", x=_say(xs[0]), y=_say(ys[0]))
    before: float | None = None
    turns = _turns(points)
    for one, other in pairwise(turns):
        rise = points[other, 1] - points[one, 1]
        slope = rise / ((points[other, 0] - points[one, 0]) or 1)
        if before is not None and rise * before > 0 and not 0.5 <= slope / before <= 2:
            text += say("，此后转缓") if abs(slope) < abs(before) else say("，此后转陡")
        to = {"x": _say(xs[other]), "y": _say(ys[other])}
        if _say(ys[one]) == to["y"]:
            text += say("，到 {x} 处仍是 {y}", **to)
        else:
            text += say("，到 {x} 处升到 {y}", **to) if rise > 0 else say("，到 {x} 处降到 {y}", **to)
        before = slope if abs(rise) > LEVEL else 0.0
    return text


def _turns(points: np.ndarray) -> list[int]:
    """Return the numbers of the points that give a line its shape: its ends, its extremes and where it bends most."""
    last = len(points) - 1
    kept = {0, last, int(points[:, 1].argmax()), int(points[:, 1].argmin())}
    while len(kept) < TURNS:
        order = sorted(kept)
        far = [(*_farthest(points, one, other),) for one, other in pairwise(order) if other > one + 1]
        if not far or max(far)[0] < BEND:
            break
        kept.add(max(far)[1])
    return sorted(kept)


def _farthest(points: np.ndarray, one: int, other: int) -> tuple[float, int]:
    """Return how far the line between two of its points is from the straight one, and which point is there."""
    across, between = points[other] - points[one], points[one + 1 : other] - points[one]
    far = np.abs(across[0] * between[:, 1] - across[1] * between[:, 0]) / (np.hypot(*across) or 1)
    return float(far.max()), one + 1 + int(far.argmax())


def _say(value: float) -> str:
    """Write a value with three digits, a whole one with all of them; its size and sign are kept."""
    value = float(value)
    if value.is_integer() or abs(value) >= 1000:
        return f"{value:.0f}"
    return number_text(float(f"{value:.3g}"), digits=8)
