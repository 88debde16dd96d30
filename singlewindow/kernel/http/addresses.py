"""From where a request comes."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request


def address_of(request: Request) -> str:
    """Whom the limits count: an IPv4 address, or the /64 network of an IPv6 one.

    Behind a proxy this is the address that uvicorn takes from X-Forwarded-For (FORWARDED_ALLOW_IPS).
    """
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
