import pandas as pd
import pytest

from zhagen.errors import StudyError, ZhagenError
from zhagen.study import make_study, source_codes, source_order, study_saturation


def ten():
    """Ten sources, of which the first five bring a new code each and the others none."""
    texts = {f"I{number:02d}": "甲：说了。" for number in range(1, 11)}
    codes = pd.DataFrame([(f"c{n}", f"条目{n}", "concept") for n in range(5)], columns=["code_id", "label", "level"])
    rows = [(source, 2, 4, f"c{min(n, 4)}", "林") for n, source in enumerate(texts)]
    codings = pd.DataFrame(rows, columns=["source_id", "start", "end", "code_id", "coder"])
    sampling = pd.DataFrame({"order": range(10, 0, -1), "source_id": list(texts)})
    return make_study(texts, codes, codings), make_study(texts, codes, codings, sampling=sampling)


def test_codes_come_in_the_order_of_collection():
    plain, backwards = ten()
    assert source_order(plain)[0] == "I01" and source_order(backwards)[0] == "I10"
    found = study_saturation(plain, draws=50)
    assert found.new.new.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert found.runs.point == "5+2" and found.held.share == 0
    turned = study_saturation(backwards, draws=50)
    assert turned.new.new.tolist() == [1, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert (turned.held.held, turned.held.share) == (("I01",), 1)
    assert "code saturation at 5+2 units" in repr(found) and "random orders" in repr(found)
    # four codes in one source, one in six: coverage by Good and Turing 1 - 4 / 10
    row = found.unseen.iloc[0]
    assert (row.codes, row.once, row.turing) == (5, 4, pytest.approx(0.6)) and row.chao2 > 5
    assert "Chao2" in repr(found)


def test_dates_give_the_order_where_there_is_no_sampling(study):
    assert source_order(study) == ["I01", "I02"]
    sources = study.sources.assign(date=["2024-03-09", "2024-03-08"])
    codings = study.codings.drop(columns=["anchor", "places"])
    later = make_study(study.texts, study.codebook.codes, codings, sources=sources)
    assert source_order(later) == ["I02", "I01"]


def test_each_source_has_its_codes_once(study):
    assert source_codes(study).values.tolist() == [
        ["I01", "不利先说"],
        ["I01", "走得快"],
        ["I02", "先验后付"],
        ["I02", "群内冷清"],
    ]
    assert len(source_codes(study, level="category")) == 2
    with pytest.raises(StudyError, match="of the kind document"):
        source_codes(study, kinds=["document"])
    with pytest.raises(ZhagenError, match="2 units"):
        study_saturation(study)
