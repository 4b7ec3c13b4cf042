"""Correspondence analysis: against Greenacre's published example, against prince, and by its own laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from zhagen.errors import ZhagenError
from zhagen.statistics.correspondence import correspondence_analysis

few = settings(max_examples=30)
ROWS, COLUMNS = ["平台", "用户", "需求", "价值", "α鱼"], ["导论", "案例", "结论", "附录"]
SMOKING = pd.DataFrame(
    [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]],
    index=["SM", "JM", "SE", "JE", "SC"],
    columns=["none", "light", "medium", "heavy"],
)


@st.composite
def tables(draw):
    """A table without empty rows and columns, whose axes are apart from each other."""
    high, wide = draw(st.integers(2, 5)), draw(st.integers(2, 4))
    cells = draw(st.lists(st.integers(0, 9), min_size=high * wide, max_size=high * wide))
    table = pd.DataFrame(np.reshape(cells, (high, wide)), index=ROWS[:high], columns=COLUMNS[:wide])
    assume(table.sum(axis=1).min() > 0 and table.sum(axis=0).min() > 0)
    found = chi2_contingency(table, correction=False)
    values = np.linalg.svd((table - found.expected_freq) / np.sqrt(found.expected_freq), compute_uv=False)
    values = values[: min(high, wide) - 1]
    assume(values.min() > 1e-3 and (len(values) < 2 or np.diff(values).max() < -1e-3))
    return table


def numbers(frame):
    return frame.set_index("label").sort_index()


def same(one, other, turned=False):
    """Compare two frames of points; `turned` allows an axis the other way round."""
    one, other = numbers(one), numbers(other)
    assert one.index.tolist() == other.index.tolist() and one.columns.tolist() == other.columns.tolist()
    for name in one:
        first, second = one[name].to_numpy(), other[name].to_numpy()
        if turned and name.startswith("x") and first @ second < 0:
            second = -second
        assert first == pytest.approx(second, abs=1e-8), name


def test_the_smoking_example():
    """Greenacre (1984), Theory and applications, table 3.1; the table of results in Nenadić and Greenacre (2007),
    Correspondence analysis in R (in thousandths; there the axes may point the other way)."""
    found = correspondence_analysis(SMOKING)
    assert round(found.total, 4) == 0.0852
    shares = "of it axis 1 87.8%, axis 2 11.8%"
    assert repr(found) == f"Correspondence: 5 rows x 4 columns; total inertia 0.08519 (chi-square / sum), {shares}"
    assert found.inertia.eigenvalue.round(6).tolist() == [0.074759, 0.010017]
    assert found.inertia.share.round(3).tolist() == [0.878, 0.118]
    assert correspondence_analysis(SMOKING, components=3).inertia.cumulative.iloc[-1] == pytest.approx(1)
    rows = pd.DataFrame(
        [
            (57, 893, 31, 66, 92, 3, 194, 800, 214),
            (93, 991, 139, -259, 526, 84, 243, 465, 551),
            (264, 1000, 450, 381, 999, 512, 11, 1, 3),
            (456, 1000, 308, -233, 942, 331, -58, 58, 152),
            (130, 999, 71, 201, 865, 70, -79, 133, 81),
        ],
        columns="mass quality inertia x1 cos2_1 contribution1 x2 cos2_2 contribution2".split(),
    )
    columns = pd.DataFrame(
        [
            (316, 1000, 577, 393, 994, 654, 30, 6, 29),
            (233, 984, 83, -99, 327, 31, -141, 657, 463),
            (321, 983, 148, -196, 982, 166, -7, 1, 2),
            (130, 995, 192, -294, 684, 150, 198, 310, 506),
        ],
        columns=rows.columns,
    )
    assert found.rows.label.tolist() == SMOKING.index.tolist()
    assert ((found.rows[rows.columns] * 1000).round().astype(int).to_numpy() == rows.to_numpy()).all()
    assert ((found.columns[rows.columns] * 1000).round().astype(int).to_numpy() == columns.to_numpy()).all()


@few
@given(tables())
def test_it_is_princes(table):
    import prince

    found = correspondence_analysis(table, components=3)
    axes = len(found.inertia)
    theirs = prince.CA(n_components=axes, random_state=0).fit(table)
    assert found.total == pytest.approx(theirs.total_inertia_)
    assert found.inertia.eigenvalue.to_numpy() == pytest.approx(theirs.eigenvalues_)
    for ours, coordinates, contributions, cos2 in (
        (found.rows, theirs.row_coordinates(table), theirs.row_contributions_, theirs.row_cosine_similarities(table)),
        (
            found.columns, theirs.column_coordinates(table),
            theirs.column_contributions_, theirs.column_cosine_similarities(table),
        ),
    ):  # fmt: skip
        shown = ours.inertia.to_numpy() > 1e-9  # prince divides 0 by 0 for a point in the centre
        for axis in range(axes):
            x, y = ours[f"x{axis + 1}"].to_numpy(), coordinates[axis].to_numpy()
            assert np.abs(x) == pytest.approx(np.abs(y), abs=1e-7)
            assert x == pytest.approx(y * np.sign(x @ y), abs=1e-7)
            assert ours[f"contribution{axis + 1}"].to_numpy() == pytest.approx(contributions[axis].to_numpy(), abs=1e-7)
            assert ours[f"cos2_{axis + 1}"].to_numpy()[shown] == pytest.approx(cos2[axis].to_numpy()[shown], abs=1e-6)


@few
@given(tables())
def test_the_laws_of_the_map(table):
    found = correspondence_analysis(table, components=4)
    counts = table.to_numpy()
    assert found.total == pytest.approx(chi2_contingency(table, correction=False).statistic / counts.sum())
    assert found.inertia.eigenvalue.sum() == pytest.approx(found.total)
    axes = [f"x{axis}" for axis in found.inertia.axis]
    for points, profiles in ((found.rows, counts), (found.columns, counts.T)):
        assert points.mass.to_numpy() == pytest.approx(profiles.sum(axis=1) / counts.sum())
        assert (points.mass @ points[axes]).to_numpy() == pytest.approx(np.zeros(len(axes)), abs=1e-9)  # centred
        assert points.inertia.sum() == pytest.approx(1)
        for axis, eigenvalue in zip(found.inertia.axis, found.inertia.eigenvalue, strict=True):
            assert points[f"contribution{axis}"].sum() == pytest.approx(1)
            assert points.mass @ points[f"x{axis}"] ** 2 == pytest.approx(eigenvalue)
        shown = points.inertia > 1e-9
        assert points.quality[shown].to_numpy() == pytest.approx(1)  # all axes are there
        shares, mean = profiles / profiles.sum(axis=1, keepdims=True), profiles.sum(axis=0) / counts.sum()
        chi = ((shares[0] - shares[1]) ** 2 / mean).sum()
        assert ((points[axes].iloc[0] - points[axes].iloc[1]) ** 2).sum() == pytest.approx(chi, abs=1e-9)
    columns = found.columns.set_index("label").sort_index()
    assert all(columns[x].iloc[np.isclose(columns[x].abs(), columns[x].abs().max()).argmax()] > 0 for x in axes)


@few
@given(tables(), st.randoms(use_true_random=False))
def test_neither_order_nor_size_matters(table, random):
    found = correspondence_analysis(table)
    rows, columns = (random.sample(list(labels), len(labels)) for labels in (table.index, table.columns))
    for other in (correspondence_analysis(table.loc[rows, columns]), correspondence_analysis(2 * table)):
        assert other.total == pytest.approx(found.total)
        same(found.rows, other.rows)
        same(found.columns, other.columns)
    assert correspondence_analysis(table.loc[rows]).rows.label.tolist() == rows


@few
@given(tables())
def test_turning_the_table_swaps_rows_and_columns(table):
    found, other = correspondence_analysis(table), correspondence_analysis(table.T)
    same(found.rows, other.columns, turned=True)
    same(found.columns, other.rows, turned=True)


@few
@given(tables())
def test_one_profile_is_one_point(table):
    """Distributional equivalence: a row split in two of its profile changes nothing else."""
    doubled = pd.concat([2 * table, 2 * table.iloc[[0]]])
    doubled.iloc[0] = table.iloc[0]
    doubled.iloc[-1] = table.iloc[0]
    doubled.index = [*table.index, "副本"]
    found, other = correspondence_analysis(table), correspondence_analysis(doubled)
    assert other.total == pytest.approx(found.total)
    same(found.columns, other.columns)
    points = other.rows.set_index("label")
    assert points.x1["副本"] == pytest.approx(points.x1[table.index[0]])


def test_a_row_like_all_lies_in_the_centre():
    table = pd.DataFrame([[6, 2], [1, 3], [7, 5]], index=["甲", "乙", "丙"], columns=["a", "b"])
    found = correspondence_analysis(table).rows.set_index("label")
    assert found.loc["丙", ["x1", "cos2_1", "contribution1", "quality", "inertia"]].tolist() == pytest.approx([0] * 5)
    assert found.loc["甲", "quality"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (SMOKING.assign(never=0), "without a count: the column never"),
        (SMOKING.T.assign(a=0, b=0).T, "without a count: the row a, b"),
        (SMOKING.head(1), "1 rows and 4 columns"),
        (SMOKING[["none"]], "5 rows and 1 columns"),
        (pd.DataFrame(), "0 rows"),
        (SMOKING - 5, r"holds -1, which is no count \(SM, none\)"),
        (SMOKING.replace(33, np.nan), "holds nan"),
        (SMOKING.assign(none="a"), "more than numbers"),
        (pd.concat([SMOKING, SMOKING]), "the row JE occurs twice"),
        (SMOKING.T.reset_index(drop=True).T.set_axis(list("aabc"), axis=1), "the column a occurs twice"),
        (pd.DataFrame([[1, 2], [2, 4]]), "independent"),
    ],
)
def test_what_cannot_be_mapped_is_reported(table, told):
    with pytest.raises(ZhagenError, match=told):
        correspondence_analysis(table)


def test_axes():
    with pytest.raises(ZhagenError, match="components is 0"):
        correspondence_analysis(SMOKING, components=0)
    assert correspondence_analysis(SMOKING, components=9).inertia.axis.tolist() == [1, 2, 3]
    assert "x2" not in correspondence_analysis(SMOKING, components=1).rows
    flat = pd.DataFrame([[4, 1, 2], [1, 4, 8], [2, 2, 4]])  # the last columns have one profile: one axis
    assert correspondence_analysis(flat).inertia.share.tolist() == pytest.approx([1])
