"""Keep the catalogues of gettext up to date: `python book/catalogues.py` (babel extracts, Chinese is the source).

Three catalogues for a language: what the package writes into figures and tables (`src/zhagen/locale`, with the file
that a program reads), what templates and extensions say (`sphinx.po` of `book/<language>/locale`, which Sphinx reads
itself) and what scripts say (`scripts.po` there). No script knows a language: `put_words` gives each script of a root
its own messages, and `_static/words.js` finds them.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, extract
from babel.messages.jslexer import tokenize
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from sentences import helped, spoken

from zhagen import vocabulary
from zhagen.cli.printing import HEADINGS
from zhagen.figures.structure import ORDERS
from zhagen.text.characters import WIDE

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "book/_static"
# say_number(message, n): Chinese has one form for all numbers
KEYWORDS = {
    "python": {"say": None, "marked": None, "say_number": (1, 1), "say_in": ((1, "c"), 2), "_": None},
    "jinja2": {"_": None},
    "javascript": {"_": None, "_n": (1, 1)},
}
CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # the order in which gettext has the forms of a language

# (message, or both forms of one with a number; its context) -> files
Messages = dict[tuple[str | tuple[str, str], str | None], set[str]]


def catalogue_files(language: str) -> dict[str, Path]:
    """Return where each catalogue of a language is kept."""
    beside = ROOT / "book" / language / "locale" / language / "LC_MESSAGES"
    package = ROOT / "src/zhagen/locale" / language / "LC_MESSAGES/zhagen.po"
    return {"zhagen": package, "sphinx": beside / "sphinx.po", "scripts": beside / "scripts.po"}


def messages_of(method: str, paths: Iterable[Path]) -> Messages:
    """Extract the messages of source files."""
    found: Messages = {}
    for path in paths:
        with path.open("rb") as file:
            given = extract.extract(method, file, keywords=KEYWORDS[method], options={"encoding": "utf-8"})
            for _, message, _, context in given:
                found.setdefault((message, context), set()).add(path.relative_to(ROOT).as_posix())
    return {message: files for message, files in found.items() if WIDE.search(str(message))}


def named_words() -> Messages:
    """Return the Chinese names of what the data say in English; levels are counted, too."""
    words = {word for names in vocabulary.COLUMNS.values() for word in names.values()}
    levels = vocabulary.LEVELS | ORDERS
    words |= {word for word in vocabulary.MEASURES.values() if WIDE.search(word)} | set(levels.values())
    counted = {(f"{{n}} 个{name}", f"{{n}} 个{name}") for name in levels.values()}
    return {(word, None): {"src/zhagen/vocabulary.py"} for word in words | counted}


def extracted() -> dict[str, Messages]:
    """Extract all messages, by catalogue."""
    package = messages_of("python", sorted((ROOT / "src/zhagen/figures").glob("*.py")))
    extensions = [*sorted((ROOT / "book/_ext").rglob("*.py")), ROOT / "src/zhagen/book/self_checks.py"]
    pages = messages_of("python", extensions) | messages_of(
        "jinja2", sorted((ROOT / "book/_templates").rglob("*.html"))
    )
    scripts = messages_of("javascript", sorted(STATIC.glob("*.js")))
    return {"zhagen": package | named_words(), "sphinx": pages, "scripts": scripts}


def terminal_messages() -> Messages:
    """Return what the command line says to a person with a study of their own, its help, and headings of its tables."""
    helps, headings = (
        {text: {f"src/zhagen/cli/{file}.py"} for text in texts}
        for file, texts in (("helping", helped()), ("printing", HEADINGS))
    )
    said = {one: files for one, files in spoken(ROOT / "src/zhagen").items() if one not in helps}
    found = {None: said, "help": helps, "heading": headings}
    return {(text, context): files for context, texts in found.items() for text, files in texts.items()}


def terminal_file(language: str) -> Path:
    """Return where the sentences of the command line are kept in a language."""
    return ROOT / "src/zhagen/locale" / language / "LC_MESSAGES/terminal.po"


def terminal_problems(language: str) -> list[str]:
    """List sentences of the command line without translation, or that nothing says; values that no code gives."""
    path, found = terminal_file(language), terminal_messages()
    catalogue = read_catalogue(path, language)
    known = {(str(message.id), message.context): str(message.string) for message in catalogue if message.id}
    wrong = [f"{path.name}: {message[0]} is missing" for message in found if not known.get(message)]
    wrong += [f"{path.name}: nothing says {message[0]}" for message in known if message not in found]
    for (message, _), translated in known.items():
        if more := set(re.findall(r"\{\w*\}", translated)) - set(re.findall(r"\{\w*\}", message)):
            wrong.append(f"{path.name}: {message} has no {', '.join(sorted(more))}")
    if not wrong and path.with_suffix(".mo").read_bytes() != as_mo(read_catalogue(path, language)):
        wrong.append(f"{path.with_suffix('.mo').name} is older than {path.name}: python book/catalogues.py")
    return wrong


def read_catalogue(path: Path, language: str) -> Catalog:
    """Read a catalogue; a new one where there is none."""
    if not path.is_file():
        return Catalog(locale=language, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(path: Path, language: str, found: Messages) -> Catalog:
    """Return a catalogue with the messages of the source, their translations kept."""
    old, new = read_catalogue(path, language), Catalog(locale=language, fuzzy=False)
    for (message, context), files in sorted(found.items(), key=lambda one: (sorted(one[1]), str(one[0]))):
        known = old.get(message if isinstance(message, str) else message[0], context)
        kept = known.string if known and isinstance(known.id, str) == isinstance(message, str) else None
        new.add(
            message,
            kept or ("" if isinstance(message, str) else ("", "")),
            locations=[(file, None) for file in sorted(files)],
            context=context,
        )
    return new


def as_po(catalogue: Catalog) -> bytes:
    """Write a catalogue as text that changes only where its messages do."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, omit_header=True, include_lineno=False)
    plural = f"Plural-Forms: {catalogue.plural_forms}"
    head = "".join(f'"{line}\\n"\n' for line in ("Content-Type: text/plain; charset=UTF-8", plural))
    return b'msgid ""\nmsgstr ""\n' + head.encode() + b"\n" + file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """Write a catalogue as the file that programs read."""
    file = io.BytesIO()
    day = datetime(2026, 1, 1, tzinfo=UTC)  # or the same messages would make other bytes each minute
    plain = Catalog(locale=catalogue.locale, fuzzy=False, project="zhagen", creation_date=day, revision_date=day)
    for message in catalogue:
        if message.id:
            plain.add(message.id, message.string, context=message.context)
    write_mo(file, plain)
    return file.getvalue()


def problems(language: str) -> list[str]:
    """List messages without translation or that nothing says, values that a translation lacks, a file that is old."""
    wrong = []
    for name, found in extracted().items():
        path = catalogue_files(language)[name]
        catalogue = read_catalogue(path, language)
        known = {(message.id, message.context) for message in catalogue if message.id}
        wrong += [f"{path.name}: {message[0]} is missing" for message in found if message not in known]
        wrong += [f"{path.name}: nothing says {message[0]}" for message in known if message not in found]
        for message in catalogue:
            forms = [message.string] if isinstance(message.string, str) else message.string
            if message.id and not all(forms):
                wrong.append(f"{path.name}: {message.id} has no translation")
            for form in forms if message.id else ():
                lost = set(re.findall(r"\{\w*\}", str(message.id))) ^ set(re.findall(r"\{\w*\}", form))
                if form and lost - {"{n}"} | (lost if message.id == str(message.id) else set()):
                    wrong.append(f"{path.name}: {message.id} and {form} differ in {', '.join(sorted(lost))}")
    compiled = catalogue_files(language)["zhagen"]
    if not wrong and compiled.with_suffix(".mo").read_bytes() != as_mo(read_catalogue(compiled, language)):
        wrong.append(f"{compiled.with_suffix('.mo').name} is older than {compiled.name}: python book/catalogues.py")
    return wrong


def unlisted(script: str) -> list[str]:
    """List the strings of a script that have Chinese in them and are no message.

    >>> unlisted('const a = _("甲"), b = _n("{n} 个", n), c = "乙", d = `丙${a}`; // 丁')
    ['"乙"', '`丙${a}`']
    """
    tokens = [token for token in tokenize(script) if token.type not in ("linecomment", "multilinecomment")]
    calls = {"_", "_n"}
    return [
        token.value
        for before, bracket, token in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if token.type in ("string", "template_string") and WIDE.search(token.value)
        if not (before.value in calls and bracket.value == "(")
    ]


def words_of(script: str, catalogue: Catalog) -> dict[str, str | dict[str, str]]:
    """Return the translations of what a script says; of messages with a number, each form under its category."""
    language = Locale.parse(str(catalogue.locale))
    categories = [name for name in CATEGORIES if name in {*language.plural_form.tags, "other"}]
    found = {}
    for _, message, _, _ in extract.extract("javascript", io.BytesIO(script.encode()), keywords=KEYWORDS["javascript"]):
        name = message if isinstance(message, str) else message[0]
        known = catalogue.get(name)
        if known and known.string:
            plain = isinstance(known.string, str)
            found[name] = known.string if plain else dict(zip(categories, known.string, strict=True))
    return found


def put_words(static: Path, language: str, scripts: Path | None = None) -> None:
    """Give each script of a folder its messages in a language, as its first line."""
    catalogue = read_catalogue(scripts or catalogue_files(language)["scripts"], language)
    for path in sorted(static.glob("*.js")):
        text = path.read_text("utf-8")
        if words := words_of(text, catalogue):
            table = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
            path.write_text(f"globalThis.zhagenWords = {{ ...globalThis.zhagenWords, ...{table} }};\n{text}", "utf-8")


def main() -> int:
    """Write the catalogues anew, with what is to be translated; say what is wrong with them."""
    language = "en"
    for name, found in extracted().items():
        path = catalogue_files(language)[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = updated(path, language, found)
        path.write_bytes(as_po(catalogue))
        if name == "zhagen":
            path.with_suffix(".mo").write_bytes(as_mo(read_catalogue(path, language)))
    path = terminal_file("zh")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_po(updated(path, "zh", terminal_messages())))
    path.with_suffix(".mo").write_bytes(as_mo(read_catalogue(path, "zh")))
    wrong = [*problems(language), *terminal_problems("zh")]
    for problem in wrong:
        print(problem, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
