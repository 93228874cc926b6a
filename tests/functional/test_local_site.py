"""The dashboard on the local stack's port: files, pages, headers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from local.errors import TemplateError
from local.listen import listen
from local.site import Site

POLICY = """
Resources:
  SecurityHeaders:
    Properties:
      ResponseHeadersPolicyConfig:
        SecurityHeadersConfig:
          ContentSecurityPolicy: {ContentSecurityPolicy: default-src 'none'}
          StrictTransportSecurity: {AccessControlMaxAgeSec: 60, IncludeSubdomains: true}
          FrameOptions: {FrameOption: DENY}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a built dashboard, and a file beside it that is nobody's business."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/site.yaml").write_text(POLICY)
    (tmp_path / "dashboard/dist/assets").mkdir(parents=True)
    (tmp_path / "dashboard/dist/index.html").write_text("<p>page")
    (tmp_path / "dashboard/dist/favicon.svg").write_text("<svg/>")
    (tmp_path / "dashboard/dist/assets/app-1.js").write_text("1" * 1000)
    (tmp_path / "dashboard/package.json").write_text("{}")
    return tmp_path


async def _api(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text=f"api {request.path}")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]


def ask(root: Path, path: str, method: str = "GET") -> Answer:
    """Send one request to the site of a repository, its path as it stands."""

    async def send() -> Answer:
        listener = await listen(Site(root, _api).handle, limit_bytes=100)
        try:
            url = URL(listener.url + path, encoded=True)
            async with ClientSession() as session, session.request(method, url, allow_redirects=False) as response:
                return Answer(response.status, await response.text(), response.headers)
        finally:
            await listener.close()

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/app/", 200, "<p>page"),
        ("/app/queue?q=1", 200, "<p>page"),
        ("/app/tickets/INC.7", 200, "<p>page"),
        ("/app/favicon.svg", 200, "<svg/>"),
        ("/app/assets/gone.js", 404, "There is no such file.\n"),
        ("/app/assets/%2e%2e/%2e%2e/package.json", 404, "There is no such file.\n"),
        ("/tickets", 200, "api /tickets"),
        ("/application", 200, "api /application"),
    ],
)
def test_files_are_files_all_else_below_app_is_a_page_and_the_rest_the_api(
    root: Path, path: str, status: int, text: str
) -> None:
    answer = ask(root, path)

    assert (answer.status, answer.text) == (status, text)


@pytest.mark.parametrize("path", ["/", "/app"])
def test_the_root_leads_to_the_dashboard(root: Path, path: str) -> None:
    answer = ask(root, path)

    assert (answer.status, answer.headers["Location"]) == (302, "/app/")


def test_the_headers_are_those_of_the_deployed_site(root: Path) -> None:
    script, page = ask(root, "/app/assets/app-1.js").headers, ask(root, "/app/").headers

    assert script["Content-Security-Policy"] == "default-src 'none'"
    assert script["Strict-Transport-Security"] == "max-age=60; includeSubDomains"
    assert script["X-Frame-Options"] == "DENY"
    assert script["Content-Encoding"] in ("gzip", "deflate")
    assert "immutable" in script["Cache-Control"]
    assert page["Cache-Control"] == "no-cache"


def test_only_reading_is_allowed(root: Path) -> None:
    assert ask(root, "/app/", "POST").status == 403


def test_without_a_build_it_says_how_to_get_one(root: Path) -> None:
    (root / "dashboard/dist/index.html").unlink()

    answer = ask(root, "/app/")

    assert answer.status == 404
    assert "make dashboard" in answer.text


def test_a_header_that_is_not_known_here_stops_it(root: Path) -> None:
    with (root / "infra/site.yaml").open("a") as policy:
        policy.write("          XSSProtection: {Protection: true, Override: true}\n")

    with pytest.raises(TemplateError, match="XSSProtection"):
        Site(root, _api)
