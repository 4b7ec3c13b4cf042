import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import psutil
import pytest

from zhagen.corpus import engines
from zhagen.corpus.engines import run_tasks
from zhagen.errors import ZhagenError

PARALLEL = ["processes", "dask"]


def square(number):
    return number * number


def killed_once(task):
    """Kill the process that is at work, the first time; the marker says that it was there before."""
    number, folder = task
    marker = os.path.join(folder, str(number))
    if number % 4 == 1 and not os.path.exists(marker):
        open(marker, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def deadly(_):
    os.kill(os.getpid(), signal.SIGKILL)


def fussy(number):
    if number == 3:
        raise ZhagenError("three is too many", "task 3", "give two")
    return number


def own_process(_):
    time.sleep(0.05)
    return os.getpid()


def children():
    """The worker processes of this one: not those that Python starts for its own use."""
    found = []
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            found += [] if "resource_tracker" in "".join(one.cmdline()) else [one]
    return found


def run(function, tasks, engine="processes", workers=None, scheduler=None):
    return sorted(run_tasks(function, tasks, engine, workers=workers, scheduler=scheduler))


@pytest.fixture(autouse=True)
def _no_process_is_left():
    yield
    _, alive = psutil.wait_procs(children(), timeout=10)
    assert not alive


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_no_task(engine):
    assert run(square, [], engine, 2) == []


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_every_task_is_done_once_and_few_are_drawn_ahead(engine):
    """The input is never held: what is drawn is done, or one of few under way."""
    drawn, done = [], []

    def tasks():
        for number in range(12):
            drawn.append(number)
            yield str(number), number

    for result in run_tasks(square, tasks(), engine, workers=2):
        done.append(result)
        assert len(drawn) <= len(done) + 2 * 2  # two for each worker
    assert sorted(done) == sorted((str(number), number * number) for number in range(12))


def named(path):
    path.touch()
    return path.name


def test_processes_start_with_an_empty_task_whose_result_is_nobodys(tmp_path):
    empty = tmp_path / "empty"

    def tasks():
        end = time.monotonic() + 60
        while not empty.exists() and time.monotonic() < end:  # it is done before the first task is read
            time.sleep(0.02)
        assert empty.exists()
        yield 0, tmp_path / "first"

    assert list(run_tasks(named, tasks(), workers=2, empty=empty)) == [(0, "first")]
    empty.unlink()
    assert list(run_tasks(named, [(0, tmp_path / "first")], "serial", empty=empty)) == [(0, "first")]
    assert not empty.exists()


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_what_the_function_raises_is_raised(engine):
    with pytest.raises(ZhagenError) as error:
        run(fussy, enumerate(range(9)), engine, 1)
    assert str(error.value) == "three is too many (task 3): give two"


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_what_the_tasks_raise_is_raised(engine):
    def tasks():
        yield 0, 0
        raise ZhagenError("no more of this")

    with pytest.raises(ZhagenError, match="no more of this"):
        run(square, tasks(), engine, 1)


@pytest.mark.parametrize("engine", PARALLEL)
def test_a_worker_that_dies_costs_time_and_no_result(tmp_path, engine):
    number_of_tasks = {"processes": 6, "dask": 5}[engine]
    tasks = [(str(number), (number, str(tmp_path))) for number in range(number_of_tasks)]
    assert run(killed_once, tasks, engine, 2) == [(str(number), number * number) for number in range(number_of_tasks)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "5"][: number_of_tasks - 4]


def test_a_worker_that_dies_before_the_next_task_is_given_out():
    """All workers are gone while the next task is read: it is not lost."""

    def tasks():
        for number in range(9):
            if number == 5:
                for child in (dying := children()):
                    child.kill()
                psutil.wait_procs(dying, timeout=10)
                time.sleep(0.5)  # until the pool has seen it
            yield number, number

    assert run(square, tasks(), "processes", 2) == [(number, number * number) for number in range(9)]


def test_workers_that_keep_dying_end_the_run():
    with pytest.raises(ZhagenError, match="worker after worker died"):
        run(deadly, enumerate(range(9)), "processes", 1)


def test_what_dask_says_of_a_task():
    """It gives a task up after as many deaths as it is told, and drops all when it goes; errors are handed on."""
    import distributed

    for status, error, kind, said in (
        ("error", distributed.KilledWorker("task", None, 3), ZhagenError, "worker after worker died"),
        ("error", OSError("no such disk"), OSError, "no such disk"),
        ("cancelled", None, ZhagenError, "the Dask scheduler is gone"),
        ("lost", None, ZhagenError, "the Dask scheduler is gone"),
    ):
        future = SimpleNamespace(status=status, exception=lambda error=error: error)
        with pytest.raises(kind, match=said):
            engines._raise(distributed, future, None)


def test_a_run_that_is_left_ends_its_workers():
    found = run_tasks(square, enumerate(range(99)), "processes", workers=2)
    next(found)
    assert children()
    found.close()  # as an interrupt does; that no process is left is what every test here ends with


def test_workers_do_not_hear_an_interrupt():
    """Ctrl-C goes to all processes of a terminal; this one alone answers, whenever it comes."""
    found = run_tasks(own_process, enumerate(range(9)), "processes", workers=2)
    results = [next(found)]
    for child in children():
        child.send_signal(signal.SIGINT)
    results += found
    assert len({pid for _, pid in results} - {os.getpid()}) in (1, 2) and len(results) == 9
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.parametrize("engine, workers", [("spark", 2), ("Serial", 2), ("", 2)])
def test_an_unknown_engine_is_told(engine, workers):
    with pytest.raises(ZhagenError, match="use one of serial, processes, dask"):
        run_tasks(square, [], engine, workers=workers)


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_a_number_of_workers_below_one_is_told(engine):
    with pytest.raises(ZhagenError, match="workers is -2: give 1 or more"):
        run_tasks(square, [(0, 0)], engine, workers=-2)


def test_dask_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ZhagenError, match=r"distributed is not installed: run: pip install 'zhagen\[corpus\]'"):
        run(square, [(0, 0)], "dask", 1)


@pytest.fixture
def listener():
    """An address where something listens that is no scheduler: it says nothing, or what a web server says."""
    said, held = b"", []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                held.append(connection)
                connection.sendall(said)

        def start(words):
            nonlocal said
            said = words
            threading.Thread(target=answer, daemon=True).start()
            return f"tcp://127.0.0.1:{server.getsockname()[1]}"

        yield start
        for connection in held:
            connection.close()


def refused(address):
    began = time.monotonic()
    with pytest.raises(ZhagenError, match=f"no Dask scheduler answers at {address}: start one"):
        run(square, [(0, 0)], "dask", 1, address)
    return time.monotonic() - began


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 9])
def test_a_port_where_something_else_listens(listener, monkeypatch, words):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    assert refused(listener(words)) < 8


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "klingon", "http://x", "tcp://:x"])
def test_an_address_where_no_scheduler_answers(monkeypatch, address):
    monkeypatch.setattr(engines, "PATIENCE", 0.5)
    threads = threading.active_count()
    assert refused(address) < 8
    assert threading.active_count() <= threads  # none that tries on, and complains at the end of Python


def test_a_scheduler_without_a_worker_is_told(monkeypatch):
    """Not waited for without a word."""
    import distributed

    monkeypatch.setattr(engines, "PATIENCE", 2)
    with distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", silence_logs=50) as cluster:
        address = cluster.scheduler_address
        with pytest.raises(ZhagenError, match=rf"has no worker \({address}\): start one with `dask worker"):
            run(square, [(0, 0)], "dask", 1, address)
