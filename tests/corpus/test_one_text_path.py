"""The same text gives the same words to every command, however its characters are written."""

import pytest

from zhagen.cli import main
from zhagen.corpus.cooccurrence import cooccur
from zhagen.documents.catalog import open_document
from zhagen.extraction.pipeline import extract
from zhagen.statistics.concordance import kwic, kwic_texts
from zhagen.statistics.terms import term_features
from zhagen.text.segmentation import content_terms

TEXT = "数字平台推动企业转型。用户的AI工具服务C端，T恤办公office。"
WRITTEN = {  # the same text, as programs write it
    "plain": TEXT,
    "zero-width blanks": "".join(f"{char}\u200b" for char in TEXT),
    "no-joiners": TEXT.replace("平", "平\u200c").replace("企", "企\u2060"),
    "marks of direction": TEXT.replace("平", "平\u200e").replace("户", "户\u202c"),
    "soft hyphens": TEXT.replace("平", "平\u00ad").replace("off", "off\u00ad"),
    "byte order marks": TEXT.replace("平", "平\ufeff"),
    "private use": TEXT.replace("平", "平\ue123"),
    "variation selectors": TEXT.replace("平", "平\ufe00").replace("企", "企\U000e0101"),
    "control characters": TEXT.replace("平", "平\x02").replace("企", "企\x7f"),
    "no-break blanks": TEXT.replace("平", "平\xa0").replace("户", "户\xa0"),
    "ideographic blanks": TEXT.replace("平", "平\u3000").replace("T恤", "T \u3000恤"),
    "blanks and tabs": TEXT.replace("平", "平 ").replace("户", "户 \t").replace("T恤", "T 恤"),
    "radicals": TEXT.replace("用", "⽤").replace("工", "⼯"),
    "full-width letters": TEXT.replace("AI", "ＡＩ").replace("C端", "Ｃ端").replace("T恤", "Ｔ恤"),
    "ligatures": TEXT.replace("ffi", "ﬃ"),
    "citations": TEXT.replace("，", "(Yin, 2004)，").replace("型。", "型（Gioia et al., 2013; Eisenhardt, 1989）。"),
}
TERMS = "数字平台 推动 企业 转型 用户 AI 工具 服务 C端 T恤 办公 office".split()


@pytest.mark.parametrize("unit", ["sentence", "paragraph", "document", "window"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_cooccur_counts_the_words_however_they_are_written(tmp_path, kind, unit):
    (tmp_path / "a.txt").write_text(f"{WRITTEN[kind]}\n" * 6, encoding="utf-8")
    found = cooccur(tmp_path / "a.txt", tmp_path / "out", unit=unit, min_count=1, engine="serial", segmenter="jieba")
    assert dict(zip(found.terms["term"], found.terms["count"], strict=True)) == dict.fromkeys(TERMS, 6)


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_command_reads_the_same_characters(tmp_path, kind, capsys):
    """`count`, the terms, the concordance and the codes of a document with the text as its first paragraph."""
    found = {}
    for name, text in (("plain", TEXT), (kind, WRITTEN[kind])):
        path = tmp_path / f"{name}.txt"
        path.write_text(
            open_document("ecommerce", edition="digest").raw.replace("引言 \n", f"引言 \n\n{text}\n\n", 1), "utf-8"
        )
        read = extract("ecommerce", source=path)
        outline = read.outline
        paragraph = next(block for block in outline.prose() if "T恤" in block.text)
        assert paragraph.text.startswith("数字平台推动企业转型") and set(TERMS) <= set(content_terms(paragraph.text))
        assert main(["count", "ecommerce", *TERMS, "--source", str(path)]) == 0
        found[name] = (
            capsys.readouterr().out,
            term_features(outline).drop(columns="sentence").values.tolist(),
            [len(kwic(outline, term)) for term in TERMS],
            [len(kwic_texts({"a": text}, term)) for term in TERMS],
            read.codebook.codes.drop(columns=["line_start", "line_end"], errors="ignore").values.tolist(),
        )
    assert found[kind] == found["plain"]
    assert found["plain"][3] == [1] * len(TERMS)
