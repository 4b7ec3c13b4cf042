"""Hand-written TOML: each fault is named with file, line, what was found and what to do."""

import os

import pytest

import zhagen
from zhagen.documents.handwritten import find_line, read_toml
from zhagen.documents.recipe import check_recipe, read_recipe
from zhagen.errors import RecipeError, SourceError

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$"},
        "year": {"type": "integer"},
        "part": {
            "type": "array",
            "items": {"type": "object", "required": ["name"], "properties": {"size": {"enum": [1, 2]}}},
        },
    },
}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'id = "a"\nyear = "2020"\n', r"year must be integer, not '2020' \(mine.toml, line 2\): correct this line"),
        (b"year = 1\n", r"the file lacks id \(mine.toml\)"),
        (b'id = "A1"\n', r"id must match pattern .*, not 'A1' \(mine.toml, line 1\)"),
        (b'id = "a"\n\nyaer = 1\n', r"the file has the key yaer, which is not known there \(mine.toml, line 3\)"),
        (b'id = "a"\n[[part]]\nname = "x"\n[[part]]\nsize = 2\n', r"part\[1\] lacks name \(mine.toml, line 4\)"),
        (
            b'id = "a"\n[[part]]\nname = "x"\nsize = 3\n',
            r"part\[0\].size must be one of \[1, 2\], not 3 \(mine.toml, line 4\)",
        ),
        (b'id = "a"\nx = "\\d"\n', r"this is not TOML: .* \(mine.toml, line 2\): write patterns in single quotes"),
        (b'id = "a\n', r"this is not TOML: .* \(mine.toml, line 1\): correct this line"),
        (
            '# 版式\nid = "甲"\n'.encode("gb18030"),
            r"not UTF-8: byte 0x.*GB 18030 \(mine.toml, line 1\): save it as UTF-8",
        ),
        ('id = "a"\n'.encode("utf-16"), r"not UTF-8: byte 0xff.* \(mine.toml, line 1\): save it as UTF-8"),
    ],
)
def test_a_fault_is_named_with_its_line(content, said, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match=said):
        read_toml(path, SCHEMA)
    with pytest.raises(SourceError, match=said):
        read_toml(path, SCHEMA, error=SourceError)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes('\ufeffid = "a"\r\nyear = 1\r\n'.encode())
    assert read_toml(path, SCHEMA) == {"id": "a", "year": 1}


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(RecipeError, match="there is no file mine.toml"):
        read_toml(tmp_path / "mine.toml")


def test_an_edit_is_seen(tmp_path):
    path = tmp_path / "mine.toml"
    for number in (1, 2, 3):
        path.write_text(f'id = "a"\nyear = {number}\n')
        os.utime(path, ns=(number, number))
        assert read_toml(path, SCHEMA)["year"] == number


def test_lines_are_found_behind_strings_and_arrays_of_several_lines():
    text = "a = '''\nb = 1\n'''\nlist = [\n  1, # ]\n  2,\n]\n[t.u]\nv.w = 1\n[[t.x]]\nb = 1"
    text += "\n[[t.x]]\nb = 2\n[t.x.y]\nz = 1"
    assert find_line(text, ("b",)) == 0
    assert [find_line(text, path) for path in (("list",), ("t", "u"), ("t", "u", "v", "w"))] == [4, 8, 9]
    assert [find_line(text, ("t", "x", n, "b")) for n in (0, 1)] == [11, 13]
    assert find_line(text, ("t", "x", 1, "y", "z")) == 15
    assert find_line(text, ("t", "x", 1, "nothing")) == 12


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "recipes").mkdir()
    (tmp_path / "digests").mkdir()
    (tmp_path / "digests/my-study.txt").write_text("题目\n一、引言\n没有什么。\n", "utf-8")
    (tmp_path / "documents.toml").write_text('[[document]]\nid = "my-study"\n', "utf-8")
    monkeypatch.setenv("ZHAGEN_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('id = "My Study"', r"document\[0\].id must match pattern .* \(documents.toml, line 2\)"),
        (
            'id = "my-study"\nauthors = "乔"',
            r"document\[0\].authors must be array, not '乔' \(documents.toml, line 3\)",
        ),
        ('id = "my-study"\nsha256 = "12"', r"sha256 must match pattern .* \(documents.toml, line 3\)"),
        ('id = "my-study"\nfile = "../x.txt"', r"file must match pattern .* \(documents.toml, line 3\)"),
        ('short = "x"', r"document\[0\] lacks id \(documents.toml, line 1\)"),
        ('id = "a"\n[[document]]\nid = "a"', "the id a is listed twice"),
    ],
)
def test_the_catalogue_has_a_schema(entry, said, home):
    (home / "documents.toml").write_text(f"[[document]]\n{entry}\n", "utf-8")
    with pytest.raises(SourceError, match=said):
        zhagen.list_documents()


def test_a_document_needs_no_more_than_an_id(home):
    (home / "recipes/my-study.toml").write_text('document = "my-study"\n[outline]\nlevels = ["一、"]\n', "utf-8")
    assert list(zhagen.list_documents().id) == ["my-study"]
    found = zhagen.extract("my-study")
    assert list(found.outline.sections().doc_id.unique()) == ["my-study"] and found.codebook.codes.empty


def test_an_edited_recipe_is_read_again(home):
    path = home / "recipes/my-study.toml"
    for level, title in (("一、", ["引言"]), ("第一章", [])):
        path.write_text(f'document = "my-study"\n[outline]\nlevels = ["{level}"]\n', "utf-8")
        sections = zhagen.extract("my-study").outline.sections()
        assert [title for title in sections.title if title] == title


def test_a_recipe_names_file_and_line(home):
    (home / "recipes/my-study.toml").write_text('document = "my-study"\n[outline]\nlevels = "一、"\n', "utf-8")
    with pytest.raises(RecipeError, match=r"outline.levels must be array, not '一、' \(my-study.toml, line 3\)"):
        read_recipe("my-study")


def test_a_recipe_is_not_changed_by_its_check():
    given = {"document": "x", "outline": {"levels": ["一、"]}}
    whole = check_recipe(given)
    assert given == {"document": "x", "outline": {"levels": ["一、"]}} and "figure" in whole["outline"]
