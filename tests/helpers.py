"""What several tests need: an extraction or a skip, and changed copies of a text."""

import re

import numpy as np
import pytest

from zhagen.errors import SourceError
from zhagen.extraction.pipeline import extract


def extracted(doc_id, edition):
    try:
        return extract(doc_id, edition=edition)
    except SourceError as error:
        if edition == "original":
            pytest.skip(f"needs the original: {error}")
        raise


def spread(label):
    """A pattern for a label that may be broken over lines or set apart by blanks."""
    return r"\s*".join(map(re.escape, label))


def without(raw, *cells):
    """Drop the lines of some table cells."""
    lines = raw.split("\n")
    for cell in cells:
        for number in range(cell.line_start, cell.line_end + 1):
            lines[number - 1] = ""
    return "\n".join(lines)


def course(path):
    """Points on SVG path data of moves, lines and splines with absolute coordinates."""
    points, here = [], None
    for command, text in re.findall(r"([MLQC])([^MLQC]*)", path):
        given = [np.array(pair, dtype=float) for pair in re.findall(r"(-?[\d.]+),(-?[\d.]+)", text)]
        degree = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        for start in range(0, len(given), degree):
            hull = [*([] if here is None else [here]), *given[start : start + degree]]
            for share in np.linspace(0, 1, 41):
                level = hull
                while len(level) > 1:  # De Casteljau
                    level = [a + (b - a) * share for a, b in zip(level, level[1:], strict=False)]
                points.append(level[0])
            here = hull[-1]
    return np.array(points)
