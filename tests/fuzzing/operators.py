"""The ways in which a text is damaged, each with what it knows of the outcome."""

import random
import re
import unicodedata
from functools import lru_cache

from fuzzing.oracle import DOCUMENTS, Mutant, reference
from zhagen.documents.outline import CONTINUED

OPERATORS = {}  # name -> function of a Copy, which returns a Mutant, or None where the document has no such place
RUBBISH = ("\x1b[31m", "\x00", "\x07", "\ufffd", "\uffff", "\x85", "\u202e", "。", "，", "；", "：", "？", "!", "\t")
RADICALS = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}  # 人 -> ⼈
SWAP = str.maketrans("0123456789()", "０１２３４５６７８９（）")


def operator(function):
    OPERATORS[function.__name__] = function
    return function


class Copy:
    """A copy of a document on its way to be damaged, and a source of chance."""

    def __init__(self, doc_id, edition, seed):
        self.doc_id, self.found = doc_id, reference(doc_id, edition)
        self.lines = list(self.found.document.lines)
        self.random = random.Random(f"{doc_id} {edition} {seed}")

    @property
    def text(self):
        return "\n".join(self.lines)

    def some(self, things):
        things = list(things)
        return self.random.choice(things) if things else None

    def codes(self, levels=("theme", "concept", "category", "main_category")):
        codes = self.found.codebook.codes
        printed = codes[codes.level.isin(levels)]
        printed = printed[[code.label in self.bare(code.line_start, code.line_end) for code in printed.itertuples()]]
        return list(printed.itertuples())

    def bare(self, first, last):
        return re.sub(r"\s", "", "".join(self.lines[first - 1 : last]))

    def quotations(self):
        return list(self.found.codebook.evidence.itertuples())

    def tables(self):
        """The label of each coding table with the lines of its cells."""
        outline = self.found.outline
        entries = [table for table in self.found.recipe.get("tables", []) if table["levels"]]
        return [(t, [block.lines for block in outline.cells(t["label"])]) for t in entries]

    def table_lines(self):
        return sorted({n for _, cells in self.tables() for a, b in cells for n in range(a, b + 1)})

    def rows(self):
        """The lines of coding tables whose cells are set apart by tabs, without headers."""
        inside = self.table_lines()
        heads = [c["header"] for t, _ in self.tables() for c in t["columns"]]
        return [n for n in inside if "\t" in self.lines[n - 1] and not any(h in self.lines[n - 1] for h in heads)]

    def printed(self):
        """The numbers of the lines that are not blank."""
        return [n for n, line in enumerate(self.lines, 1) if line.strip()]

    def headings(self):
        return [s.line_start for s in self.found.outline.section_list if s.title]

    def drop(self, *spans):
        gone = {n for first, last in spans for n in range(first, last + 1)}
        self.lines = [line for n, line in enumerate(self.lines, 1) if n not in gone]
        return self

    def put(self, after, *lines):
        self.lines[after:after] = lines
        return self

    def change(self, number, change):
        before = self.lines[number - 1]
        self.lines[number - 1] = change(before)
        return self if self.lines[number - 1] != before else None

    def damaged(self, **said):
        return Mutant(self.text, **said)


def span(row):
    return row.line_start, row.line_end


def tabular(copy):
    return bool(copy.rows())


# Cells and rows that are gone


@operator
def label_gone(copy):
    code = copy.some(copy.codes())
    if code is None or copy.doc_id == "ecommerce" or tabular(copy):
        return None
    return copy.drop(span(code)).damaged()


@operator
def quotation_gone(copy):
    row = copy.some(copy.quotations())
    return row and not tabular(copy) and copy.drop(span(row)).damaged() or None


@operator
def label_and_another_quotation_gone(copy):
    if tabular(copy) or not copy.quotations() or not copy.tables():
        return None
    table, cells = copy.some(copy.tables())
    first, last = min(cells)[0], max(cells)[1]
    code = copy.some(c for c in copy.codes(("concept",)) if first <= c.line_start <= last)
    row = copy.some(q for q in copy.quotations() if first <= q.line_start <= last and q.code_id != code.code_id)
    return copy.drop(span(code), span(row)).damaged()


@operator
def whole_row_gone(copy):
    row = copy.some(copy.quotations())
    if row is None or copy.doc_id == "whitepaper":
        return None
    code = next(c for c in copy.found.codebook.codes.itertuples() if c.code_id == row.code_id)
    return copy.drop(span(code), span(row)).damaged()


@operator
def two_rows_gone(copy):
    return copy.drop(*((n, n) for n in copy.random.sample(copy.rows(), 2))).damaged() if tabular(copy) else None


@operator
def table_line_gone(copy):
    number = copy.some(copy.table_lines())
    return number and copy.drop((number, number)).damaged()


@operator
def any_line_gone(copy):
    number = copy.some(copy.printed())
    return copy.drop((number, number)).damaged()


@operator
def page_gone(copy):
    start, size = copy.random.randrange(len(copy.lines)), copy.random.randint(2, 60)
    return copy.drop((start + 1, start + size)).damaged()


@operator
def end_gone(copy):
    last = copy.random.choice(copy.printed()[:-1])
    return copy.drop((last + 1, len(copy.lines))).damaged()


@operator
def caption_gone(copy):
    caption = copy.some(copy.found.outline.captions.values())
    return caption and copy.drop(caption.lines).damaged()


@operator
def heading_gone(copy):
    number = copy.some(copy.headings())
    return copy.drop((number, number)).damaged()


@operator
def cell_emptied(copy):
    number = copy.some(copy.rows())
    if number is None:
        return None
    fields = copy.lines[number - 1].split("\t")
    fields[copy.random.randrange(len(fields))] = ""
    return copy.change(number, lambda line: "\t".join(fields)) and copy.damaged()


# Cells and rows in the wrong place, or printed twice


@operator
def table_lines_exchanged(copy):
    numbers = copy.table_lines()
    if not numbers:
        return None
    a, b = copy.random.sample(numbers, 2)
    copy.lines[a - 1], copy.lines[b - 1] = copy.lines[b - 1], copy.lines[a - 1]
    return copy.damaged()


@operator
def cells_of_a_list_exchanged(copy):
    table = copy.some(copy.tables())
    if table is None or tabular(copy):
        return None
    a, b = sorted(copy.random.sample(table[1], 2))
    one, other = copy.lines[a[0] - 1 : a[1]], copy.lines[b[0] - 1 : b[1]]
    copy.lines[b[0] - 1 : b[1]] = one
    copy.lines[a[0] - 1 : a[1]] = other
    return copy.damaged()


@operator
def cell_moved_to_another_table(copy):
    if tabular(copy) or len(copy.tables()) < 2:
        return None
    one, other = copy.random.sample(copy.tables(), 2)
    cell, place = copy.some(one[1]), copy.some(other[1])
    words = copy.lines[cell[0] - 1 : cell[1]]
    if cell[0] > place[1]:
        copy.drop(cell).put(place[1], "", *words, "")
    else:
        copy.put(place[1], "", *words, "").drop(cell)
    return copy.damaged()


@operator
def merged_cell_moved(copy):
    numbers = [n for n in copy.rows() if copy.lines[n - 1].split("\t")[0].strip()]
    number = copy.some(numbers)
    if number is None:
        return None
    other = copy.some(n for n in (number - 1, number + 1) if n in copy.rows() and n not in numbers)
    if other is None:
        return None
    label, rest = copy.lines[number - 1].split("\t", 1)
    copy.lines[number - 1] = "\t" + rest
    copy.lines[other - 1] = label + copy.lines[other - 1]
    return copy.damaged()


@operator
def fields_exchanged(copy):
    number = copy.some(copy.rows())
    if number is None:
        return None
    fields = copy.lines[number - 1].split("\t")
    a, b = copy.random.sample(range(len(fields)), 2)
    fields[a], fields[b] = fields[b], fields[a]
    return copy.change(number, lambda line: "\t".join(fields)) and copy.damaged()


@operator
def line_twice(copy):
    number = copy.some(copy.table_lines() or copy.printed())
    return copy.put(number, copy.lines[number - 1]).damaged()


@operator
def table_twice(copy):
    table = copy.some(copy.tables())
    if table is None:
        return None
    first, last = copy.found.outline.captions[table[0]["label"]].lines[0], max(table[1])[1]
    return copy.put(last, "", *copy.lines[first - 1 : last], "").damaged()


@operator
def two_documents(copy):
    other = reference(copy.some(d for d in DOCUMENTS if d != copy.doc_id), "digest")
    copy.lines += list(other.document.lines)
    return copy.damaged()


@operator
def another_document_first(copy):
    other = reference(copy.some(d for d in DOCUMENTS if d != copy.doc_id), "digest")
    copy.lines[:0] = list(other.document.lines)
    return copy.damaged()


@operator
def document_twice(copy):
    copy.lines += copy.lines
    return copy.damaged()


# Rows and cells that are broken or glued


@operator
def tab_gone(copy):
    number = copy.some(copy.rows())
    return number and copy.change(number, lambda line: line.replace("\t", "", 1)) and copy.damaged()


@operator
def tab_too_many(copy):
    number = copy.some(copy.rows())
    if number is None:
        return None
    place = copy.random.randrange(len(copy.lines[number - 1]))
    return copy.change(number, lambda line: line[:place] + "\t" + line[place:]).damaged()


@operator
def tabs_became_blanks(copy):
    number = copy.some(copy.rows())
    return number and copy.change(number, lambda line: line.replace("\t", "  ")).damaged()


@operator
def lines_glued(copy):
    number = copy.some(copy.table_lines() or copy.printed())
    if number is None or number == len(copy.lines):
        return None
    copy.lines[number - 1 : number + 1] = [copy.lines[number - 1] + copy.lines[number]]
    return copy.damaged()


@operator
def cells_glued(copy):
    blank = copy.some(n for n in copy.table_lines() if n < len(copy.lines) and not copy.lines[n].strip())
    return blank and copy.drop((blank + 1, blank + 1)).damaged()


@operator
def line_broken(copy):
    number = copy.some(n for n in copy.table_lines() or copy.printed() if len(copy.lines[n - 1].strip()) > 1)
    line = copy.lines[number - 1]
    place = copy.random.randint(1, len(line) - 1)
    copy.lines[number - 1 : number] = [line[:place], *([""] * copy.random.randint(0, 1)), line[place:]]
    return copy.damaged()


@operator
def blank_line_in_a_cell(copy):
    number = copy.some(n for n in copy.table_lines() if n + 1 in copy.table_lines())
    return number and copy.put(number, "").damaged()


# Labels


def relabelled(copy, change, levels=("theme", "concept", "category", "main_category", "core_category", "dimension")):
    code = copy.some(c for c in copy.codes(levels) if c.label in copy.lines[c.line_start - 1])
    if code is None:
        return None, None
    new = change(code.label)
    done = copy.change(code.line_start, lambda line: line.replace(code.label, new))
    return (code, new) if done else (None, None)


@operator
def rubbish_in_a_label(copy):
    def change(label):
        place = copy.random.randint(1, len(label) - 1)
        return label[:place] + copy.some(RUBBISH) + label[place:]

    return relabelled(copy, change)[0] and copy.damaged()


@operator
def number_at_a_label(copy):
    number = str(copy.random.randint(1, 999))
    change = (lambda label: label + number) if copy.random.random() < 0.5 else (lambda label: number + label)
    return relabelled(copy, change)[0] and copy.damaged()


@operator
def header_at_a_label(copy):
    words = [c["header"] for t, _ in copy.tables() for c in t["columns"]] + ["续表", "续表2", "表3"]
    return relabelled(copy, lambda label: copy.some(words) + label)[0] and copy.damaged()


@operator
def half_a_label(copy):
    def change(label):
        cut = copy.random.randint(1, len(label) - 1)
        return label[:cut] if copy.random.random() < 0.5 else label[cut:]

    return relabelled(copy, change)[0] and copy.damaged()


@operator
def two_labels_in_one(copy):
    other = copy.some(copy.codes())
    if other is None:
        return None
    mark = copy.some("、，；/ 和")
    code, _ = relabelled(copy, lambda label: label + mark + other.label)
    return code and copy.damaged()


@operator
def label_renamed_everywhere(copy):
    code = copy.some(copy.codes())
    if code is None:
        return None
    new = "新换的名称" + copy.some("甲乙丙丁")
    text = re.sub(r"\s*".join(map(re.escape, code.label)), new, copy.text)
    return Mutant(text, renamed=_names(copy, code.label, new))


def _names(copy, old, new):
    """What every label and quotation becomes if `old` is `new` everywhere."""
    found = copy.found.codebook
    words = [*found.codes.label, *found.evidence.gloss, *found.evidence.quotation]
    return {word: word.replace(old, new) for word in words if old in word}


@operator
def radicals_in_a_label(copy):
    number = copy.some(n for n in copy.table_lines() or copy.printed() if set(copy.lines[n - 1]) & set(RADICALS))
    return number and copy.change(number, lambda line: line.translate(str.maketrans(RADICALS))).damaged()


@operator
def shapeless_in_a_label(copy):
    code, _ = relabelled(copy, lambda label: label[0] + copy.some("\u200b\u00ad\ufeff\ue004\u2060") + label[1:])
    return code and copy.damaged(harmless=True)


# Lines that a PDF adds


@operator
def page_number_inside(copy):
    number = copy.some(copy.table_lines() or copy.printed())
    page = str(copy.random.randint(1, 999))
    form = copy.some(["{}", "- {} -", "— {} —", " {}", "第 {} 页", "{}\f"])
    blank = [""] * copy.random.randint(0, 1)
    return copy.put(number, *blank, form.format(page), *blank).damaged(loses=False)


@operator
def running_head_inside(copy):
    number = copy.some(copy.table_lines() or copy.printed())
    blank = [""] * copy.random.randint(0, 1)
    return copy.put(number, *blank, copy.some(["某学报 第七卷", "管理世界", "2024年第3期"]), *blank).damaged()


@operator
def table_goes_on(copy):
    table = copy.some(copy.tables())
    if table is None:
        return None
    word = copy.some(["续表", f"续{table[0]['label']}", "续表 1"])
    assert table and isinstance(CONTINUED, re.Pattern)
    cell = copy.some(table[1][:-1])
    return copy.put(cell[1], "", word, "").damaged()


@operator
def blank_line_after_every_line(copy):
    return Mutant(re.sub(r"(?m)^(.*\S.*)$", r"\1\n", copy.text), loses=False)


@operator
def label_of_the_frame_twice(copy):
    caption = copy.some(copy.found.outline.captions.values())
    if caption is None:
        return None
    number = copy.some(n for n in copy.printed() if n < caption.lines[0])
    return copy.put(number or 0, copy.lines[caption.lines[0] - 1]).damaged()


# Chains, headings, enumerations, statements


@operator
def another_chain_first(copy):
    copy.put(copy.random.randint(1, 3), "本文沿“起因‑过程‑后果”的主线。")
    return copy.damaged()


@operator
def chain_damaged(copy):
    number = copy.some(n for n in copy.printed() if re.search("“[^“”]+[‑-]", copy.lines[n - 1]))
    change = copy.some([lambda s: s.replace("“", ""), lambda s: s.replace("‑", "、"), lambda s: s.replace("”", "")])
    return number and copy.change(number, change) and copy.damaged()


@operator
def heading_damaged(copy):
    number = copy.some(copy.headings())
    line = copy.lines[number - 1]
    place = copy.random.randrange(len(line))
    change = copy.some([line[:place] + line[place + 1 :], line[:place], line[place:], line + "。", "某" + line])
    return copy.change(number, lambda _: change) and copy.damaged()


@operator
def headings_exchanged(copy):
    a, b = copy.random.sample(copy.headings(), 2)
    copy.lines[a - 1], copy.lines[b - 1] = copy.lines[b - 1], copy.lines[a - 1]
    return copy.damaged()


@operator
def words_around_a_list(copy):
    listed = copy.found.tables.get("列举")
    if listed is None:
        return None
    row = copy.some(listed[listed.row == 1].itertuples())
    words = copy.some(["以下12个方面：", "如下三种：", "以下几类，", "主要有", "包括5大环节即"])
    return copy.change(row.line_start, lambda s: s.replace(row.label, words + row.label, 1)) and copy.damaged()


@operator
def listed_item_gone(copy):
    listed = copy.found.tables.get("列举")
    if listed is None:
        return None
    row = copy.some(listed.itertuples())
    form = rf"{re.escape(row.label)}[、”]?"
    return copy.change(row.line_start, lambda s: re.sub(form, "", s, count=1)) and copy.damaged()


@operator
def list_marks_changed(copy):
    listed = copy.found.tables.get("列举")
    if listed is None:
        return None
    row = copy.some(listed.itertuples())
    marks = copy.some(["，", "；", ",", "/", " "])
    return copy.change(row.line_start, lambda s: s.replace("、", marks)) and copy.damaged()


@operator
def frame_word_damaged(copy):
    """Damage a mark, bracket or digit on a line that a table of statements or a picture is read from."""
    places = [n for frame in copy.found.tables.values() if "line_start" in frame for n in frame.line_start]
    number = copy.some(int(n) for n in places)
    if number is None:
        return None
    line = copy.lines[number - 1]
    place = copy.some(n for n, char in enumerate(line) if char in "()（）；;：:，,0123456789一二三从由向为")
    if place is None:
        return None
    instead = copy.some(["", line[place].translate(SWAP), " "])
    return copy.change(number, lambda s: s[:place] + instead + s[place + 1 :]) and copy.damaged(loses=False)


@operator
def box_gone(copy):
    places = [n for frame in copy.found.tables.values() if "line_start" in frame for n in frame.line_start]
    number = copy.some(int(n) for n in places)
    return number and copy.drop((number, number)).damaged()


@operator
def blank_line_in_a_box(copy):
    blocks = [b for b in copy.found.outline.blocks if b.lines[1] > b.lines[0]]
    block = copy.some(blocks)
    return block and copy.put(copy.random.randrange(*block.lines), "").damaged()


@operator
def boxes_glued(copy):
    blank = copy.some(n for n, line in enumerate(copy.lines, 1) if not line.strip())
    return blank and copy.drop((blank, blank)).damaged()


# One character


@operator
def character_gone(copy):
    number = copy.some(copy.table_lines() or copy.printed())
    if not copy.lines[number - 1]:
        return None
    place = copy.random.randrange(len(copy.lines[number - 1]))
    return copy.change(number, lambda s: s[:place] + s[place + 1 :]).damaged()


@operator
def mark_gone(copy):
    """Take away a quotation mark, a stop or a separator."""
    number = copy.some(n for n in copy.table_lines() or copy.printed() if re.search("[“”。、|\t]", copy.lines[n - 1]))
    if number is None:
        return None
    place = copy.some(m.start() for m in re.finditer("[“”。、|\t]", copy.lines[number - 1]))
    return copy.change(number, lambda s: s[:place] + s[place + 1 :]).damaged()


# Harmless: what another program does to a text


@operator
def line_ends(copy):
    end = copy.some(["\r\n", "\r"])
    return Mutant(copy.text.replace("\n", end).encode(), harmless=True)


@operator
def byte_order_mark(copy):
    return Mutant(copy.text.encode("utf-8-sig"), harmless=True)


@operator
def blanks_in_words(copy):
    blank = copy.some([" ", "\u3000", "\u00a0"])
    number = copy.some(n for c in copy.codes() for n in range(c.line_start, c.line_end + 1))
    if number is None or copy.doc_id == "xiaomi" and number in copy.rows() and "、" not in copy.lines[number - 1]:
        return None
    line = copy.lines[number - 1]
    place = copy.some(m.start() for m in re.finditer("(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", line))
    return place and copy.change(number, lambda s: s[:place] + blank + s[place:]).damaged(harmless=True)


@operator
def blank_lines_at_the_ends(copy):
    return Mutant("\n" * copy.random.randint(0, 3) + copy.text + "\n" * 5, harmless=copy.doc_id != "ecommerce")


@operator
def wide_digits_in_captions(copy):
    caption = copy.some(copy.found.outline.captions.values())
    return caption and copy.change(caption.lines[0], lambda s: s.translate(SWAP)).damaged(loses=False)


@operator
def another_encoding(copy):
    name = copy.some(["gb18030", "utf-16", "utf-16-le", "utf-32"])
    return Mutant(copy.text.encode(name, "replace"), loses=False)


@operator
def nothing_left(copy):
    return Mutant(copy.some(["", " \n\u3000\n", "\ufeff", copy.lines[0]]))


# Ten more: what layout programs, editors and another edition do to labels, rows and counts


@operator
def rows_merged(copy):
    """Two rows of a table lose the line break between them; in a list, the last line of a cell and the next cell."""
    numbers = copy.table_lines()
    number = copy.some(n for n in numbers if n < len(copy.lines) and n + 1 in numbers and copy.lines[n].strip())
    if number is None:
        return None
    copy.lines[number - 1 : number + 1] = [copy.lines[number - 1].rstrip() + copy.lines[number].lstrip()]
    return copy.damaged()


@operator
def column_shifted(copy):
    """From a row on, the first field of each row stands one row lower."""
    numbers = copy.rows()
    if len(numbers) < 4:
        return None
    place = copy.random.randrange(len(numbers) - 2)
    run = numbers[place : place + copy.random.randint(2, 6)]
    heads = [copy.lines[n - 1].split("\t", 1)[0] for n in run]
    if len(set(heads)) == 1:
        return None
    for number, head in zip(run, [heads[-1], *heads[:-1]], strict=True):
        copy.lines[number - 1] = head + "\t" + copy.lines[number - 1].split("\t", 1)[1]
    return copy.damaged()


@operator
def list_shifted(copy):
    """In a table that survives as lists, the last cell of a run moves before its first one."""
    table = copy.some(copy.tables())
    if table is None or tabular(copy) or len(table[1]) < 6:
        return None
    cells = sorted(table[1])
    place = copy.random.randrange(len(cells) - 4)
    first, last = cells[place], cells[place + copy.random.randint(2, 4)]
    words = copy.lines[last[0] - 1 : last[1]]
    copy.drop(last).put(first[0] - 1, *words, "")
    return copy.damaged()


@operator
def label_over_a_page_break(copy):
    """A label is split, with the number of the page and a form feed between its halves."""
    code = copy.some(c for c in copy.codes() if c.label in copy.lines[c.line_start - 1] and len(c.label) > 3)
    if code is None:
        return None
    before, after = copy.lines[code.line_start - 1].split(code.label, 1)
    cut = copy.random.randint(1, len(code.label) - 1)
    page = str(copy.random.randint(2, 400))
    between = copy.some([[page], [page, "\f"], ["", page, ""], [f"\f{page}"], [f"— {page} —"]])
    copy.lines[code.line_start - 1 : code.line_start] = [
        before + code.label[:cut],
        *between,
        code.label[cut:] + after,
    ]
    return copy.damaged(loses=False)


@operator
def announced_count_changed(copy):
    """A count in words becomes the next one, in one line that is no row of a table: 六 -> 七."""
    numerals = "一二三四五六七八九十"
    inside = set(copy.table_lines())
    form = "[二三四五六七八九](?=个|大|种|类|项|条|方面|阶段|维度|章)"
    number = copy.some(n for n in copy.printed() if n not in inside and re.search(form, copy.lines[n - 1]))
    if number is None:
        return None
    place = copy.some(m.start() for m in re.finditer(form, copy.lines[number - 1]))
    new = numerals[numerals.index(copy.lines[number - 1][place]) + 1]
    return copy.change(number, lambda s: s[:place] + new + s[place + 1 :]).damaged()


@operator
def heading_twice(copy):
    """A heading is printed once more, further down: the head of the next page."""
    number = copy.some(copy.headings())
    place = copy.some(n for n in copy.printed() if n > number)
    return place and copy.put(place, *[""] * copy.random.randint(0, 1), copy.lines[number - 1]).damaged() or None


@operator
def half_a_table_of_the_other_edition(copy):
    """The second half of a table comes from the other edition: same labels, other quotations, other line breaks."""
    other = reference(copy.doc_id, "digest" if copy.found.document.edition == "original" else "original")
    table = copy.some(copy.tables())
    if other is None or table is None:
        return None
    theirs = sorted(block.lines for block in other.outline.cells(table[0]["label"]))
    ours = sorted(table[1])
    if len(theirs) != len(ours):
        return None
    cut = copy.random.randint(1, len(ours) - 1)
    words = other.document.lines[theirs[cut][0] - 1 : theirs[-1][1]]
    copy.lines[ours[cut][0] - 1 : max(last for _, last in ours)] = words
    # what the other edition prints is right as well: a quotation is known by its gloss
    quoted = zip(copy.found.codebook.evidence.itertuples(), other.codebook.evidence.itertuples(), strict=True)
    names = {(one.gloss or one.quotation): (more.gloss or more.quotation) for one, more in quoted}
    return copy.damaged(renamed=names)


@lru_cache
def names_with_places(doc_id, edition):
    """Return the names that are printed in several places, and are no part of a longer one, with these places."""
    found = reference(doc_id, edition)
    names = {*found.codebook.codes.label, *found.names.listed}
    text, out = found.document.raw, {}
    for name in sorted(name for name in names if len(name) > 2 and sum(name in other for other in names) == 1):
        kinds = {
            number: block.kind
            for block in found.outline.blocks
            if name in block.text
            for number in range(block.lines[0], block.lines[1] + 1)
        }
        places = [match.span() for match in re.finditer(r"\s*".join(map(re.escape, name)), text)]
        placed = [(place, kinds.get(text.count("\n", 0, place[0]) + 1)) for place in places]
        placed = [(place, kind) for place, kind in placed if kind]
        if len(placed) > 1:
            out[name] = placed
    return out


def renamed(copy, name, places, new="新换的名称"):
    text = copy.text
    for start, end in sorted(places, reverse=True):
        text = text[:start] + new + text[end:]
    return Mutant(text, differs=name)


@operator
def renamed_in_one_place(copy):
    """A code gets another name in one of its places: the others keep the old one."""
    name, places = copy.some(names_with_places(copy.doc_id, copy.found.document.edition).items()) or ("", [])
    new = copy.some(["新换的名称", name[1:], name[:-1], name + "化"])
    return name and renamed(copy, name, [copy.some(places)[0]], new) or None


@operator
def renamed_by_plain_replacement(copy):
    """A code gets another name wherever it is on one line: places where it is broken over lines keep the old one."""
    names = names_with_places(copy.doc_id, copy.found.document.edition)
    name = copy.some(name for name, places in names.items() if 0 < copy.text.count(name) < len(places))
    return name and Mutant(copy.text.replace(name, "新换的名称"), differs=name) or None


@operator
def renamed_in_one_kind_of_place(copy):
    """A code gets another name in all of its paragraphs, or headings, or cells of tables."""
    names = names_with_places(copy.doc_id, copy.found.document.edition)
    choices = [(name, places) for name, places in names.items() if len({kind for _, kind in places}) > 1]
    name, places = copy.some(choices) or ("", [])
    kind = copy.some(sorted({kind for _, kind in places}))
    return name and renamed(copy, name, [place for place, here in places if here == kind]) or None


@operator
def wide_digits_in_numbers(copy):
    """Running numbers and digits of one line in full width, as an input method types them."""
    number = copy.some(n for n in copy.printed() if re.search(r"\d", copy.lines[n - 1]))
    return number and copy.change(number, lambda s: s.translate(SWAP)).damaged(loses=False)


@operator
def separators_replaced(copy):
    """The separators of one line change: 、 becomes ， or ； or a slash, as an editor prefers."""
    number = copy.some(n for n in copy.printed() if "、" in copy.lines[n - 1])
    mark = copy.some("，；/·")
    return number and copy.change(number, lambda s: s.replace("、", mark)).damaged()


@operator
def brackets_lost(copy):
    """All brackets of one line are gone, or the first or the last alone."""
    number = copy.some(n for n in copy.printed() if re.search(r"[（()）\[\]【】]", copy.lines[n - 1]))
    change = copy.some(
        [
            lambda s: re.sub(r"[（()）\[\]【】]", "", s),
            lambda s: re.sub(r"[（(\[【]", "", s, count=1),
            lambda s: re.sub(r"[）)\]】](?=[^）)\]】]*$)", "", s),
        ]
    )
    return number and copy.change(number, change) and copy.damaged()
