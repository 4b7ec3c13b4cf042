"""The method report card as a form in the page: filled, kept on the device, exported, printed.

The page is static and needs no server: `book/_static/reportcard.js` makes the block a form. Without it, on paper and in
JupyterLab, the block is a blank card.
"""

import html
import json
from dataclasses import dataclass
from typing import Any

from zhagen.extraction.reporting import report_items
from zhagen.vocabulary import REPORTED, REPORTED_MEANS

COLUMNS = ("项目", "问什么", "结果", "出处", "依据；没有的写查过的词")
WITHOUT = "这张单子在网页版里可以直接填、存、导出。这里没有那一页的程序，请抄在纸上填，或者打开网页版。"


@dataclass(frozen=True, repr=False)
class ReportForm:
    """A blank method report card.

    Attributes
    ----------
    data : dict
        What the page needs: ``items`` (list of dict: ``item``, ``name``, ``asks``, ``coreq``, ``srqr``) and
        ``verdicts`` (list of dict: ``id``, ``name``, ``means``).
    """

    data: dict[str, Any]

    def __repr__(self) -> str:
        """Say what the form is, in one line."""
        return f"<form of a method report card: {len(self.data['items'])} items>"

    def _repr_html_(self) -> str:
        return f'<div class="zhagen-card">{self._table()}<p>{WITHOUT}</p></div>'

    def _repr_markdown_(self) -> str:
        # "<" as an escape: no text can end the script, begin a comment, or close the block of Markdown
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        script = f'<script type="application/json">{data}</script>'
        block = f'<div class="zhagen-card">\n{self._table()}\n<noscript><p>{WITHOUT}</p></noscript>\n{script}\n</div>'
        return f"~~~~~~{{raw}} html\n{block}\n~~~~~~\n"

    def _table(self) -> str:
        means = "　".join(f"{one['name']}：{one['means']}" for one in self.data["verdicts"])
        head = "".join(f"<th>{column}</th>" for column in COLUMNS)
        rows = "".join(
            f"<tr><th>{html.escape(one['name'])}</th><td>{html.escape(one['asks'])}</td><td></td><td></td><td></td></tr>"
            for one in self.data["items"]
        )
        return f"<p>论文：</p><p>{means}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def report_form() -> ReportForm:
    """Return the method report card as a form that readers fill in the page for a paper of their own.

    Returns
    -------
    ReportForm
        It shows itself in the page; without a script it is a blank card to print.

    Raises
    ------
    RecipeError
        If ``data/codings/reporting_items.toml`` is not what it should be.

    See Also
    --------
    zhagen.extraction.reporting.report_items : What the card asks.

    Examples
    --------
    >>> report_form()
    <form of a method report card: 17 items>
    """
    verdicts = [{"id": key, "name": name, "means": REPORTED_MEANS[key]} for key, name in REPORTED.items()]
    return ReportForm({"items": report_items().to_dict("records"), "verdicts": verdicts})
