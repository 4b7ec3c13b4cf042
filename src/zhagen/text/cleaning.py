"""Clean text with a map from every character back to its raw line and column.

Text taken from a PDF breaks words at line ends, sets blanks into them, and spells one hyphen in several ways.
`clean` undoes that and forgets nothing: each character of the result knows where it stood.
"""

import re
from dataclasses import dataclass

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WIDE = re.compile(f"[{HAN}\u3001-\u303f\uff01-\uffef]")
HYPHENS = "\u2010\u2011\u2012\u2013\u2212\uff0d"
# Nothing is seen of these, or only a bullet of the PDF's own font (private use).
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\ue000-\uf8ff]")
SENTENCE_END = re.compile(r"[。！？!?]+[”’」』）)]*|(?<=[a-z)\]])\.(?=\s|$)")


@dataclass(frozen=True)
class CleanText:
    """Clean text; ``lines[i]`` and ``columns[i]`` (both 1-based) say where ``text[i]`` stood in the raw file.

    A blank set between two Latin lines is mapped to the end of the first of them.
    """

    text: str
    lines: tuple
    columns: tuple

    def __len__(self):
        return len(self.text)

    def __getitem__(self, part):
        """Return the part of a slice, with its map."""
        return CleanText(self.text[part], self.lines[part], self.columns[part])

    def span(self, start=0, end=None):
        """Return (first raw line, last raw line) of ``text[start:end]``; raises IndexError where that is empty.

        >>> clean("数字\\n\\n商业").span()
        (1, 3)
        """
        lines = self.lines[start:end]
        return lines[0], lines[-1]

    def sentences(self):
        """Return the sentences in order, each a `CleanText`; closing marks stay with their sentence.

        >>> [s.text for s in clean("他问：“行吗？”她点头。走了").sentences()]
        ['他问：“行吗？”', '她点头。', '走了']
        """
        ends = [match.end() for match in SENTENCE_END.finditer(self.text)]
        starts = [0, *ends]
        parts = [self[a:b]._strip() for a, b in zip(starts, [*ends, len(self)], strict=True)]
        return [part for part in parts if part.text]

    def _strip(self):
        left = len(self.text) - len(self.text.lstrip())
        return self[left : len(self.text.rstrip())]


def clean(raw, first_line=1):
    """Clean hard-wrapped text.

    Lines are joined (with a blank only between two Latin words), blanks beside a Chinese character are dropped,
    hyphen variants become ``-`` (a double dash ``——`` stays), quotation marks of the same kind inside one another
    become ‘ ’, and characters without a shape (zero-width, private use) go. Cleaning clean text changes nothing.

    Parameters
    ----------
    raw : str, or a sequence of raw lines.
    first_line : the raw line number of its first line.

    Returns a `CleanText`.

    >>> clean(" 对数字商业模\\n\\n式‑创 新").text
    '对数字商业模式-创新'
    >>> clean("data–driven\\nbusiness").text
    'data-driven business'
    """
    lines = raw.split("\n") if isinstance(raw, str) else raw
    chars = _join(lines, first_line)
    chars = _drop_blanks(chars)
    text = _fold_quotes(_fold_hyphens("".join(char for char, _, _ in chars)))
    return CleanText(text, tuple(line for _, line, _ in chars), tuple(column for _, _, column in chars))


def count_term(text, term):
    """Count how often `term` stands in clean `text`; the term is cleaned as the text was.

    >>> count_term("数据驱动与数据驱动", "数据 驱动")
    2
    """
    wanted = clean(term).text
    return text.count(wanted) if wanted else 0


def printed_width(line):
    """Return the printed width of a line in full-width characters (a half-width one counts half).

    >>> printed_width("图 1")
    2.0
    """
    return sum(1.0 if WIDE.match(char) or char in "“”‘’—…" else 0.5 for char in line.strip())


def _join(lines, first_line):
    chars = []
    for number, line in enumerate(lines, first_line):
        kept = [(char, number, column) for column, char in enumerate(line, 1) if not INVISIBLE.match(char)]
        while kept and kept[-1][0].isspace():
            kept.pop()
        while kept and kept[0][0].isspace():
            kept.pop(0)
        if not kept:
            continue
        if chars and _wants_blank(chars[-1][0], kept[0][0]):
            chars.append((" ", chars[-1][1], chars[-1][2] + 1))
        chars.extend(kept)
    return chars


def _wants_blank(before, after):
    if WIDE.match(before) or WIDE.match(after):
        return False
    return (before.isalnum() or before in ",.;:!?)]") and (after.isalnum() or after in "([")


def _drop_blanks(chars):
    """Drop runs of blanks beside a wide character; elsewhere keep the first blank of a run."""
    kept = []
    for place, (char, line, column) in enumerate(chars):
        if not char.isspace():
            kept.append((char, line, column))
            continue
        after = next((c for c, _, _ in chars[place + 1 :] if not c.isspace()), "")
        before = kept[-1][0] if kept else ""
        if before != " " and before and after and not WIDE.match(before) and not WIDE.match(after):
            kept.append((" ", line, column))
    return kept


def _fold_hyphens(text):
    text = re.sub(f"[{HYPHENS}]", "-", text)
    return re.sub("(?<!—)—(?!—)", "-", text)


def _fold_quotes(text):
    """Turn inner “ ” into ‘ ’ where the marks are balanced."""
    depth, folded = 0, []
    for char in text:
        if char == "”":
            depth -= 1
        folded.append({"“": "‘", "”": "’"}.get(char, char) if depth > 0 else char)
        if char == "“":
            depth += 1
        if depth < 0:
            return text
    return "".join(folded) if depth == 0 else text


def is_chinese(text):
    """Say whether most letters of a text are Chinese characters.

    >>> is_chinese("图 1 model"), is_chinese("数字商业模式 model")
    (False, True)
    """
    han = len(re.findall(f"[{HAN}]", text))
    return han > sum(char.isalpha() for char in text) - han
