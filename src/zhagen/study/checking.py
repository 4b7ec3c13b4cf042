"""Everything that is wrong with a study, in one table."""

from pathlib import Path

import pandas as pd

from zhagen.errors import StudyError
from zhagen.study.folder import read_folder
from zhagen.study.history import history_faults
from zhagen.study.locking import lock_study
from zhagen.study.study import assemble_study, fault_table


def check_study(folder: Path | str) -> pd.DataFrame:
    """Check the study in a folder and list everything that is wrong.

    Parameters
    ----------
    folder : pathlib.Path or str
        The folder.

    Returns
    -------
    pandas.DataFrame
        One row a fault, errors first: ``severity`` (``error``: the study cannot be opened with it; ``finding``: it
        can), ``file`` (str), ``line`` (int, 0: the whole file), ``found``, ``todo`` (str). No rows: nothing is wrong.
        While there is an error, what needs an opened study is not checked: the words of the codings, turns, the
        history.

    Examples
    --------
    >>> check_study("no such folder").found.tolist()
    ['there is no such folder']
    """
    with lock_study(folder, shared=True):
        found = read_folder(Path(folder))
    try:
        assemble_study(found, Path(folder))
    except StudyError:
        return fault_table(found.faults)
    found.faults += history_faults(found.tables["history"], found.tables["codebook"], found.lines["history"])
    return fault_table(found.faults)
