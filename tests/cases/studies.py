"""Damages of studies that were once taken for nothing, or under which an act broke.

A case is (file, what becomes of its bytes, the beginning of the refusal or "", acts of `fuzzing.study_oracle` that
must work). Without a refusal the study opens and says what its files say. `tests/study/test_cases.py` runs them.
"""

import re

AGREEMENTS = ("agreement by code", "agreement by character", "agreement on passages")


def gone(path):
    path.unlink()


def folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def link(target):
    def act(path):
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return act


def replaced(old, new):
    def act(path):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8", newline="")

    return act


def marked_twice(path):
    path.write_bytes(b"\xef\xbb\xbf" * 2 + path.read_bytes())


def cut_off(path):
    """Leave one coding, whose checksum is cut off: its words are found nowhere."""
    path.write_bytes(path.read_bytes()[:130])


def all_lost(path):
    """Give every coding the checksum of words that are nowhere."""
    path.write_bytes(re.sub(rb"[0-9a-f]{64}", b"0" * 64, path.read_bytes()))


def apart(path):
    """Leave the first coder the first source, and the second coder the second one."""
    kept = [one for one in path.read_text("utf-8").splitlines() if not re.search(",I01,.*,周,|,I02,.*,林,", one)]
    path.write_text("\n".join(kept), "utf-8")


def never_created(path):
    """Take out the act that created c01; others name it still."""
    path.write_bytes(b"".join(one for one in path.read_bytes().splitlines(True) if b"create,c01" not in one))


CASES = {
    "no memo at all": ("memos/M001.md", gone, "", ["log", "quotations"]),
    "a folder where a table was": ("history.csv", folder, "it is a folder, not a file", []),
    "a link to nothing": ("speakers.csv", link("nowhere"), "it is a link that leads to no file", []),
    "a link out of the folder": ("guide.md", link("/etc/hostname"), "it is a link out of the folder", []),
    "a link to itself": ("mechanism.toml", link("mechanism.toml"), "it is a link that leads to no file", []),
    "a text of old machines": ("sources/I02.txt", replaced("\n", "\r"), "", ["codes by source", "export .qdpx"]),
    "a text of mixed ends of lines": ("sources/I02.txt", replaced("\n", "\n\r"), "", ["export .qdpx"]),
    "a memo of old machines": ("memos/M001.md", replaced("\n", "\r"), "", ["memos and notes"]),
    "two byte order marks": ("sources/I01.txt", replaced("【", "\ufeff\ufeff【"), "", ["export .qdpx"]),
    "two byte order marks of a hand-written file": ("study.toml", marked_twice, "", ["export .qdpx"]),
    "a code without a label": ("codebook.csv", replaced("先验后付", ""), "c03 has no label", []),
    "one coding alone, which is lost": ("codings.csv", cut_off, "", ["saturation", "overlaps", "cooccurrence"]),
    "all codings are lost": ("codings.csv", all_lost, "", [*AGREEMENTS, "chapters of the book"]),
    "two coders without a source in common": ("codings.csv", apart, "", [*AGREEMENTS, "chapters of the book"]),
    "a code whose first line in the history is gone": ("history.csv", never_created, "", ["log", "lineage"]),
    "a speaker that XML cannot hold": ("speakers.csv", replaced(",甲", ",\ud7ff\uffff"), "", ["export .qdpx"]),
}
