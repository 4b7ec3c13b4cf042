"""What ``--help`` says, and what argparse says of a wrong command, in the language of who reads it."""

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from zhagen.errors import visible
from zhagen.text.cleaning import printed_width
from zhagen.translation import translate, translate_help

NAMES = re.compile(r"\b[A-Z]{2,}\b")  # of arguments, in what argparse says of a wrong command
PIECES = re.compile(r"\s+|[（“‘《【]?(?:[!-~]+|\S)[，、。；：！？）”’》】…]*")  # where a line may break


class _Help(argparse.HelpFormatter):
    """A formatter of help that translates every text, and counts a Chinese character as two columns."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, translate_help("usage: ") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(translate_help(heading) if heading else heading)

    def add_text(self, text: str | None) -> None:
        super().add_text(translate_help(text) if text else text)

    def format_help(self) -> str:
        # a Chinese heading ends with a Chinese colon
        return re.sub(r"(?m)^([^\x00-\x7f]+):$", r"\1：", super().format_help())

    def add_argument(self, action: argparse.Action) -> None:
        super().add_argument(action)
        if action.help is not argparse.SUPPRESS:
            wide = round(2 * printed_width(self._format_action_invocation(action))) + self._current_indent
            self._action_max_length = max(self._action_max_length, wide)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return translate_help(action.help) if action.help else action.help

    def _metavar_formatter(self, action: argparse.Action, default_metavar: str) -> Callable[[int], tuple[str, ...]]:
        names = super()._metavar_formatter(action, default_metavar)
        return lambda size: tuple(map(translate_help, names(size)))

    def _format_usage(self, *given: Any) -> str:
        wide, width = True, self._width
        while wide and self._width > width // 2:  # argparse counts characters, a terminal columns
            made = super()._format_usage(*given)
            wide = any(_columns(line) > width for line in made.splitlines())
            self._width -= 4 if wide else 0
        self._width = width
        return made

    def _format_action(self, action: argparse.Action) -> str:
        made = super()._format_action(action)
        header = self._format_action_invocation(action)
        more = round(2 * printed_width(header)) - len(header)  # columns that argparse did not count
        before, there, after = made.partition(header)
        line, newline, rest = after.partition("\n")
        said = line.lstrip()
        blanks = len(line) - len(said) - more
        if not more or not said:
            return made
        if blanks < 2:  # the help begins on a line of its own
            return f"{before}{header}\n{' ' * min(self._action_max_length + 2, self._max_help_position)}{said}\n{rest}"
        return f"{before}{there}{' ' * blanks}{said}{newline}{rest}"

    def _split_lines(self, text: str, width: int) -> list[str]:
        return list(_wrapped(text, width))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in _wrapped(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser that says everything in the language of who reads it.

    Parameters
    ----------
    **options : object
        As for `argparse.ArgumentParser`.
    """

    def __init__(self, **options: Any) -> None:
        if sys.version_info >= (3, 14):
            options.setdefault("color", False)  # columns are counted as they are printed
        super().__init__(**{"formatter_class": _Help, **options})

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command, and how it is used; exit with status 2.

        Parameters
        ----------
        message : str
            What argparse found.
        """
        head, colon, tail = message.partition(": ")
        if head.startswith("argument "):
            head = _named(head)
        elif head.endswith("required"):
            tail = _named(tail)
        said = translate(visible(head + colon + tail))
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {translate_help('error: ')}{said}\n")


def _columns(line: str) -> int:
    """Return how many columns of a terminal a line takes, with the blanks at its beginning."""
    return len(line) - len(line.lstrip()) + round(2 * printed_width(line))


def _named(text: str) -> str:
    return NAMES.sub(lambda name: translate_help(name[0]), text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield a text in lines of so many columns: broken at blanks and between Chinese characters."""
    line = ""
    for piece in PIECES.findall(" ".join(text.split())):
        if line.strip() and 2 * printed_width(line + piece) > width:
            yield line.rstrip()
            line = ""
        line += piece if line or piece.strip() else ""
    if line.strip():
        yield line.rstrip()
