"""Tables for readers: a numbered, captioned MyST table in the book, plain HTML in JupyterLab, the CSV with both."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import pandas as pd

from zhagen.errors import ZhagenError
from zhagen.figures.labels import cell_text, one_line
from zhagen.figures.withheld import withheld_columns
from zhagen.language import marked, say
from zhagen.output import guard_cells
from zhagen.vocabulary import COLUMNS, STATUSES

POWER = re.compile(r"×10\\?\^(-?\d+)")
GUARDED = marked("　有的格子以 =、+、-、@ 开头，前面加了一个单引号，免得表格软件当公式算。")


@dataclass(frozen=True, repr=False)
class ShownTable:
    """A data frame to be read: shown with Chinese headers, downloaded with its own names and values.

    Columns that hold the wording of an attached original are shown, but left out of the download.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data frame.
    caption : str
        One line of text; the book puts the number before it.
    name : str
        The target of ``{numref}``, unique in the book, such as ``tbl-haier-codes``; or the number itself, ``表 14``.
    headers : dict of str to str
        Column -> header shown, in the order to show them; columns that are not in it are not shown.
    digits : int, default 2
        Decimals of numbers that are not whole; a number that would come out as 0 gets more.
    words : dict of str to dict
        Column -> (value -> its Chinese name).
    """

    frame: pd.DataFrame
    caption: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    digits: int = 2
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say what the table is, in one line."""
        return f"<table {self.name}: {self.caption}, {len(self.frame)} rows x {len(self.headers)} columns>"

    def _repr_markdown_(self) -> str:
        head = [[escape_markdown(header) for header in self.headers.values()]]
        body = [[self._markdown(column, value) for column, value in row] for row in self._rows()]
        lines = [
            f"~~~{{list-table}} {escape_markdown(one_line(self.caption))}",
            f":name: {self.name}",
            ":header-rows: 1",
            "",
        ]
        for row in head + body:
            lines += [f"{'* -' if place == 0 else '  -'} {cell}" for place, cell in enumerate(row)]
        return "\n".join([*lines, "~~~", "", "```{raw} html", self._download(), "```", ""])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{_html(header)}</th>' for header in self.headers.values())
        body = "".join(
            "<tr>" + "".join(f"<td>{self._html(column, value)}</td>" for column, value in row) + "</tr>"
            for row in self._rows()
        )
        # a reader's edition gives the number in place of the target, for no Sphinx numbers its tables
        number = f"{self.name}　" if self.name.startswith("表") else ""
        caption = f"<caption>{_html(number + one_line(self.caption))}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{self._download()}"

    def _rows(self) -> Iterator[list[tuple[str, object]]]:
        """Yield the rows as lists of (column, value)."""
        for values in self.frame[list(self.headers)].itertuples(index=False, name=None):
            yield list(zip(self.headers, values, strict=True))

    def _text(self, column: str, value: object) -> str:
        return cell_text(value, self.digits, self.words.get(column))

    def _markdown(self, column: str, value: object) -> str:
        text = escape_markdown(self._text(column, value))
        if not isinstance(value, str):
            return POWER.sub(lambda power: f"×10{{sup}}`{power[1].replace('-', '−')}`", text)
        words = self.words.get(column, {})  # 文献 is a status, and a part of what a study says
        if value in words and words.keys() <= STATUSES.keys():
            return f"[{text}]{{.status .status-{value.replace('_', '-')}}}"
        return text

    def _html(self, column: str, value: object) -> str:
        text = _html(self._text(column, value))
        if isinstance(value, str):
            return text
        return POWER.sub(lambda power: f"×10<sup>{power[1].replace('-', '−')}</sup>", text)

    def _download(self) -> str:
        kept = self.frame.drop(columns=withheld_columns(self.frame))
        safe = guard_cells(kept)
        data = quote("\ufeff" + safe.to_csv(index=False, lineterminator="\n"), errors="replace")
        name = html.escape(one_line(self.name))
        says = say("下载这张表（CSV）")
        link = f'<a download="{name}.csv" href="data:text/csv;charset=utf-8,{data}">{says}</a>'
        note = "" if safe is kept else say(GUARDED)
        return f'<p class="table-download">{link}{note}</p>'


def show(
    frame: pd.DataFrame,
    caption: str,
    name: str,
    /,
    *,
    digits: int = 2,
    translate: Mapping[str, Mapping[str, str]] | None = None,
    **headers: str,
) -> ShownTable:
    """Show a data frame as a table for readers.

    The English values that the package itself writes in the columns ``status``, ``level``, ``verdict`` and ``kind``
    are shown in Chinese, if every value of the column is such a word; the words of any other column stay as they are.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data frame; a named index becomes its first columns.
    caption : str
        One line of text; the book puts the number before it.
    name : str
        The target of ``{numref}``, unique in the book, such as ``tbl-haier-codes``.
    digits : int, default 2
        Decimals of numbers that are not whole; a number that would come out as 0 gets more.
    translate : mapping of str to mapping, optional
        Column -> (value -> its Chinese name) for columns of other names, such as
        ``{"before": zhagen.vocabulary.STATUSES}``; an empty mapping leaves a column unchanged.
    **headers : str
        Column -> header shown, in the order to show them; none shows every column under its own name.

    Returns
    -------
    ShownTable
        The table, which a notebook shows by itself.

    Raises
    ------
    ZhagenError
        If a column is not there, or two columns have one name.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["甲"], "status": ["by_order"]})
    >>> table = show(frame, "例", "tbl-x", label="标签", status="状态")
    >>> table
    <table tbl-x: 例, 1 rows x 2 columns>
    >>> print(table._repr_markdown_().split("~~~")[1])
    {list-table} 例
    :name: tbl-x
    :header-rows: 1
    <BLANKLINE>
    * - 标签
      - 状态
    * - 甲
      - [依次序对应]{.status .status-by-order}
    <BLANKLINE>
    """
    named = [str(level) for level in frame.index.names if level is not None]
    twice = frame.columns[frame.columns.duplicated()].union([level for level in named if level in frame.columns])
    if len(twice):
        raise ZhagenError(f"two columns are called {twice[0]}", one_line(caption), "rename one of them")
    if named:
        frame = frame.reset_index()
    missing = [column for column in [*headers, *(translate or {})] if column not in frame]
    if missing:
        there = ", ".join(map(str, frame))
        raise ZhagenError(f"no column {missing[0]}; there are {there}", one_line(caption), "give one of these")
    shown = dict(headers) or {column: str(column) for column in frame.columns}
    words = {column: COLUMNS[column] for column in shown if column in COLUMNS and _speaks(frame[column], column)}
    words = {column: {one: say(said) for one, said in names.items()} for column, names in words.items()}
    return ShownTable(frame, caption, name, shown, digits, words | dict(translate or {}))


def line_ranges(frame: pd.DataFrame, *, start: str = "line_start", end: str = "line_end") -> pd.Series:
    """Write the places of a frame's rows as text, such as ``477-478``.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a place.
    start, end : str, default "line_start" and "line_end"
        The columns with the first and the last line.

    Returns
    -------
    pandas.Series
        The places (str), under the index of the frame; empty where a row has none.

    Examples
    --------
    >>> import pandas as pd
    >>> list(line_ranges(pd.DataFrame({"line_start": [4, 6], "line_end": [4, 9]})))
    ['4', '6-9']
    """
    places = zip(frame[start], frame[end], strict=True)
    texts = ["" if pd.isna(a) else str(a) if a == b else f"{a}-{b}" for a, b in places]
    return pd.Series(texts, index=frame.index, dtype="str")


def _speaks(values: pd.Series, column: str) -> bool:
    """Say whether a column holds nothing but words of the package: a reader's own words are never rewritten."""
    given = {value for value in values if isinstance(value, str) and value}
    return given <= set(COLUMNS[column])


def _html(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.splitlines())


def escape_markdown(text: str) -> str:
    """Escape what MyST would read as markup; a line break in a cell becomes a hard break.

    Each line is escaped on its own, as each could begin a list, a heading or a block.

    Parameters
    ----------
    text : str
        The text of a cell or sentence.

    Returns
    -------
    str
        The text as MyST shows it unchanged.

    Examples
    --------
    >>> escape_markdown("*甲*\\n1. 乙")
    '\\\\*甲\\\\*\\\\\\n    1\\\\. 乙'
    """
    lines = []
    for line in filter(None, map(one_line, text.splitlines())):
        line = re.sub(r"([\\`*_\[\]{}<>$~|#^@&])", r"\\\1", line)
        line = re.sub(r"^(\d+)([.)])", r"\1\\\2", line)
        lines.append(re.sub(r"^([-+=:%(])", r"\\\1", line))
    return "\\\n    ".join(lines)
