"""What a wheel gives a person: the commands outside the repository, in an environment with the core alone."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[1]
RESULTS = ["terms.csv", "edges.csv", "communities.csv", "network.graphml"]
TEXTS = {
    "a.txt": "平台连接用户与企业，数据驱动平台创新。\n用户参与平台，企业获得数据。",
    "访谈/b.txt": "企业用数据改进平台。\n平台的用户与企业共享数据，用户获得服务。",
}


@pytest.fixture(scope="module")
def wheel():
    found = list((ROOT / "dist").glob("zhagen-*.whl"))
    if len(found) != 1:
        pytest.skip("run: make wheel")
    return found[0]


@pytest.fixture(scope="module")
def bare(wheel, tmp_path_factory):
    """An environment with the wheel and what it asks for, nothing else."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("needs uv, which make installs")
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    lock = ["--constraints", ROOT / "requirements.lock"]
    subprocess.run([uv, "pip", "install", "--quiet", "--python", folder / "bin/python", *lock, wheel], check=True)
    return folder


def settings(home):
    """The variables of a person who has never heard of this repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHAGEN", "PYTHON", "XDG"))}
    return kept | {"HOME": str(home)}


@pytest.fixture
def run(bare, tmp_path):
    """Run a command of the environment in an empty folder."""
    (tmp_path / "home").mkdir()

    def run(*command, **more):
        program = [bare / "bin" / command[0], *command[1:]]
        environment = settings(tmp_path / "home") | more
        return subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return run


def ours(*arguments, cwd):
    """Run the command as it stands in this checkout, with all that `make test` installs and nothing attached."""
    code = "import sys; from zhagen.cli import main; sys.exit(main())"
    program = [sys.executable, "-c", code, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "ZHAGEN_SOURCES": str(cwd / "nothing")}
    return subprocess.run(program, cwd=cwd, env=environment, capture_output=True, text=True)


def shipped(bare):
    package = next(bare.glob("lib/python*/site-packages/zhagen"))
    return {path: path.stat().st_mtime_ns for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()}


def test_it_holds_no_original_and_no_test(wheel):
    names = ZipFile(wheel).namelist()
    assert not [name for name in names if "_data/sources" in name or name.startswith("tests")]
    assert "zhagen/py.typed" in names and "zhagen/__init__.pyi" in names
    assert "zhagen/_data/practice/sources/I01.txt" in names  # invented, so it may be shipped
    assert "zhagen/_data/practice_paper/digests/canteen.txt" in names  # so may this
    scripts = ("words.js", "coder.js", "coder.css", "qda.js")
    assert {f"zhagen/_data/coder/{name}" for name in scripts} <= set(names)
    assert "zhagen/_data/documents.toml" in names and "zhagen/_data/digests/haier.txt" in names
    assert any(name.endswith("/licenses/LICENSE-CONTENT") for name in names)


def test_the_sdist_holds_no_original_and_makes_the_same_wheel(wheel, tmp_path):
    with tarfile.open(next((ROOT / "dist").glob("zhagen-*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = next(tmp_path.iterdir())
    assert not (folder / "data/sources").exists()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again"]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    again = ZipFile(next((tmp_path / "again").iterdir()))
    contents = [{name: file.read(name) for name in file.namelist()} for file in (ZipFile(wheel), again)]
    assert contents[0] == contents[1]


def test_the_core_is_light(bare):
    packages = {path.name.split("-")[0].lower() for path in bare.glob("lib/python*/site-packages/*.dist-info")}
    assert not packages & {
        "matplotlib",
        "seaborn",
        "pygraphviz",
        "pyarrow",
        "dask",
        "rjieba",
        "lxml",
        "ipython",
        "sphinx",
    }


@pytest.mark.parametrize("command", [["documents"], ["check"], ["count", "haier", "平台"]])
def test_a_command_says_what_it_says_in_the_repository(run, tmp_path, command):
    done, expected = run("zhagen", *command), ours(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)
    assert done.stdout and done.returncode in (0, 1)


def test_extract_writes_what_it_writes_in_the_repository(run, tmp_path):
    assert run("zhagen", "extract", "haier", "--out", "out").returncode == 0
    assert ours("extract", "haier", "--out", "ours", cwd=tmp_path).returncode == 0
    files = {path.relative_to(tmp_path / "ours") for path in (tmp_path / "ours").rglob("*.csv")}
    assert files and {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.csv")} == files
    assert all((tmp_path / "out" / name).read_bytes() == (tmp_path / "ours" / name).read_bytes() for name in files)


def test_originals_go_into_the_user_s_folder_and_are_found_there(run, bare, tmp_path):
    before = shipped(bare)
    (tmp_path / "mine").mkdir()
    done = run("zhagen", "attach", "mine")
    assert done.returncode == 0 and done.stdout.count("missing\t") == 5, done.stderr
    assert shipped(bare) == before
    assert [line.split("\t")[1] for line in run("zhagen", "documents").stdout.splitlines()] == ["digest"] * 5


@pytest.mark.originals
def test_attached_originals_are_opened(run, bare, tmp_path):
    sources = os.environ.get("ZHAGEN_SOURCES") or ROOT / "data/sources"
    if not any(Path(sources).glob("*.txt")):
        pytest.skip("needs the originals")
    before = shipped(bare)
    done = run("zhagen", "attach", str(sources))
    assert done.returncode == 0 and done.stdout.count("attached\t") == 5, done.stdout + done.stderr
    assert len(list((tmp_path / "home").rglob("zhagen/sources/*.txt"))) == 5
    assert shipped(bare) == before
    assert [line.split("\t")[1] for line in run("zhagen", "documents").stdout.splitlines()] == ["original"] * 5


def corpus(folder):
    for name, text in TEXTS.items():
        path = folder / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([text] * 10), encoding="utf-8")


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_cooccur_gives_the_same_without_the_fast_packages(run, tmp_path, engine):
    corpus(tmp_path)
    done = run("zhagen", "cooccur", "texts", "--out", "out", "--engine", engine, "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") == 1 and "pip install 'zhagen[corpus]'" in done.stderr
    expected = ours("cooccur", "texts", "--out", "ours", "--engine", "serial", cwd=tmp_path)
    assert expected.returncode == 0, expected.stderr
    assert done.stdout.splitlines()[0] == expected.stdout.splitlines()[0]
    for name in RESULTS:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "ours" / name).read_bytes()


@pytest.mark.parametrize(
    "arguments", [["a.parquet"], ["texts", "--engine", "dask"], ["texts", "--segmenter", "rjieba"]], ids=lambda a: a[-1]
)
def test_what_an_extra_brings_is_one_sentence_that_names_it(run, tmp_path, arguments):
    corpus(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    done = run("zhagen", "cooccur", *arguments, "--out", "out", "--quiet")
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    assert "pip install 'zhagen[corpus]'" in done.stderr and not (tmp_path / "out").exists()


def test_figures_ask_for_their_extra(run):
    code = (
        "import pandas, zhagen\n"
        "from zhagen.figures import draw_frequencies\n"
        "try:\n    draw_frequencies(pandas.DataFrame({'term': ['平台'], 'count': [1]}))\n"
        "except zhagen.ZhagenError as error:\n    print(error)"
    )
    done = run("python", "-c", code)
    assert "pip install 'zhagen[figures]'" in done.stdout, done.stderr
