"""The built pages as HTML: what a browser mends in silence is found here."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

HTML = Path(__file__).resolve().parents[2] / "_build/html"
VOID = set("area base br col embed hr img input link meta source track wbr".split())
# a paragraph ends where one of these begins
BLOCKS = set(
    "address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr main nav ol p pre section table ul".split()
)
PHRASES_ONLY = set("p h1 h2 h3 h4 h5 h6 summary span button pre label strong em code dt".split())
NOT_WITHIN = {
    "a": {"a", "button"},
    "button": {"a", "button", "summary"},
    "details": {"button", "a"},
    "form": {"form"},
    "h1": {"summary", "button"},
    "input": {"a", "button"},
    "label": {"label"},
    "main": {"article", "nav", "aside", "header", "footer"},
    "select": {"a", "button"},
    "textarea": {"a", "button"},
}
PLACES = {"tr": {"thead", "tbody", "tfoot", "table"}, "td": {"tr"}, "th": {"tr"}, "li": {"ul", "ol", "menu"}}
PLACES |= {
    "caption": {"table"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "summary": {"details"},
    "figcaption": {"figure"},
}
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for")


class Faults(HTMLParser):
    """Collect what is wrong with a page."""

    def __init__(self):
        super().__init__()
        self.open, self.found, self.ids, self.named, self.once = [], [], Counter(), [], Counter()

    def say(self, what):
        self.found.append(f"line {self.getpos()[0]}: {what}")

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.say(f"<{tag}> has an attribute twice")
        values = dict(attributes)
        if "id" in values:
            self.ids[values["id"]] += 1
            if not values["id"] or " " in values["id"]:
                self.say(f"the id {values['id']!r}")
        self.named += [name for key in REFERENCES for name in (values.get(key) or "").split()]
        svg = "svg" in self.open
        if tag == "main" or (tag == "title" and not svg) or values.get("name") in ("viewport", "description"):
            self.once[values.get("name", tag)] += 1
        if tag == "img" and "alt" not in values:
            self.say("<img> without a text")
        parent = self.open[-1] if self.open else ""
        if not svg:
            within = set(self.open) & NOT_WITHIN.get(tag, set())
            if within:
                self.say(f"<{tag}> within <{within.pop()}>")
            if tag in BLOCKS and parent in PHRASES_ONLY and not (parent == "summary" and tag[0] == "h"):
                self.say(f"<{tag}> within <{parent}>")
            if tag in PLACES and parent not in PLACES[tag]:
                self.say(f"<{tag}> within <{parent}>")
            if parent in ("ul", "ol") and tag not in ("li", "script", "template"):
                self.say(f"<{tag}> within <{parent}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            if not {"svg", "math"} & set(self.open):
                self.say(f"<{tag}/> does not end the element")
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID or tag not in self.open:
            self.say(f"</{tag}> ends nothing")
            return
        while (last := self.open.pop()) != tag:
            self.say(f"<{last}> is not ended before </{tag}>")


def faults(source: str) -> list[str]:
    parser = Faults()
    parser.feed(source)
    parser.close()
    twice = [f"the id {name!r} stands {count} times" for name, count in parser.ids.items() if count > 1]
    nowhere = sorted(f"no element has the id {name!r}" for name in set(parser.named) - set(parser.ids))
    more = [f"{count} times {name}" for name, count in parser.once.items() if count > 1]
    return [*parser.found, *twice, *nowhere, *more, *(f"<{tag}> is not ended" for tag in parser.open)]


def test_every_page_is_sound_html():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    wrong = {}
    for file in sorted(HTML.rglob("*.html")):
        if "_static" not in file.relative_to(HTML).parts:
            found = faults(file.read_text("utf-8"))
            if found:
                wrong[file.relative_to(HTML).as_posix()] = found[:5]
    assert wrong == {}


# what a careful editor would mark in what a cell prints or a sentence says
SLIPS = {
    "the name of a type of NumPy": re.compile(r"\bnp\.(?:float|int|str_|bool_|True_|False_)\w*\("),
    "more digits than anybody reads": re.compile(r"(?<![\w.])\d{1,4}\.\d{6,}(?![\d.])"),
    "bold that begins behind a mark": re.compile(r"<strong>[，。；：、”’）]"),
    "a field that nobody described": re.compile("Alias for field number"),
    "a table without a row": re.compile(r"<tbody>\s*</tbody>"),
}
PROGRAM = re.compile(r'<(script|style|svg|math)\b.*?</\1>|<div class="cell_input\b.*?</pre>|<[^>]*=[^>]*>', re.DOTALL)


def slips(source: str) -> list[str]:
    article = source[source.find("<article") : source.rfind("</article>")] if "<article" in source else source
    text = PROGRAM.sub("", article)
    return [f"{what}: {found[0]}" for what, form in SLIPS.items() if (found := form.search(text))]


def test_no_page_holds_what_an_editor_would_mark():
    if not (HTML / "index.html").exists():
        pytest.skip("run make book first")
    files = [file for file in HTML.rglob("*.html") if not {"_static", "slides"} & set(file.relative_to(HTML).parts)]
    found = {file.relative_to(HTML).as_posix(): slips(file.read_text("utf-8")) for file in files}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_slips_are_found():
    printed = "<article><pre>({}, 1)</pre>{}</article>"
    assert slips(printed.format("np.float64(0.5)", "")) and slips(printed.format("0.136363636", ""))
    assert slips(printed.format("", "<p><strong>，不同的</strong></p>"))
    assert slips(printed.format("0.136", "<p><strong>不同的</strong>，1.2.3.1234567</p>")) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<p><div></div></p>", "<div> within <p>"),
        ("<summary><p>a</p></summary>", "<p> within <summary>"),
        ("<div><span></div>", "<span> is not ended"),
        ("<a href=x><button>b</button></a>", "<button> within <a>"),
        ("<i id=a></i><b id=a></b>", "stands 2 times"),
        ("<p aria-labelledby=b></p>", "no element has the id 'b'"),
        ("<ul><p>a</p></ul>", "<p> within <ul>"),
        ("<div/>", "does not end"),
        ('<meta name="viewport"><meta name="viewport">', "2 times viewport"),
        ("<img src=a>", "without a text"),
    ],
)
def test_what_is_wrong_is_found(source, said):
    assert said in "; ".join(faults(source))


def test_sound_html_passes():
    assert faults('<ul><li>a</li><li><p>b</p></li></ul><svg><title>c</title><path d="M0 0"/></svg><br/>') == []
