"""Chinese names and Chinese joining words in citations: the stock styles print 三 张 and "et al."."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pybtex.database import Entry
from pybtex.plugin import register_plugin as register_pybtex
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.formatting.unsrt import date, pages, toplevel
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.names import BaseNameStyle
from pybtex.style.names.lastfirst import NameStyle as LastFirst
from pybtex.style.sorting.author_year_title import SortingStyle
from pybtex.style.template import field as bib_field
from pybtex.style.template import first_of, join, names, node, optional, optional_field, sentence, tag, words
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin as register_reference
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from zhagen.text.characters import HAN

HAN_CHARACTER = re.compile(f"[{HAN}]")


class ChineseNames(BaseNameStyle):
    """Family name first and unbroken for Han names; last name first for the others."""

    def format(self, person, abbr=False):
        """Return the template of one person."""
        if HAN_CHARACTER.search(str(person)):
            parts = person.last_names + person.first_names + person.middle_names
            return join["".join(parts)]
        return LastFirst().format(person, abbr)


class YearLabels(BaseLabelStyle):
    """Labels nobody sees: an author-year citation needs none, but an entry must have a unique one."""

    def format_labels(self, sorted_entries):
        """Yield one label for each entry, in order."""
        yield from (str(number) for number, _ in enumerate(sorted_entries, start=1))


class GlossedNames(ChineseNames):
    """As in an English citation, the Han name behind it: readers find the one and copy the other."""

    def format(self, person, abbr=False):
        """Return the template of one person."""
        name = "".join(person.last_names + person.first_names + person.middle_names)
        return join[ROMANISED[name[0]], f" ({name})"] if name[0] in ROMANISED else super().format(person, abbr)


@node
def joined_names(children, context, role):
    """Join the names of one role, with Chinese commas where they are Han names."""
    if any(HAN_CHARACTER.search(str(person)) for person in context["entry"].persons.get(role, [])):
        return names(role, sep="，").format_data(context)
    return names(role, sep=", ", sep2=" and ", last_sep=", and ").format_data(context)


class ChineseStyle(Plain):
    """The plain style with our names, labels and order."""

    default_name_style = ChineseNames
    default_label_style = YearLabels
    default_sorting_style = SortingStyle

    def format_names(self, role, as_sentence=True):
        """Return the template of the people in one role."""
        return sentence[joined_names(role)] if as_sentence else joined_names(role)

    def issue(self):
        """Return the template of an issue of a journal that is cited without a volume."""
        return join["第 ", bib_field("number"), " 期", optional["：", pages]]

    def get_article_template(self, e):
        """Return the template of an article; the stock one drops the issue of a journal cited without a volume."""
        where = first_of[
            optional[join[bib_field("volume"), optional["(", bib_field("number"), ")"], optional[":", pages]]],
            optional[self.issue()],
            words["pages", pages],
        ]
        return toplevel[
            self.format_names("author"),
            self.format_title(e, "title"),
            sentence[tag("em")[bib_field("journal")], optional[where], date],
            sentence[optional_field("note")],
            self.format_web_refs(e),
        ]


class RomanisedOrder(SortingStyle):
    """By the surnames that a citation names."""

    def person_key(self, person):
        """Return what a person is sorted by."""
        name = "".join(person.last_names + person.first_names + person.middle_names)
        return f"{ROMANISED[name[0]]} {name}".lower() if name[0] in ROMANISED else super().person_key(person)


class EnglishStyle(ChineseStyle):
    """The same for English pages: a note is the one in English where a work has one."""

    default_name_style = GlossedNames
    default_sorting_style = RomanisedOrder

    def format_names(self, role, as_sentence=True):
        """Return the template of the people in one role."""
        joined = names(role, sep=", ", sep2=" and ", last_sep=", and ")
        return sentence[joined] if as_sentence else joined

    def issue(self):
        """Return the template of an issue of a journal that is cited without a volume."""
        return join["no. ", bib_field("number"), optional[":", pages]]

    def format_entry(self, label, entry, bib_data=None):
        """Format a work with its English note."""
        if note := entry.fields.get("english"):
            key, entry = entry.key, Entry(entry.type, {**entry.fields, "note": note}, entry.persons)
            entry.key = key
        return super().format_entry(label, entry, bib_data)


class Surnames(BaseNameStyle):
    """What a running citation names: a Han name in full, otherwise the surname."""

    def format(self, person, abbr=False):
        """Return the template of one person."""
        if HAN_CHARACTER.search(str(person)):
            return join["".join(person.last_names + person.first_names)]
        return join(sep=" ")[person.rich_prelast_names + person.rich_last_names]  # rich: without the braces of BibTeX


# of the Chinese authors that English pages cite, by the first character of their names
ROMANISED = {
    "贾": "Jia", "衡": "Heng", "谭": "Tan", "吴": "Wu", "李": "Li", "毛": "Mao", "袁": "Yuan", "郑": "Zheng",
    "陈": "Chen", "刘": "Liu", "乔": "Qiao", "万": "Wan", "张": "Zhang", "徐": "Xu",
}  # fmt: skip


class RomanisedSurnames(Surnames):
    """What an English citation names: the surname, in Latin letters where it is known."""

    def format(self, person, abbr=False):
        """Return the template of one person."""
        name = "".join(person.last_names + person.first_names)
        return join[ROMANISED[name[0]]] if name[0] in ROMANISED else super().format(person, abbr)


def _brackets() -> BracketStyle:
    return BracketStyle(left="（", right="）", sep="；")


@dataclass
class ChineseAuthorYear(AuthorYearReferenceStyle):
    """（张三、李四，2019） and （Gioia 等，2013）."""

    bracket_parenthetical: BracketStyle = field(default_factory=_brackets)
    bracket_textual: BracketStyle = field(default_factory=_brackets)
    bracket_author: BracketStyle = field(default_factory=_brackets)
    bracket_label: BracketStyle = field(default_factory=_brackets)
    bracket_year: BracketStyle = field(default_factory=_brackets)
    person: PersonStyle = field(
        default_factory=lambda: PersonStyle(
            style=Surnames, abbreviate=False, sep="、", sep2="、", last_sep="、", other="等"
        )
    )
    author_year_sep: str = "，"
    text_reference_sep: str = ""


def _round_brackets() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


@dataclass
class EnglishAuthorYear(AuthorYearReferenceStyle):
    """(Gioia et al., 2013), in round brackets."""

    bracket_parenthetical: BracketStyle = field(default_factory=_round_brackets)
    bracket_textual: BracketStyle = field(default_factory=_round_brackets)
    bracket_author: BracketStyle = field(default_factory=_round_brackets)
    bracket_label: BracketStyle = field(default_factory=_round_brackets)
    bracket_year: BracketStyle = field(default_factory=_round_brackets)
    person: PersonStyle = field(
        default_factory=lambda: PersonStyle(
            style=RomanisedSurnames, abbreviate=False, sep=", ", sep2=" and ", last_sep=", and ", other=" et al."
        )
    )


ENTRY = re.compile(r'(<div class="citation"[^>]*)(>.*?<p>(.*?)</p>)', re.DOTALL)


def mark_english(body: str) -> str:
    """Mark entries without a Chinese character as English: they are read, and their quotes set, in that language.

    >>> mark_english('<div class="citation">1<p>The “lemons”.</p></div><div class="citation">2<p>中文。</p></div>')
    '<div class="citation" lang="en">1<p>The “lemons”.</p></div><div class="citation">2<p>中文。</p></div>'
    """
    return ENTRY.sub(lambda one: one[0] if HAN_CHARACTER.search(one[3]) else f'{one[1]} lang="en"{one[2]}', body)


def mark_page(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object) -> None:
    """Mark the entries of a page that is written."""
    if 'class="citation"' in context.get("body", ""):
        context["body"] = mark_english(context["body"])


def setup(app: Sphinx) -> dict:
    """Make the styles known by name."""
    app.connect("html-page-context", mark_page)
    register_pybtex("pybtex.style.formatting", "chinese", ChineseStyle)
    register_pybtex("pybtex.style.formatting", "english", EnglishStyle)
    register_reference("sphinxcontrib.bibtex.style.referencing", "chinese_author_year", ChineseAuthorYear)
    register_reference("sphinxcontrib.bibtex.style.referencing", "english_author_year", EnglishAuthorYear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
