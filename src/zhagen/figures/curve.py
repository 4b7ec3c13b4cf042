"""Lines, such as a saturation curve or time against size."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.figures import theme
from zhagen.figures.labels import number_text, one_line
from zhagen.figures.picture import Picture, from_matplotlib, picture_key, require_columns
from zhagen.text.cleaning import printed_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = [("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", (0, (8, 2))), ("X", (0, (4, 1, 1, 1, 1, 1)))]
HIGH = 270  # of the axis and its words, without the legend
MARKS = 12  # on a line, at most

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
    band_name: str = "区间",
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
    '曲线图：横轴是份数（1 至 3），纵轴是编码条目（累计）（10 至 20），1 条线。从 10 到 20，最低 10，最高 20。'
    """
    columns = [x, y, *([series] if series else []), *(band or ())]
    require_columns(frame, columns)
    _check(frame, [x, y, *(band or ())], band, log, x)
    lines = _lines(frame, x, series)
    xlabel, ylabel, band_name = one_line(xlabel or x), one_line(ylabel or y), one_line(band_name)
    theme.check_glyphs("".join([xlabel, ylabel, band_name, *lines]))
    with theme.style():
        ax = _axis() if ax is None else ax
        _draw(ax, lines, x, y, band, log)
        _words(ax, xlabel, ylabel, log)
        _legend(ax, band_name if band else "")
    alt = _alt(frame, lines, x, y, band, xlabel, ylabel, band_name)
    values = [frame[column].tolist() for column in columns]
    made = picture_key("curve", columns, values, xlabel, ylabel, band_name, log)
    return from_matplotlib(ax.figure, alt, key or made)  # type: ignore[arg-type]


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
) -> str:
    text = f"曲线图：横轴是{xlabel}（{_span(frame[x])}），纵轴是{ylabel}（{_span(frame[y])}），{len(lines)} 条线。"
    for label, line in lines.items():
        head = f"{label}：" if label else ""
        first, last, low, high = (
            _say(value) for value in (line[y].iloc[0], line[y].iloc[-1], line[y].min(), line[y].max())
        )
        text += f"{head}从 {first} 到 {last}，最低 {low}，最高 {high}。"
    if band:
        widest = (frame[band[1]] - frame[band[0]]).max()
        text += f"阴影是{band_name}，最宽处 {_say(widest)}。"
    return text


def _span(values: pd.Series) -> str:
    return f"{_say(values.min())} 至 {_say(values.max())}"


def _say(value: float) -> str:
    """Write a value with four digits, as many as a figure shows; its size and sign are kept."""
    return number_text(float(f"{float(value):.4g}"), digits=8) if abs(value) < 1000 else f"{float(value):.0f}"
