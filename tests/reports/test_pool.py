"""Batches: in order, a few steps ahead, and an error that stays with its job."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reports import visit_report
from reports.pool import RendererPool, render_many
from reports.rendering import ForbiddenResource, PdfJob
from tests.reports.examples import USUAL

JOBS = [visit_report.job(replace(USUAL, version=version)) for version in range(1, 6)]


@pytest.fixture(scope="module")
def pool() -> Iterator[RendererPool]:
    with RendererPool(2) as pool:
        yield pool


def test_documents_come_in_order_and_are_those_of_one_process(pool: RendererPool) -> None:
    expected = [visit_report.pdf(replace(USUAL, version=version)) for version in range(1, 6)]
    assert list(pool.render_many(JOBS)) == expected


def test_jobs_are_read_a_few_steps_ahead(pool: RendererPool) -> None:
    read = []

    def reading() -> Iterator[PdfJob]:
        for number in range(20):
            read.append(number)
            yield JOBS[0]

    batch = pool.render_many(reading())
    next(batch)
    assert len(read) <= 5


def test_a_failed_job_raises_in_its_turn_and_the_pool_goes_on(pool: RendererPool) -> None:
    bad = PdfJob('<html lang="fr"><title>x</title><img src="https://exemple.invalid/a.png" alt=""></html>')
    batch = pool.render_many([JOBS[0], bad])
    assert next(batch).startswith(b"%PDF")
    with pytest.raises(ForbiddenResource):
        next(batch)
    assert len(list(pool.render_many(JOBS[:2]))) == 2


def test_an_empty_batch_is_empty() -> None:
    assert list(render_many([], processes=1)) == []
