"""The teacher's pages name what the book has: its chapters, its report card, its first sentences."""

import re
from pathlib import Path

import yaml

from zhagen.documents.handwritten import read_prose
from zhagen.extraction import extract, report_card

PAGES = Path(__file__).resolve().parents[2] / "book/teaching"


def test_the_blank_report_card_has_the_items_of_the_filled_ones():
    sheet = read_prose(PAGES / "sheets.md").split("空白方法报告单")[1]
    rows = [row.split("：")[0] for row in re.findall(r"(?m)^\| (\S+)", sheet)]
    assert rows[1:] == report_card(extract("haier", edition="digest"))["name"].tolist()


def test_every_chapter_has_its_week():
    chapters = yaml.safe_load(read_prose(PAGES.parents[1] / "_toc.yml"))["parts"][1]["chapters"]
    plan = read_prose(PAGES / "term.md")
    assert [one["file"] for one in chapters if f"</{one['file']}>" not in plan] == []


def test_the_eleven_sentences_are_those_of_the_chapter():
    sheet = read_prose(PAGES / "sheets.md")
    chapter = read_prose(PAGES.parents[1] / "notebooks/method/05_axial.ipynb")
    sentences = re.findall(r"(?m)^- ([甲乙丙]\d　.+)$", sheet)
    assert len(sentences) == 11 and [one for one in sentences if one not in chapter] == []
