"""What every shape of table is read into: rows of cells, each with its place and how sure it is."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell as one row has it.

    Attributes
    ----------
    text : str
        The clean text.
    line_start : int
        The first raw line on which it is printed.
    line_end : int
        The last one.
    raw : str
        Its field as printed, if it is not all of its lines; else empty.
    value : float or None
        The number, if the column holds numbers.
    printed : str
        What this row itself prints in the cell: ``text``, nothing for a merged cell that another row prints, or
        another text if our reading of merged cells moved the row.
    status : str
        How the cell is known to belong to this row: ``printed``, ``by_order``, ``reconciled`` or ``inferred``.
    reason : str
        Why, in Chinese; empty for a cell that the row prints.
    """

    text: str
    line_start: int
    line_end: int
    raw: str = ""
    value: float | None = None
    printed: str = ""
    status: str = "printed"
    reason: str = ""

    @property
    def merged(self) -> bool:
        """Whether the cell holds for this row without being printed in it."""
        return self.printed != self.text

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last raw line."""
        return self.line_start, self.line_end


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    cells : mapping of str to Cell or None
        A cell for each column; None if the row has none.
    line_start : int
        The first raw line of its cells.
    line_end : int
        The last one.
    status : str
        ``printed`` if the text prints the cells in one row, ``by_order`` if they were brought together from lists.
    group : str
        Which of several tables that are set into one; ``rows`` if there is one only.
    undecided : tuple of str
        The columns whose list is shorter, so that their cell may belong to another row.
    """

    cells: Mapping[str, Cell | None]
    line_start: int
    line_end: int
    status: str = "printed"
    group: str = "rows"
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table of a document, whatever its shape was.

    Attributes
    ----------
    doc_id : str
        The document's id.
    label : str
        The caption's label, such as ``表2``.
    header : dict of str to str
        Name of a column -> header that is printed, in the order of the recipe.
    rows : tuple of Row
        In the order of the text.

    Examples
    --------
    >>> cell = Cell("甲", 3, 3, printed="甲")
    >>> Table("x", "表1", {"concept": "概念"}, (Row({"concept": cell}, 3, 3),))
    表1 (x): 1 row of concept, lines 3-3
    """

    doc_id: str
    label: str
    header: Mapping[str, str]
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        """Say in one line what the table holds."""
        size = f"{len(self.rows)} row{'s' * (len(self.rows) != 1)} of {', '.join(self.header)}"
        first, last = self.lines
        return f"{self.label} ({self.doc_id}): {size}, lines {first}-{last}"

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last raw line of its rows; (0, 0) if it has none."""
        return min((row.line_start for row in self.rows), default=0), max(
            (row.line_end for row in self.rows), default=0
        )

    def column(self, name: str) -> list[Cell]:
        """Return the cells of one column in the order of the text, each merged cell once.

        Parameters
        ----------
        name : str
            The column's name.

        Returns
        -------
        list of Cell
            The cells.

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> cell = Cell("甲", 3, 3, printed="甲")
        >>> Table("x", "表1", {"concept": "概念"}, (Row({"concept": cell}, 3, 3),)).column("concept")[0].text
        '甲'
        """
        if name not in self.header:
            raise KeyError(name)
        found = (row.cells.get(name) for row in self.rows)
        return list({(cell.line_start, cell.line_end, cell.raw or cell.text): cell for cell in found if cell}.values())
