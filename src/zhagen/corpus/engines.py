"""Engines: one function over many parts, in this process, in several, or on a Dask cluster.

Each yields (key, result) as results come, in any order; so the caller must not depend on the order. Only as many parts
as keep the workers busy are under way, so a long input is never in memory as a whole.
"""

import logging
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.statistics.pairs import available_processors

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Key = TypeVar("Key")
Task = TypeVar("Task")
Result = TypeVar("Result")

ENGINES = ("serial", "processes", "dask")
AHEAD = 2  # parts under way for each worker
PATIENCE = 5  # seconds until a scheduler must have answered
DEATHS = 3  # of a worker in a row, without a part done, until the run is given up


def run_tasks(
    function: Callable[[Task], Result],
    tasks: Iterable[tuple[Key, Task]],
    engine: str = "processes",
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    empty: Task | None = None,
) -> Iterator[tuple[Key, Result]]:
    """Return an iterator of (key, function(task)) for each (key, task).

    A task whose worker dies is done again by another one. What the function raises is raised here.

    Parameters
    ----------
    function : function
        It can be pickled, and takes one task.
    tasks : iterable of (key, task)
        A task is taken when a worker is free.
    engine : {"serial", "processes", "dask"}, default "processes"
        Where the function runs: in this process, in other processes, on a Dask cluster.
    workers : int, optional
        Number of processes; None takes one for each processor. A cluster that is already running has its own number.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``; None starts a cluster on this machine.

    empty : task, optional
        A task without content. Each process does it first: so processes start, and load what the function needs, while
        the first task is made ready.

    Returns
    -------
    iterator of (key, result)
        Results as they come, in any order.

    Raises
    ------
    ZhagenError
        If there is no such engine, `workers` is below 1, this Python cannot start processes, Dask is not installed, its
        scheduler does not answer, or workers keep dying.

    Examples
    --------
    >>> sorted(run_tasks(abs, enumerate([-1, -2]), "serial"))
    [(0, 1), (1, 2)]
    """
    if engine not in ENGINES:
        raise ZhagenError(f"there is no engine {engine!r}", todo=f"use one of {', '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise ZhagenError(f"workers is {workers}", todo="give 1 or more")
    workers = workers or available_processors()
    if engine == "serial":
        return ((key, function(task)) for key, task in tasks)
    if engine == "processes":
        return _processes(function, iter(tasks), workers, empty)
    return _dask(function, iter(tasks), workers, scheduler)


def _processes(
    function: Callable[[Task], Result], tasks: Iterator[tuple[Key, Task]], workers: int, empty: Task | None
) -> Iterator[tuple[Key, Result]]:
    try:  # only here: a browser (WebAssembly) has no processes, and an import that fails
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool
    except ImportError as error:
        raise ZhagenError("this Python cannot start processes", todo="use the engine serial") from error
    pool, deaths = _pool(workers), 0
    under_way: dict[Future[Result], tuple[Key, Task]] = {}
    due: deque[tuple[Key, Task]] = deque()
    try:
        if empty is not None:
            with _deaf(), suppress(BrokenProcessPool):
                for _ in range(workers):
                    pool.submit(function, empty)
        while True:
            try:
                while len(under_way) < workers * AHEAD:  # one by one: the first is counted while the next is read
                    due.extend(islice(tasks, 0 if due else 1))
                    if not due:
                        break
                    with _deaf():
                        under_way[pool.submit(function, due[0][1])] = due[0]
                    due.popleft()
                if not under_way:
                    return
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    result = future.result()
                    key, _ = under_way.pop(future)
                    deaths = 0
                    yield key, result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == DEATHS:
                    raise _dying(error) from error
                pool.shutdown(wait=False, cancel_futures=True)
                pool = _pool(workers)
                due.extendleft(under_way.values())
                under_way.clear()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> "ProcessPoolExecutor":
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    ignored = (signal.SIGINT, signal.SIG_IGN)
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=signal.signal, initargs=ignored)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let processes that are started here ignore Ctrl-C, which goes to all of a group: only this one answers it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # else the first process starts it, and Python then lets the signal in
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _dask(
    function: Callable[[Task], Result], tasks: Iterator[tuple[Key, Task]], workers: int, scheduler: str | None
) -> Iterator[tuple[Key, Result]]:
    dask, distributed = import_extra("dask", "corpus"), import_extra("distributed", "corpus")
    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}), _deaf():
        client = _client(distributed, workers, scheduler)
    quiet = ExitStack()
    quiet.enter_context(distributed.utils.silence_logging_cmgr(logging.CRITICAL))
    try:
        under_way: dict[Any, Key] = {}
        capacity = AHEAD * (workers if scheduler is None else max(sum(client.nthreads().values()), 1))
        done = distributed.as_completed(loop=client.loop, with_results=True, raise_errors=False)
        while True:
            for key, task in islice(tasks, capacity - len(under_way)):
                future = client.submit(function, task, pure=False)
                under_way[future.key] = key
                done.add(future)
            if not under_way:
                return
            future, result = next(done)
            if future.status != "finished":
                _raise(distributed, future, scheduler)
            yield under_way.pop(future.key), result
    finally:
        client.close()
        if client.cluster is not None:
            client.cluster.close()
        quiet.close()


def _client(distributed: Any, workers: int, scheduler: str | None) -> Any:
    if scheduler is not None:
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        try:
            with ThreadPoolExecutor(1) as pool:  # its own loop: a notebook runs one already
                pool.submit(asyncio.run, _greet(distributed, scheduler)).result()
            client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except Exception as error:  # what answers may be anything, and so may be its answer
            raise ZhagenError(
                f"no Dask scheduler answers at {scheduler}", todo="start one with `dask scheduler`, or leave it out"
            ) from error
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            client.close()
            raise ZhagenError(
                "the Dask scheduler has no worker", scheduler, f"start one with `dask worker {scheduler}`"
            ) from error
        return client
    cluster = distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,  # counting does not release Python's lock
        dashboard_address="127.0.0.1:0",  # None takes port 8787 of every network, and complains where it is taken
        silence_logs=logging.CRITICAL,
    )
    return distributed.Client(cluster, set_as_default=False)


async def _greet(distributed: Any, address: str) -> None:
    """Connect to a scheduler: a client that cannot leaves threads behind that complain when Python ends."""
    import asyncio

    security = distributed.Security().get_connection_args("client")
    comm = await asyncio.wait_for(distributed.core.connect(address, timeout=PATIENCE, **security), PATIENCE)
    await comm.close()


def _raise(distributed: Any, future: Any, scheduler: str | None) -> None:
    if future.status != "error":  # cancelled, lost
        raise ZhagenError(
            "the Dask scheduler is gone, or dropped the work",
            scheduler or "",
            "start it again, and run the same command",
        )
    error = future.exception()
    if isinstance(error, distributed.KilledWorker):
        raise _dying(error) from error
    raise error


def _dying(error: BaseException) -> ZhagenError:
    return ZhagenError(
        "worker after worker died",
        todo='give fewer workers or a smaller memory; a script must begin its work below `if __name__ == "__main__":`',
    )
