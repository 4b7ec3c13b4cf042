"""The pages of `zhagen code`: strangers are refused, what is coded is in the folder, two at once lose nothing."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from study.conftest import small
from zhagen.cli import main
from zhagen.coding import start_server
from zhagen.errors import StudyError
from zhagen.study import check_study, correct_source, merge_codes, open_study, rename_code, retire_code, update_study
from zhagen.study.study import remake_study

DAY = {"date": "2024-04-01"}


@pytest.fixture
def server(folder):
    made = start_server(folder, coder="林")
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def ask(server, path, method="GET", body=None, *, token=None, **headers):
    host = f"127.0.0.1:{server.server_port}"
    connection = http.client.HTTPConnection(host, timeout=20)
    given = {"Host": host} | ({"Origin": f"http://{host}", "Content-Type": "application/json"} if body else {})
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.putrequest(method, f"/{server.token if token is None else token}/{path}", skip_host=True)
    for name, value in given.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.getheaders())


def loaded(server, source="I01"):
    """What the page of a source begins with."""
    _, page, _ = ask(server, f"source/{source}")
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])


def save(server, data, base, state):
    sent = json.dumps({"sha256": data["sha256"], "base": base, "state": state}).encode()
    status, answer, _ = ask(server, f"save/{data['source']}", "POST", sent)
    return status, json.loads(answer)


def coded(state, start, end, code, memo="", label=None):
    """The state with one coding more, and the code of this label where it is new."""
    codes = state["codes"] + ([{"id": code, "label": label}] if label else [])
    made = {"start": start, "end": end, "code": code, "memo": memo, "date": "2024-05-01"}
    return {**state, "codes": codes, "codings": [*state["codings"], made]}


@pytest.mark.parametrize("path", ["*", "http://[/", "//[x"])
def test_what_is_no_address_is_refused(server, capfd, path):
    host = f"127.0.0.1:{server.server_port}"
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        assert b" 404 " in connection.makefile("rb").readline()
    assert "Traceback" not in capfd.readouterr().err


def test_a_folder_that_is_gone_is_said(server, folder, tmp_path):
    folder.rename(tmp_path / "moved")
    status, answer, _ = ask(server, "")
    assert status == 409 and "文件夹读不了" in answer


def test_strangers_are_refused(server, folder):
    assert ask(server, "")[0] == 200
    for status, path, more in (
        (404, "", {"token": "x"}),
        (404, "", {"token": ""}),
        (404, "study.toml", {}),
        (404, "../study.toml", {}),
        (404, "..%2f..%2fetc/passwd", {}),
        (404, "source/..", {}),
        (421, "", {"Host": "evil.example"}),
        (421, "", {"Host": f"evil.example:{server.server_port}"}),
    ):
        assert ask(server, path, **more)[0] == status, path
    data = loaded(server)
    body = json.dumps({"sha256": data["sha256"], "base": data["state"], "state": data["state"]}).encode()
    for status, more in (
        (403, {"Origin": "http://evil.example"}),
        (403, {"Origin": "null"}),
        (403, {"Sec_Fetch_Site": "cross-site"}),
        (415, {"Content_Type": "text/plain"}),
        (413, {"Content_Length": "99999999999"}),
        (200, {}),
    ):
        assert ask(server, "save/I01", "POST", body, **more)[0] == status, more
    head = ask(server, "")[2]
    assert "default-src 'none'" in head["Content-Security-Policy"] and head["Referrer-Policy"] == "no-referrer"
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"sha256": 1}', b"[" * 100_000, b"\xff\xfe"])
def test_whatever_is_sent_is_answered(server, folder, body):
    before = (folder / "codings.csv").read_bytes()
    assert ask(server, "save/I01", "POST", body or b" ")[0] in (400, 409)
    assert (folder / "codings.csv").read_bytes() == before


def test_fields_that_are_none_are_refused(server, folder):
    data = loaded(server)
    good = data["state"]
    for wrong in (
        coded(good, 0, 10**9, "c01"),
        coded(good, 0, 5, "none"),
        {**good, "codings": [{"start": "0"}]},
        {**good, "codes": 3},
    ):
        status, answer = save(server, data, good, wrong)
        assert status == 409 and "浏览器发来的东西" in answer["said"][0]
    assert save(server, {**data, "sha256": "0"}, good, good)[0] == 409


def test_what_is_coded_is_in_the_folder(server, folder):
    data = loaded(server)
    base, at = data["state"], data["text"].index("照片")
    state = coded(base, at, at + 2, "n12345678", "一个备注", "拍照；摆拍")
    status, answer = save(server, data, base, state)
    assert status == 200 and answer["said"] == []
    assert data["before"] + data["text"] + data["after"] == open_study(folder).text("I01")
    assert all(f"/{name}" in ask(server, "source/I01")[1] for name in ("qda.js", "coder.js"))
    assert ask(server, "qda.js")[0] == 200
    study = open_study(folder)
    (row,) = study.codings[study.codings.code_id == "n12345678"].to_dict("records")
    assert (row["coder"], row["memo"], row["date"], row["anchor"]) == ("林", "一个备注", "2024-05-01", "exact")
    assert study.codebook.labels()["n12345678"] == "拍照，摆拍"
    assert study.history.act.tolist()[-1] == "create" and check_study(folder).empty
    now = answer["state"]
    taken = {**now, "codings": [one for one in now["codings"] if one["code"] != "n12345678"]}
    assert save(server, data, now, taken)[0] == 200
    assert "n12345678" not in set(open_study(folder).codings.code_id)
    renamed = {
        **taken,
        "codes": [one | {"label": "照相"} if one["id"] == "n12345678" else one for one in taken["codes"]],
    }
    save(server, data, answer["state"] | {"codings": taken["codings"]}, renamed)
    assert open_study(folder).codebook.labels()["n12345678"] == "照相"


def test_a_code_of_another_program_keeps_its_colour_and_its_definition(server, folder):
    data = loaded(server)
    state = coded(data["state"], 10, 12, "n1", label="别处的")
    state["codes"][-1] |= {"color": "#12ab9f", "definition": "在别处说的", "level": 3}
    assert save(server, data, data["state"], state)[0] == 200
    row = open_study(folder).codebook.codes.set_index("code_id").loc["n1"]
    assert (row.color, row.definition) == ("#12ab9f", "在别处说的") and check_study(folder).empty
    code = loaded(server)["codes"][-1]
    assert (code["color"], code["definition"]) == ("#12ab9f", "在别处说的")


def test_a_codebook_of_5000_codes_is_one_act_and_so_is_taking_it_back(server, folder):
    data = loaded(server)
    before = data["state"]
    new = [{"id": f"n{n:05d}", "label": f"码{n}", "level": "concept", "parent_id": "n99999"} for n in range(5000)]
    new.append({"id": "n99999", "label": "总的", "level": "category"})
    begun = time.monotonic()
    status, answer = save(server, data, before, {**before, "codes": before["codes"] + new})
    assert status == 200 and time.monotonic() - begun < 20  # 2 s on a quiet machine; code by code it took hours
    study, acts = open_study(folder), len(small().history)
    assert len(study.codebook.codes) == len(before["codes"]) + 5001 and study.codebook.above("n00007") == ["n99999"]
    assert study.history.act.tolist()[acts:] == ["create", "create"]  # a cell holds 30,000 characters
    status, _ = save(server, data, answer["state"], before)
    study = open_study(folder)
    assert status == 200 and study.codebook.labels() == small().codebook.labels()
    assert study.history.act.tolist()[acts + 2 :] == ["retire", "retire"] and check_study(folder).empty


def test_a_source_that_was_corrected_meanwhile_is_said(server, folder):
    data = loaded(server)
    update_study(folder, lambda study: correct_source(study, "I01", study.texts["I01"] + "好。", **DAY).study)
    status, answer = save(server, data, data["state"], coded(data["state"], 10, 12, "c02"))
    assert status == 409 and "材料 I01 的文字改过了" in answer["said"][0]
    data = loaded(server)
    assert save(server, data, data["state"], coded(data["state"], 10, 12, "c02"))[0] == 200


def test_sending_twice_is_saving_once(server, folder):
    data = loaded(server)
    state = coded(data["state"], 10, 12, "c02")
    answers = [save(server, data, data["state"], state) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(open_study(folder).codings) == 10


def test_two_windows_lose_nothing_and_conflicts_are_said(server, folder):
    data = loaded(server)
    base = data["state"]
    save(server, data, base, coded(base, 10, 12, "c02"))
    _, answer = save(server, data, base, coded(base, 12, 14, "c02"))
    assert len(answer["state"]["codings"]) == len(base["codings"]) + 2

    def noted(words):
        return {**base, "codings": [base["codings"][0] | {"memo": words}, *base["codings"][1:]]}

    save(server, data, base, noted("这边"))
    _, answer = save(server, data, base, noted("那边"))
    assert "这边\n那边" in [one["memo"] for one in answer["state"]["codings"]] and "都留着" in answer["said"][0]
    _, answer = save(server, data, base, {**base, "codings": base["codings"][1:]})
    assert len(answer["state"]["codings"]) == len(base["codings"]) + 2 and "没有删" in answer["said"][0]


def without_arrows(study):
    return remake_study(study, mechanism=study.mechanism.iloc[:0], models={})


@pytest.mark.parametrize(
    ("meanwhile", "label", "says"),
    [
        (lambda s: merge_codes(without_arrows(s), "c02", "c01", **DAY), "不利先说", "已经并入"),
        (lambda s: rename_code(s, "c02", "走得更快", **DAY), "走得更快", ""),
        (
            lambda s: retire_code(
                remake_study(without_arrows(s), codings=s.codings[s.codings.code_id != "c02"]), "c02", **DAY
            ),
            "走得快",
            "重新建了一个",
        ),
    ],
)
def test_what_became_of_a_code_meanwhile_is_followed(server, folder, meanwhile, label, says):
    data = loaded(server)
    update_study(folder, meanwhile)
    at = data["text"].index("照片")
    status, answer = save(server, data, data["state"], coded(data["state"], at, at + 2, "c02"))
    assert status == 200 and says in "".join(answer["said"])
    assert "照片" in open_study(folder).quotations(label, coder="林").quote.tolist()
    assert check_study(folder).query("severity == 'error'").empty


def test_hostile_names_are_text(folder):
    update_study(
        folder,
        lambda study: remake_study(
            study,
            about={**study.about, "title": "</title><script>alert(1)</script>"},
            codes=study.codebook.codes.assign(definition="</script><script>alert(1)</script>"),
            sources=study.sources.assign(title="<img src=x onerror=alert(1)>"),
        ),
    )
    made = start_server(folder, coder="<b>林</b>")
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        pages = [ask(made, "")[1], ask(made, "source/I01")[1]]
    finally:
        made.shutdown()
        made.server_close()
        thread.join()
    for page in pages:
        assert not re.search(r"<(script>|img|b>)", page)


def test_who_codes_is_said(folder):
    with pytest.raises(StudyError, match="the coders 林, 周"):
        start_server(folder)
    for name in ("", "=1", "a\nb", "长" * 21):
        with pytest.raises(StudyError, match="is no name"):
            start_server(folder, coder=name)
    assert main(["code", str(folder.parent / "none")]) == 2


def test_two_processes_at_one_study_lose_nothing_and_end_cleanly(folder, tmp_path):
    (tmp_path / "run.py").write_text("import sys\nfrom zhagen.cli import main\nsys.exit(main(sys.argv[1:]))\n")

    class Other:
        def __init__(self, coder):
            words = [sys.executable, str(tmp_path / "run.py"), "code", str(folder), "--coder", coder]
            self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            address = urlsplit(self.process.stdout.readline().split(": ", 1)[1])
            self.server_port, self.token = address.port, address.path.strip("/")

        def work(self, first):
            data = loaded(self)
            state = data["state"]
            for at in range(first, first + 8, 2):
                label = f"码{at}"
                _, answer = save(self, data, state, coded(state, at, at + 1, f"n{at:08d}", "记", label))
                state = answer["state"]

    others = [Other("林"), Other("王")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Other.work, others, [10, 11]))
    for one in others:
        one.process.send_signal(signal.SIGINT)
        _, said = one.process.communicate(timeout=30)
        assert one.process.returncode == 0 and "Traceback" not in said
    study = open_study(folder)
    assert len(study.codings) == 9 + 8 and study.codings.coding_id.is_unique
    assert {f"码{at}" for at in range(10, 18)} <= set(study.codebook.codes.label)
    assert study.coders == ["林", "周", "王"] and check_study(folder).query("severity == 'error'").empty
