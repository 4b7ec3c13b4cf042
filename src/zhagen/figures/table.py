"""Tables for readers: a numbered, captioned MyST table in the book, plain HTML in JupyterLab, the CSV with both."""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from zhagen.vocabulary import STATUSES, WORDS

WORDING = ("quotation", "left", "right")  # columns that hold sentences: shown where the original is attached


@dataclass(frozen=True)
class ShownTable:
    """A data frame to be read: shown with Chinese headers, downloaded with its own (`WORDING` left out).

    Attributes
    ----------
    frame : the data frame.
    caption : one line of text; the book puts the number before it.
    name : the target of ``{numref}``, unique in the book, such as ``tbl-haier-codes``.
    headers : dict, column -> header shown; columns that are not in it are not shown.
    digits : decimals of numbers that are not whole.
    """

    frame: object
    caption: str
    name: str
    headers: dict = field(default_factory=dict)
    digits: int = 2

    def _repr_markdown_(self):
        rows = [list(self.headers.values()), *self._cells()]
        lines = [f"```{{list-table}} {self.caption}", f":name: {self.name}", ":header-rows: 1", ""]
        for row in rows:
            lines += [f"{'* -' if place == 0 else '  -'} {cell}" for place, cell in enumerate(row)]
        return "\n".join([*lines, "```", "", "```{raw} html", self._download(), "```", ""])

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{html.escape(header)}</th>' for header in self.headers.values())
        plain = [[_plain(value, self.digits) for value in row] for row in self._values()]
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in plain)
        caption = f"<caption>{html.escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{self._download()}"

    def _values(self):
        return self.frame[list(self.headers)].itertuples(index=False, name=None)

    def _cells(self):
        return [[_markdown(value, self.digits) for value in row] for row in self._values()]

    def _download(self):
        # the wording of an attached original stays out of pages and files
        kept = self.frame.drop(columns=list(WORDING), errors="ignore")
        data = quote("\ufeff" + kept.to_csv(index=False, lineterminator="\n"))
        link = f'<a download="{self.name}.csv" href="data:text/csv;charset=utf-8,{data}">下载这张表（CSV）</a>'
        return f'<p class="table-download">{link}</p>'


def show(frame, caption, name, /, digits=2, **headers):
    """Return a data frame as a `ShownTable`.

    Parameters
    ----------
    frame : the data frame; a named index becomes its first column.
    caption, name, digits : see `ShownTable`.
    headers : column -> header shown, in the order to show them; none shows every column under its own name.

    Raises KeyError for a column that is not there.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["甲"], "status": ["by_order"]})
    >>> table = show(frame, "例", "tbl-x", label="标签", status="状态")
    >>> print(table._repr_markdown_().split("```")[1])
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
    if frame.index.name:
        frame = frame.reset_index()
    missing = [column for column in headers if column not in frame]
    if missing:
        raise KeyError(f"no column {missing[0]}; there are {', '.join(map(str, frame))}")
    return ShownTable(frame, caption, name, headers or {column: str(column) for column in frame}, digits)


def line_ranges(frame, start="line_start", end="line_end"):
    """Return the places of a frame's rows as text, such as ``477-478``; empty where a row has none.

    >>> import pandas as pd
    >>> list(line_ranges(pd.DataFrame({"line_start": [4, 6], "line_end": [4, 9]})))
    ['4', '6-9']
    """
    import pandas as pd

    places = zip(frame[start], frame[end], strict=True)
    texts = ["" if pd.isna(a) else str(a) if a == b else f"{a}-{b}" for a, b in places]
    return pd.Series(texts, index=frame.index, dtype="str")


def _plain(value, digits):
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, float):
        text = f"{value:.{digits}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return WORDS.get(value, str(value))


def _markdown(value, digits):
    text = re.sub(r"([\\`*_\[\]{}<>$~|#^@])", r"\\\1", _plain(value, digits))
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    text = re.sub(r"^([-+=:%])", r"\\\1", text)
    return f"[{text}]{{.status .status-{value.replace('_', '-')}}}" if value in STATUSES else text
