"""What the built book is made of: `python book/shares.py [--heights]`.

It counts, on the finished pages, the characters of prose by what they teach, the exercises by where they are done and
by what is done in them, and the entries of the glossary; with `--heights` also how high each page is in a browser
window of 1,280 px.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from pathlib import Path

from lxml import html

HTML = Path(__file__).resolve().parent.parent / "_build/html"

# What a page teaches, by where it lies; the first that fits.
KINDS = {
    "reference": r"book/(interface|glossary|bibliography|recipes)",  # looked up, not read: no part of the shares
    "method": r"book/(method/|teach)|notebooks/(method|labs|own)/|notebooks/synthesis/report",
    "machinery": r"notebooks/appendix/text_to_table|notebooks/counting/9_engines",
    "words": r"notebooks/counting/|notebooks/\w+/2_words|notebooks/synthesis/5_",
    "reading": r"notebooks/",
    "frame": r"",
}
PLACES = ("paper", "page", "notebook")  # where an exercise is done
# What is done in an exercise, one word in its class: first the acts of grounded theory.
METHOD = {
    "code": "gives codes to words of a text",
    "compare": "holds passages, codes, categories or two coders against each other",
    "rename": "finds a better name",
    "memo": "writes a memo or the reason of a decision",
    "sample": "decides what material comes next, or looks for the case that does not fit",
    "saturate": "argues where to stop",
    "build": "makes a paradigm, a data structure, a model, or changes one",
    "write": "writes a method or findings section, a proposition, a claim as strong as its evidence",
}
OTHER = {
    "read": "judges what another text says, or guesses before reading it",
    "parameter": "changes a threshold, a unit, a list and looks what happens",
    "compute": "calculates, or lets the program look something up",
}
ACTS = (*METHOD, *OTHER)
AIMS = ("练什么", "多久", "怎样算做好")  # the first line of each exercise
PROSE = "self::p or self::li[not(p)] or self::dt or self::h1 or self::h2 or self::h3 or self::h4"
NO_PROSE = "pre cell_input cell_output table math headerlink caption bibliography".split()


def kind_of(page: str) -> str:
    """Say what a page teaches.

    Parameters
    ----------
    page : str
        Its name, such as ``notebooks/haier/1_coding_tables``.

    Returns
    -------
    str
        A key of `KINDS`.

    Examples
    --------
    >>> kind_of("notebooks/method/03_open_coding"), kind_of("book/preface")
    ('method', 'frame')
    """
    return next(kind for kind, pattern in KINDS.items() if re.match(pattern, page))


def prose_of(page: html.HtmlElement) -> str:
    """Return the prose of a page: paragraphs, list items and headings; no code, result, table, formula or reference.

    Parameters
    ----------
    page : lxml.html.HtmlElement
        The parsed page.

    Returns
    -------
    str
        The characters, without blanks.

    Examples
    --------
    >>> prose_of(html.fromstring("<article><p>甲 <b>乙</b></p><table><tr><td><p>1</p></td></tr></table></article>"))
    '甲乙'
    """
    for name in NO_PROSE:
        for part in page.xpath(f"//article//*[self::{name} or contains(concat(' ', @class, ' '), ' {name} ')]"):
            part.clear(keep_tail=True)
    found = page.xpath(f"//article//*[{PROSE}]")
    return re.sub(r"\s", "", "".join(part.text_content() for part in found))


def exercises_of(page: html.HtmlElement) -> Counter[str]:
    """Count the exercises of a page by where they are done, by their act, and those in which raw text is coded.

    Parameters
    ----------
    page : lxml.html.HtmlElement
        The parsed page.

    Returns
    -------
    collections.Counter of str
        Of the words in `PLACES` and `ACTS`, ``raw``, ``all``, and ``aims``: those that say what they train, how long,
        how they are judged.
    """
    found: Counter[str] = Counter()
    for box in page.xpath("//div[contains(concat(' ', @class, ' '), ' admonition ')]"):
        if box.xpath("starts-with(normalize-space(p[1]), '练习')"):
            found.update(["all", *(name for name in (*PLACES, *ACTS, "raw") if name in box.get("class").split())])
            found["aims"] += [part.text_content() for part in box.xpath("p[2]/strong")] == list(AIMS)
    return found


def acts_table(exercises: dict[str, Counter[str]]) -> str:
    """Write how many exercises of each part of the book do what.

    Parameters
    ----------
    exercises : dict of str to collections.Counter
        Page -> what `exercises_of` counted there.

    Returns
    -------
    str
        One line a folder of pages that has exercises and one for all, one column an act; at the end how many are acts
        of grounded theory and how many change a parameter, in percent.

    Examples
    --------
    >>> print(acts_table({"notebooks/labs/01": Counter(all=4, code=3, parameter=1)}).splitlines()[-1].split())
    ['all', '4', '3', '0', '0', '0', '0', '0', '0', '0', '0', '1', '0', '75%', '25%']
    """
    parts: dict[str, Counter[str]] = {}
    for page, found in exercises.items():
        if found["all"]:
            parts.setdefault(page.rpartition("/")[0], Counter()).update(found)
    parts["all"] = sum(parts.values(), Counter())
    lines = ["".join(f"{word:>10}" for word in ("", "all", *ACTS, "method", "param."))]
    for part, found in parts.items():
        shares = (sum(found[act] for act in METHOD) / found["all"], found["parameter"] / found["all"])
        counts = (found["all"], *(found[act] for act in ACTS))
        lines.append(f"{part:22}" + "".join(f"{count:>10}" for count in (*counts, *(f"{one:.0%}" for one in shares))))
    lines[0] = lines[0].replace(" " * 10, " " * 22, 1)
    return "\n".join(lines)


def glossary_of(page: html.HtmlElement) -> tuple[int, int]:
    """Count the entries of a glossary and those that name variants (别名).

    Parameters
    ----------
    page : lxml.html.HtmlElement
        The parsed page.

    Returns
    -------
    tuple of int
        Entries, entries with variants.
    """
    entries = page.xpath("//dl[contains(@class, 'glossary')]/dd")
    return len(entries), sum("别名" in entry.text_content() for entry in entries)


def heights_of(pages: list[str], width: int = 1280) -> dict[str, int]:
    """Measure the pages in Chromium.

    Parameters
    ----------
    pages : list of str
        Their names.
    width : int, default 1280
        Of the window, px.

    Returns
    -------
    dict of str to int
        Page -> height, px.
    """
    from playwright.sync_api import sync_playwright  # an extra of the tests

    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        found = {}
        for page in pages:
            tab.goto((HTML / f"{page}.html").as_uri())
            found[page] = tab.evaluate("document.documentElement.scrollHeight")
        browser.close()
    return found


def main(arguments: list[str]) -> int:
    """Print what the book is made of; exit status 2 if there is no book."""
    files = sorted(file for file in HTML.rglob("*.html") if not re.match("_|en/", file.relative_to(HTML).as_posix()))
    if not files:
        print("there is no book: run make book first", file=sys.stderr)
        return 2
    names = [file.relative_to(HTML).with_suffix("").as_posix() for file in files]
    pages = {name: html.parse(file).getroot() for name, file in zip(names, files, strict=True)}
    pages = {name: page for name, page in pages.items() if page.xpath("//article")}
    heights = heights_of(list(pages)) if "--heights" in arguments else {}
    exercises = {name: exercises_of(page) for name, page in pages.items()}
    entries, variants = glossary_of(pages["book/glossary"])
    prose = {name: len(prose_of(page)) for name, page in pages.items()}
    shares: Counter[str] = Counter()
    for name in pages:
        shares[kind_of(name)] += prose[name]
        print(f"{name:44} {kind_of(name):10} {prose[name]:7,} {heights.get(name, 0):7,} px {dict(exercises[name])}")
    reference = shares.pop("reference", 0)
    print(f"\nprose: {shares.total():,} characters without blanks; {reference:,} more on reference pages")
    for kind in list(KINDS)[1:]:
        print(f"  {kind:10} {shares[kind]:8,} {shares[kind] / shares.total():6.1%}")
    print("exercises:", dict(sum(exercises.values(), Counter())))
    print(acts_table(exercises))
    print(f"glossary: {entries} entries, {variants} with variants")
    if heights:
        high = [name for name, height in heights.items() if height > 12_000 and kind_of(name) != "reference"]
        print(f"pages above 12,000 px, reference aside: {len(high)} of {len(heights)}: {' '.join(high)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
