"""The benchmark that was kept is shown in Chinese, with nothing that was not measured."""

import re

import pytest

from zhagen.book.benchmarks import load_benchmarks
from zhagen.paths import data_folder


def test_no_english_is_left_but_names():
    found = load_benchmarks()
    known = set("zhagen Dask scipy X T nltk BigramCollocationFinder quanteda scikit learn PMI".split())
    words = set(re.findall(r"[A-Za-z]+", " ".join(found[["stage", "what", "tool", "same"]].to_numpy().ravel())))
    assert words <= known | {"Counter", "combinations", "jieba", "rjieba"}
    assert set(found.same) <= {"相同", "分词不同", "不同", "没有量"}
    assert re.fullmatch(r"[\d，\-年月日个处理器轮切词数词对算系数从头到尾 ；]+", found.attrs["origin"])


def test_every_ratio_is_to_the_first_tool_of_its_task():
    found = load_benchmarks()
    for _, rows in found.groupby(["what", "mb"], sort=False):
        assert rows.ratio.iloc[0] == 1 and rows.tool.iloc[0].startswith("zhagen")


def test_what_was_not_measured_has_no_ratio(tmp_path, monkeypatch):
    (tmp_path / "benchmarks.csv").write_text(
        "# 2026-11-22, 4 processors, network 2 rounds\nstage,what,mb,tool,ratio,ratio_low,ratio_high,peak_mb,same\n"
        'network,"End to end: file to network, no words guessed",1,"zhagen, serial",1,1,1,300,same\n'
        'network,"End to end: file to network, no words guessed",1,notebook,,,,,over 900 s\n'
        'segmentation,"Segmentation: text to content terms, unknown words guessed",1,quanteda,2,1,3,9,other words\n',
        encoding="utf-8",
    )
    (tmp_path / "documents.toml").touch()
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    found = load_benchmarks()
    assert found[["what", "tool", "ratio_text", "same"]].to_numpy().tolist() == [
        ["不猜生词", "zhagen，单进程", "1.00", "相同"],
        ["不猜生词", "笔记本写法", "", "没有量"],
        ["猜生词", "quanteda", "2.00（1.00–3.00）", "分词不同"],
    ]
    assert found.attrs["origin"] == "2026-11-22，4 个处理器，从头到尾 2 轮"


def test_it_is_in_the_data_that_the_wheel_takes_along():
    assert (data_folder() / "benchmarks.csv").is_file()


@pytest.mark.parametrize("column", ["mb", "ratio", "ratio_low", "ratio_high", "peak_mb"])
def test_numbers_are_numbers(column):
    assert load_benchmarks()[column].dtype.kind == "f"
