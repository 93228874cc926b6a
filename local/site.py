"""The dashboard's site on the local stack's port, beside the API: what infra/site.yaml makes in AWS."""

from __future__ import annotations

import mimetypes
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from local.errors import LocalStackError, TemplateError
from local.intrinsics import load_yaml
from local.listen import Handler

BUILT = Path("dashboard/dist")
_FILE = re.compile(r"/(assets/.+|[^/]+\.[^/]+)")  # as the function Paths of infra/site.yaml; all else is a page
_ABSENT = """\
No dashboard has been built. It needs Node.js 20.19 or newer with npm; then: make dashboard
The API runs without it; its documentation is at /docs.
"""


class Site:
    """Serves `dashboard/dist` under /app/; files are read anew for each request, so that a new build shows at once."""

    def __init__(self, root: Path, api: Handler) -> None:
        """Read the response headers of the deployed site; `api` answers all other requests.

        Raises:
            TemplateError: infra/site.yaml says something that is not known here.
        """
        self._folder, self._api = (root / BUILT).resolve(), api
        self._headers = _read_headers(root / "infra/site.yaml")

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        path = request.raw_path.partition("?")[0]
        if path in ("/", "/app"):
            return web.Response(status=302, headers={**self._headers, "Location": "/app/"})
        if not path.startswith("/app/"):
            return await self._api(request)
        if request.method not in ("GET", "HEAD"):
            return web.Response(status=403, headers=self._headers)  # as CloudFront does
        return self._file(unquote(path.removeprefix("/app")))

    def _file(self, path: str) -> web.Response:
        if not (self._folder / "index.html").is_file():
            return web.Response(status=404, headers=self._headers, text=_ABSENT)
        file = (self._folder / (path[1:] if _FILE.fullmatch(path) else "index.html")).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            return web.Response(status=404, headers=self._headers, text="There is no such file.\n")
        response = web.Response(
            body=file.read_bytes(),
            content_type=content_type(file.name),
            headers={**self._headers, "Cache-Control": cache_control(file.relative_to(self._folder).as_posix())},
        )
        response.enable_compression()
        return response


def build(root: Path) -> None:
    """Build the dashboard if its sources changed.

    Raises:
        LocalStackError: It cannot be built; why stands above.
    """
    try:
        done = subprocess.run(["make", "--silent", "dashboard"], cwd=root, check=False)
    except FileNotFoundError as error:
        raise LocalStackError("make is missing, which builds the dashboard that Site=true deploys") from error
    if done.returncode:
        raise LocalStackError("The dashboard, which Site=true deploys, could not be built: see above")


def cache_control(key: str) -> str:
    """Return how long a file may be kept: what is in assets/ has a hash of its content in its name."""
    return "public, max-age=31536000, immutable" if key.startswith("assets/") else "no-cache"


def content_type(name: str) -> str:
    """Return a file's media type by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _read_headers(path: Path) -> dict[str, str]:
    """Write the response headers that CloudFront makes of the policy.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-responseheaderspolicy-securityheadersconfig.html
    """
    policy = load_yaml(path.read_text(encoding="utf-8"))["Resources"]["SecurityHeaders"]["Properties"]
    declared: Mapping[str, Any] = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    if unknown := declared.keys() - _WRITTEN.keys():
        raise TemplateError(f"{path.name}: the local stack cannot send {', '.join(sorted(unknown))}")
    return dict(_WRITTEN[name](it) for name, it in declared.items())


def _transport_security(declared: Mapping[str, Any]) -> str:
    words = [f"max-age={declared['AccessControlMaxAgeSec']}"]
    return "; ".join([*words, *(["includeSubDomains"] if declared.get("IncludeSubdomains") else [])])


_WRITTEN: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "ContentSecurityPolicy": lambda it: ("Content-Security-Policy", it["ContentSecurityPolicy"]),
    "StrictTransportSecurity": lambda it: ("Strict-Transport-Security", _transport_security(it)),
    "ContentTypeOptions": lambda it: ("X-Content-Type-Options", "nosniff"),
    "FrameOptions": lambda it: ("X-Frame-Options", it["FrameOption"]),
    "ReferrerPolicy": lambda it: ("Referrer-Policy", it["ReferrerPolicy"]),
}
