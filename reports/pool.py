"""Batches: documents drawn by warm processes, since drawing one holds a processor for a tenth of a second."""

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from reports.rendering import PdfJob, PdfUnavailable, render_job

# A worker is replaced after this many documents, so that a leak in a native library stays small.
DOCUMENTS_PER_WORKER = 500
WARM_UP = PdfJob('<html lang="fr"><title>Essai</title><p>Essai <b>é</b></p></html>')


class RendererPool:
    """Two processes (or `processes`) that keep their fonts and style sheets between documents.

    Opened by `with`, or closed by `close()`. The processes are started afresh, not forked: a fork
    would inherit the locks and the database connections of the caller.
    """

    def __init__(self, processes: int = 2) -> None:
        self._ahead = processes * 2
        # Fonts are unpacked in files that a process stopped by its pool does not remove.
        self._folder = TemporaryDirectory(prefix="jalon-pdf-")
        self._executor = ProcessPoolExecutor(
            processes,
            mp_context=get_context("spawn"),
            initializer=_warm_up,
            initargs=(self._folder.name,),
            max_tasks_per_child=DOCUMENTS_PER_WORKER,
        )

    def render_many(self, jobs: Iterable[PdfJob]) -> Iterator[bytes]:
        """One PDF for each job, in order, as they come.

        `jobs` is read a few steps ahead only, so a long batch is never whole in memory. The error of a job
        is raised in its turn; BrokenProcessPool means that a process died.
        """
        pending: deque[Future[bytes]] = deque()
        for job in jobs:
            pending.append(self._executor.submit(render_job, job))
            if len(pending) >= self._ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def close(self) -> None:
        """Ends the processes; documents not yet begun are dropped."""
        self._executor.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def render_many(jobs: Iterable[PdfJob], processes: int = 2) -> Iterator[bytes]:
    """One batch in a pool of its own: starting costs two seconds, so keep a `RendererPool` for several."""
    with RendererPool(processes) as pool:
        yield from pool.render_many(jobs)


def _warm_up(folder: str) -> None:
    tempfile.tempdir = folder
    with suppress(PdfUnavailable):  # said by the first job; raised here, it would only break the pool
        render_job(WARM_UP)
