r"""Which addresses the router may call: the guard against being used to reach what only it can reach.

One strict parser serves both the check and the connection: `urlsplit` and `urllib3` disagree on the host of
`https://hooks.example\@evil.example/`, and a guard that reads another host than the client is none. What the grammar
below does not know is refused, so tricks (user names, back-slashes, octal or full-width digits) need no list.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ticketrouter.domain.errors import UnsafeWebhookUrlError

MAX_URL_CHARS = 2_048
HTTPS_PORT = 443
LOOPBACK = "127.0.0.1"

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A name that ends in letters, so that no reading of it is a number (0x7f.1, 127.1, 2130706433). International names
# come in their ASCII form (xn--).
_HOST = rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{0,58}}[a-z0-9])"
_TARGET = r"(?P<target>[/?][A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?"
# ASCII: else, where case does not matter, s is also ſ and k is also the Kelvin sign, and a resolver reads another name.
_HTTPS = re.compile(rf"(?i:https)://(?P<host>(?i:{_HOST}))(?::{HTTPS_PORT})?{_TARGET}", re.ASCII)
_LOOPBACK_HTTP = re.compile(rf"http://{re.escape(LOOPBACK)}:(?P<port>[1-9][0-9]{{0,4}}){_TARGET}")

# Our own list. `ipaddress.is_global` is no guard: it lets 64:ff9b::a9fe:a9fe (the metadata service through NAT64)
# and 224.0.0.1 pass. Source: the IANA special-purpose address registries of IPv4 and IPv6, and RFC 6666, 7050.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # a cloud's own service on a public address (Azure wire server)
    )
)  # fmt: skip
# IPv6 is the other way round: only global unicast is open, less what is set apart inside it (Teredo, ORCHID and
# benchmarks in 2001::/23, documentation, 6to4, AS112, SRv6 documentation).
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(net)
    for net in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)  # fmt: skip
# Addresses that are a v4 address in other clothes: judged by that one. NAT64 is how an IPv6-only network reaches v4.
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)  # upper half of the interface id (RFC 5214)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a checked URL points.

    Attributes:
        host: Name for the Host header, SNI and the certificate, lower case.
        port: TCP port.
        path: Path and query as they are sent, beginning with a slash.
        tls: False only for the loopback of a local stack.
    """

    host: str
    port: int
    path: str
    tls: bool


def parse_webhook_url(url: str, *, allow_loopback: bool = False) -> Target:
    """Read a URL that may be called, as far as its text tells.

    Args:
        url: `https://<public name>[:443]/…`.
        allow_loopback: Take `http://127.0.0.1:<port>/…` too.

    Raises:
        UnsafeWebhookUrlError: Anything else. The message does not quote the URL: it is a secret.
    """
    if len(url) <= MAX_URL_CHARS:
        if match := _HTTPS.fullmatch(url):
            host = match["host"].lower()
            if len(host) <= 253:
                return Target(host, HTTPS_PORT, _path(match["target"]), tls=True)
        elif allow_loopback and (match := _LOOPBACK_HTTP.fullmatch(url)) and int(match["port"]) < 65_536:
            return Target(LOOPBACK, int(match["port"]), _path(match["target"]), tls=False)
    raise UnsafeWebhookUrlError("the URL is not https on port 443 of a public name")


def require_public(addresses: Sequence[str]) -> list[str]:
    """Return what a name resolved to, v4 first, if all of it is public.

    Raises:
        UnsafeWebhookUrlError: One of them is not: a name that mixes both is an attack or a mistake.
    """
    if not addresses or not all(is_public(address) for address in addresses):
        raise UnsafeWebhookUrlError("the name resolves to an address that is not public")
    # v4 first: a function in a VPC often has no way out by v6
    return sorted(dict.fromkeys(addresses), key=lambda address: ":" in address)


def is_public(address: str) -> bool:
    """Tell whether an address, as a resolver gives it, is one of the open internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _CLOSED_V4)
    if ip.scope_id is not None:
        return False
    number = int(ip)
    inner = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if ip in _MAPPED or ip in _NAT64:
        return is_public(str(inner))
    if number >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(str(inner)):
        return False
    return ip in _OPEN_V6 and not any(ip in net for net in _CLOSED_V6)


def _path(target: str | None) -> str:
    return target if target and target.startswith("/") else f"/{target or ''}"
