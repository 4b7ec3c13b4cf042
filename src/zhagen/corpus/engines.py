"""Engines: one function over many parts, in this process, in several, or on a Dask cluster.

Each yields (key, result) as results come, in any order; so whoever takes them must not depend on it. Only as many parts
as keep the workers busy are under way, so a long input is never held.
"""

import logging
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from itertools import islice
from multiprocessing import get_context

from zhagen.errors import ZhagenError
from zhagen.extras import import_extra
from zhagen.statistics.pairs import available_processors

ENGINES = ("serial", "processes", "dask")
AHEAD = 2  # parts under way for each worker
PATIENCE = 5  # seconds until a scheduler must have answered
DEATHS = 3  # of a worker in a row, without a part done, until the run is given up


def run_tasks(function, tasks, engine="processes", workers=None, scheduler=None) -> Iterator:
    """Yield (key, function(task)) for each (key, task).

    Parameters
    ----------
    function : a function that can be pickled.
    tasks : iterable of (key, task), taken from as workers fall free.
    engine : ``serial`` | ``processes`` | ``dask``.
    workers : how many processes; None takes one for each processor. A cluster of its own decides for itself.
    scheduler : address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``; None starts a cluster on this machine.

    A task whose worker dies is done again by another. Raises `ZhagenError` for an unknown engine, and where workers
    keep dying; what the function raises is raised.

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
        return _processes(function, iter(tasks), workers)
    return _dask(function, iter(tasks), workers, scheduler)


def _processes(function, tasks, workers):
    pool, under_way, due, deaths = _pool(workers), {}, deque(), 0
    try:
        while True:
            try:
                due.extend(islice(tasks, workers * AHEAD - len(under_way) - len(due)))
                while due:
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


def _pool(workers):
    deaf = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), **deaf)


@contextmanager
def _deaf():
    """Let processes started here not hear Ctrl-C, which goes to all of a group: to stop is for this one to say."""
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


def _dask(function, tasks, workers, scheduler):
    dask, distributed = import_extra("dask", "corpus"), import_extra("distributed", "corpus")
    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}), _deaf():
        client = _client(distributed, workers, scheduler)
    quiet = ExitStack()
    quiet.enter_context(distributed.utils.silence_logging_cmgr(logging.CRITICAL))
    try:
        under_way = {}
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


def _client(distributed, workers, scheduler):
    if scheduler is not None:
        import asyncio

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
        threads_per_worker=1,  # counting holds Python's lock
        dashboard_address="127.0.0.1:0",  # None takes port 8787 of every network, and complains where it is taken
        silence_logs=logging.CRITICAL,
    )
    return distributed.Client(cluster, set_as_default=False)


async def _greet(distributed, address):
    """Connect to a scheduler: a client that cannot leaves threads behind that complain when Python ends."""
    import asyncio

    security = distributed.Security().get_connection_args("client")
    comm = await asyncio.wait_for(distributed.core.connect(address, timeout=PATIENCE, **security), PATIENCE)
    await comm.close()


def _raise(distributed, future, scheduler):
    if future.status != "error":  # cancelled, lost
        raise ZhagenError(
            "the Dask scheduler is gone, or dropped the work", scheduler or "", "start it again, and go on"
        )
    error = future.exception()
    if isinstance(error, distributed.KilledWorker):
        raise _dying(error) from error
    raise error


def _dying(error):
    return ZhagenError(
        "worker after worker died",
        todo='give fewer workers or a smaller memory; a script must begin its work below `if __name__ == "__main__":`',
    )
