"""What a report may load while it is drawn: files of this package, its fonts, data: addresses; nothing else."""

from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

PACKAGE = Path(__file__).resolve().parent


class ForbiddenResource(Exception):
    """A report asked for a file outside its own, or for the network."""


class ClosedFetcher:
    """Serves `data:` and the files below `folders`; stops the rendering on anything else.

    Stopping is better than a hole in the page: templates are ours and escape what people type,
    so an outside address is our own mistake. `refused` keeps the addresses, since WeasyPrint swallows the
    error inside an SVG.
    """

    _fail_on_errors = True  # read by WeasyPrint's fetch()

    def __init__(self, *folders: Path) -> None:
        self.refused: list[str] = []
        self._folders = tuple(folder.resolve() for folder in (PACKAGE, *folders))
        from weasyprint.urls import URLFetcher

        self._data = URLFetcher(allowed_protocols={"data"})

    def __call__(self, url: str) -> Any:
        from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse

        scheme = urlsplit(url).scheme.lower()
        if scheme == "data":
            return self._data(url)
        path = Path(url2pathname(urlsplit(url).path)).resolve()
        if scheme == "file" and path.is_file() and any(path.is_relative_to(own) for own in self._folders):
            headers = {"Content-Type": guess_type(path.name)[0] or "application/octet-stream"}
            return URLFetcherResponse(url, path.read_bytes(), headers)
        self.refused.append(url)
        raise FatalURLFetchingError(url)
