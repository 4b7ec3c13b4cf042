"""The benchmark that was kept, in Chinese: how long other tools take for what zhagen does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhagen.paths import data_folder

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ["mb", "ratio", "ratio_low", "ratio_high", "peak_mb"]
STAGES = {
    "segmentation": "切词",
    "counting": "数词",
    "cooccurrence": "数词对",
    "measures": "算系数",
    "network": "从头到尾",
}
# Regular expressions, one after the other: what the benchmark writes -> what a page shows.
TASKS = {
    "^Segmentation: text to content terms, |^End to end: file to network, ": "",
    "^Counting: .*": "词到矩阵",
    "^Co-occurrence by paragraph, ": "按段，",
    "^Measures: PMI of the pairs of ": "PMI，",
    ", strongest first$": "",
    " terms(?=,|$)": " 个词",
    "no words guessed": "不猜生词",
    "unknown words guessed": "猜生词",
}
TOOLS = {
    ", pairs$": "，并列出词对",
    " alone$": "，只做乘法",
    "^notebook$|^notebook(?=,)": "笔记本写法",
    "^notebook: ": "笔记本写法：",
    "processes|workers": "个进程",
    "serial": "单进程",
    "a loop": "循环",
    ", ": "，",
}
VERDICTS = {
    "^(same|True)$": "相同",
    "^other words$": "分词不同",
    "^(DIFFERENT|False)$": "不同",
    "^(not measured|over|failed).*": "没有量",
}
ORIGIN = {
    "processors?": "个处理器",
    r"(\d+) rounds?": r"\1 轮",
    **{rf"{stage}\b": name for stage, name in STAGES.items()},
    ", ": "，",
}


def load_benchmarks() -> pd.DataFrame:
    """Read the ratios of the benchmark that was kept, as a page shows them.

    Returns
    -------
    pandas.DataFrame
        One row a tool and task: ``stage``, ``what``, ``tool``, ``same`` (str, Chinese; whether its results are those of
        zhagen), ``mb`` (float, size of the text in MB), ``ratio``, ``ratio_low``, ``ratio_high`` (float, its time over
        that of zhagen with one process: median, least and greatest of the rounds; missing if it was not measured),
        ``ratio_text`` (str, the three in one), ``peak_mb`` (float, most memory in MB). ``attrs["origin"]`` says in
        Chinese when it was measured and on what.

    Examples
    --------
    >>> found = load_benchmarks()
    >>> found[(found.tool == "zhagen，单进程")].ratio.unique().tolist()
    [1.0]
    """
    import pandas as pd

    path = data_folder() / "benchmarks.csv"
    found = pd.read_csv(path, comment="#", dtype={"same": "str"})
    found[NUMBERS] = found[NUMBERS].apply(pd.to_numeric, errors="coerce").astype(float)
    found["stage"] = found.stage.replace(STAGES)
    for column, words in {"what": TASKS, "tool": TOOLS, "same": VERDICTS}.items():
        found[column] = found[column].replace(words, regex=True)
    ratios = found[["ratio", "ratio_low", "ratio_high"]].to_numpy(float)
    found["ratio_text"] = [
        "" if middle != middle else f"{middle:.2f}" + (f"（{low:.2f}–{high:.2f}）" if low < high else "")
        for middle, low, high in ratios
    ]
    said = [line.lstrip("# ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    found.attrs["origin"] = "；".join(pd.Series(said, dtype="str").replace(ORIGIN, regex=True))
    return found
