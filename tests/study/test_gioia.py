"""The same concepts sorted into themes and dimensions."""

import pandas as pd
import pytest

from zhagen.errors import StudyError
from zhagen.figures import draw_structure
from zhagen.study import coding_overlaps, gioia_codebook, gioia_study, practice_study

ROWS = [
    ("c01", "谁还信", "话没人信", "话落了空"),
    ("c04", "收了钱就走", "承诺落空", "话落了空"),
    ("c33", "没问就先说", "自己先担一点", "担子归谁"),
]


def table(*rows):
    return pd.DataFrame(rows or ROWS, columns=["code_id", "concept", "theme", "dimension"])


def test_a_table_becomes_a_codebook_of_three_levels_that_is_drawn():
    book = gioia_codebook(table())
    labels = book.labels()
    assert [labels[one] for one in book.above("c04")] == ["承诺落空", "话落了空"]
    assert book.below("话落了空")[-2:] == ["c01", "c04"]
    assert "3 个一阶概念归入 3 个二阶主题，再归入 2 个聚合维度" in draw_structure(book).alt


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([(*ROWS[0][:2], "", "话落了空")], "row 1 has no theme"),
        ([ROWS[0], ROWS[1], ("c05", "别的", None, "话落了空")], "row 3 has no theme"),
        ([ROWS[0], ROWS[0]], "code_id c01 is listed twice"),
        ([ROWS[0], ("c02", "谁还信", "承诺落空", "话落了空")], "concept 谁还信 is listed twice"),
        ([ROWS[1], ("c02", "别的", "承诺落空", "担子归谁")], "承诺落空 is in 话落了空 and 担子归谁"),
    ],
)
def test_a_table_that_is_no_tree_is_refused(rows, found):
    with pytest.raises(StudyError, match=found):
        gioia_codebook(table(*rows))


def test_a_missing_column_is_named():
    with pytest.raises(StudyError, match="no column dimension"):
        gioia_codebook(table().drop(columns="dimension"))


def test_the_study_sorted_anew_keeps_codings_and_counts_them_for_themes():
    study = practice_study()
    again = gioia_study(study)
    assert set(again.codings.code_id) == set(study.gioia.code_id) & set(study.codings.code_id)
    left_out = study.codings[~study.codings.code_id.isin(study.gioia.code_id)]
    assert len(again.codings) + len(left_out) == len(study.codings)
    by_theme = again.quotations(level="theme")
    assert len(by_theme) == len(again.quotations()) == len(again.codebook.evidence)
    theme_of = dict(zip(study.gioia.concept, study.gioia.theme, strict=True))
    assert by_theme.label.tolist() == again.quotations().label.map(theme_of).tolist()
    assert set(coding_overlaps(again).term_a) <= set(study.gioia.concept)


def test_a_table_of_the_reader_is_taken_and_checked():
    study = practice_study()
    themes = gioia_study(study, table()).codebook.level("theme").label
    assert themes.tolist() == ["话没人信", "承诺落空", "自己先担一点"]
    with pytest.raises(StudyError, match="no code 'c99'"):
        gioia_study(study, table(("c99", "没有的", "主题", "维度")))
    with pytest.raises(StudyError, match="no gioia.csv"):
        gioia_study(study, table().head(0))
