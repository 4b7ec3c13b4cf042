"""A table saved for a paper: Markdown, LaTeX, Word, a spreadsheet; the suffix decides."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from zhagen.errors import ExchangeError
from zhagen.exchange.fields import legal_xml
from zhagen.exchange.sheets import repacked, workbook_bytes
from zhagen.extras import import_extra
from zhagen.figures.table import escape_markdown
from zhagen.output import guard_cells, write_files

LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}


def save_table(frame: pd.DataFrame, path: Path | str, *, caption: str = "") -> Path:
    """Save a table for a paper; the suffix decides how.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; an index with a name or with texts becomes its first column.
    path : pathlib.Path or str
        The file: ``.md`` (Markdown), ``.tex`` (LaTeX, needs the package booktabs), ``.docx`` (Word, with three lines as
        journals want them), ``.csv`` or ``.xlsx``.
    caption : str, default ""
        The title of the table, where the form has one (not in ``.csv``, ``.xlsx``).

    Returns
    -------
    pathlib.Path
        The file. The same table gives the same bytes. What a spreadsheet would run as a formula is guarded, and what
        Markdown or LaTeX would read as a command is escaped.

    Raises
    ------
    ExchangeError
        If the suffix is another one.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     file = save_table(pd.DataFrame({"码": ["50%_试"], "次数": [3]}), Path(place, "a.tex"), caption="频次")
    ...     print(file.read_text(encoding="utf-8"))
    \\begin{table}
    \\centering
    \\caption{频次}
    \\begin{tabular}{lr}
    \\toprule
    码 & 次数 \\\\
    \\midrule
    50\\%\\_试 & 3 \\\\
    \\bottomrule
    \\end{tabular}
    \\end{table}
    <BLANKLINE>
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        found = f"the suffix {suffix!r} is not known" if suffix else "the file has no suffix"
        raise ExchangeError(found, path.name, f"use one of {', '.join(FORMS)}")
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    table = frame if plain else frame.reset_index()
    table = table.set_axis([str(one) for one in table], axis="columns")
    write_files({path.name: FORMS[suffix](table, caption)}, path.parent)
    return path


def _cells(frame: pd.DataFrame) -> tuple[list[list[str]], list[bool]]:
    """Return the cells as texts, and which columns are numbers."""
    numbers = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]
    rows = [["" if pd.isna(c) else _shown(c) for c in row] for row in frame.astype(object).itertuples(index=False)]
    return rows, numbers


def _head(frame: pd.DataFrame) -> list[str]:
    return [str(one) for one in frame]


def _shown(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _markdown(frame: pd.DataFrame, caption: str) -> bytes:
    rows, numbers = _cells(frame)

    def line(cells: list[str]) -> str:
        shown = [escape_markdown(re.sub(r"\s*[\r\n]\s*", " ", cell)) for cell in cells]
        return f"| {' | '.join(shown)} |"

    marks = ["---:" if number else "---" for number in numbers]
    head = [f"{escape_markdown(caption)}\n"] if caption else []
    return ("\n".join([*head, line(_head(frame)), f"| {' | '.join(marks)} |", *map(line, rows)]) + "\n").encode()


def _latex(frame: pd.DataFrame, caption: str) -> bytes:
    rows, numbers = _cells(frame)

    def escaped(text: str) -> str:
        text = re.sub(r"\s+", " ", legal_xml(text))
        shown = "".join(LATEX.get(char, char) for char in text)
        return f"{{}}{shown}" if shown.startswith(("[", "*")) else shown  # else \\ before it would take it as an option

    def line(cells: list[str]) -> str:
        return " & ".join(map(escaped, cells)) + r" \\"

    columns = "".join("r" if number else "l" for number in numbers)
    head = [r"\begin{table}", r"\centering", *([rf"\caption{{{escaped(caption)}}}"] if caption else [])]
    body = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule", line(_head(frame)), r"\midrule", *map(line, rows)]
    return ("\n".join([*head, *body, r"\bottomrule", r"\end{tabular}", r"\end{table}"]) + "\n").encode()


def _word(frame: pd.DataFrame, caption: str) -> bytes:
    """Return a document with the table: a line above, below its head, and at its end."""
    docx = import_extra("docx", "materials")
    aligned = import_extra("docx.enum.text", "materials").WD_ALIGN_PARAGRAPH
    rows, numbers = _cells(frame)
    document = docx.Document()
    if caption:
        document.add_paragraph(legal_xml(caption)).alignment = aligned.CENTER
    table = document.add_table(rows=len(rows) + 1, cols=frame.shape[1])
    for number, cells in enumerate([_head(frame), *rows]):
        for place, (cell, text) in enumerate(zip(table.rows[number].cells, cells, strict=True)):
            cell.text = legal_xml(text)
            paragraph = cell.paragraphs[0]
            if numbers[place]:
                paragraph.alignment = aligned.RIGHT
            if number == 0 and paragraph.runs:
                paragraph.runs[0].bold = True
            _rule(cell, docx, {"top": 12 if number == 0 else 0, "bottom": _below(number, len(rows))})
    made = io.BytesIO()
    document.save(made)
    return repacked(made.getvalue())


def _below(number: int, last: int) -> int:
    return 12 if number == last else 6 if number == 0 else 0


def _rule(cell: Any, docx: Any, sizes: dict[str, int]) -> None:
    """Draw lines at a cell; sizes are eighths of a point."""
    borders = docx.oxml.OxmlElement("w:tcBorders")
    for side, size in sizes.items():
        if size:
            line = docx.oxml.OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", str(size)), ("color", "000000")):
                line.set(docx.oxml.ns.qn(f"w:{key}"), value)
            borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)


def _csv(frame: pd.DataFrame, caption: str) -> bytes:
    return b"\xef\xbb\xbf" + guard_cells(frame).to_csv(index=False, lineterminator="\r\n").encode()


def _xlsx(frame: pd.DataFrame, caption: str) -> bytes:
    return workbook_bytes({re.sub(r"[\[\]:*?/\\]", " ", caption).strip("' ")[:31] or "table": frame})[0]


FORMS: dict[str, Callable[[pd.DataFrame, str], bytes]] = {
    ".md": _markdown,
    ".tex": _latex,
    ".docx": _word,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
