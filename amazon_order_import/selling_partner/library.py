"""python-amazon-sp-api, held to what is documented here.

Of the library the operations are used: its paths, methods, parameter names and forms,
and its Login with Amazon requests. What it does around them is replaced, because it
would let failures pass as success (answers without JSON, status without ``errors``),
share tokens over the whole process, add marketplace parameters that Amazon's models do
not know, take settings from the environment, and log tokens.
"""

import os
from datetime import datetime, timezone

# The library reads these while it is imported, and a value it does not know (a plain
# AWS_ENV=production) makes the import fail.
_READ_AT_IMPORT = (
    "AWS_ENV",
    "SP_API_AUTH_CACHE_SIZE",
    "SP_API_AUTH_CACHE_TTL",
    "SP_API_DEFAULT_MARKETPLACE",
)


def _import_library():
    hidden = {
        name: os.environ.pop(name) for name in _READ_AT_IMPORT if name in os.environ
    }
    try:
        from sp_api.api import (
            FeedsV20210630,
            OrdersV0,
            OrdersV20260101,
            Reports,
            Sellers,
            Tokens,
        )
        from sp_api.auth import AccessTokenClient
        from sp_api.base import fill_query_params, sp_endpoint
    finally:
        os.environ.update(hidden)
    endpoints = (fill_query_params, sp_endpoint)
    apis = (FeedsV20210630, OrdersV0, OrdersV20260101, Reports, Sellers, Tokens)
    return apis, AccessTokenClient, endpoints


(
    (FeedsV20210630, OrdersV0, OrdersV20260101, Reports, Sellers, Tokens),
    AccessTokenClient,
    (fill_query_params, sp_endpoint),
) = _import_library()


class _Operation:
    """One call of one operation, through ``exchange`` instead of the library's
    transport.

    :param exchange: callable ``(operation, method, path, params, body, token)``
        returning an :class:`~.answers.Answer`
    :param token: the restricted data token to use instead of the access token
    """

    # The library's __init__ is not called on purpose: it looks for credentials and a
    # marketplace in the environment and in files, and opens connections.
    def __init__(self, exchange, operation, token=None):
        self._exchange = exchange
        self._operation = operation
        self._token = token

    def _request(self, path, *, data=None, params=None, **_library_options):
        values = dict(data or params or {})
        method = values.pop("method", "GET")
        # Feeds has its own path among what it would send.
        values.pop("path", None)
        has_body = method == "POST"
        return self._exchange(
            self._operation,
            method,
            path,
            params=None if has_body else values,
            body=values if has_body else None,
            token=self._token,
        )


class ReportsOperation(_Operation, Reports):
    """Reports API 2021-06-30."""


class FeedsOperation(_Operation, FeedsV20210630):
    """Feeds API 2021-06-30."""

    @sp_endpoint("/feeds/2021-06-30/documents/{}")
    def get_feed_document(self, document_id, **endpoint):
        """Return the answer with the link, which the library would follow at once,
        to wherever it leads and for whatever it holds."""
        path = fill_query_params(endpoint.pop("path"), document_id)
        return self._request(path, params=endpoint)


class OrdersOperation(_Operation, OrdersV20260101):
    """Orders API 2026-01-01."""


class ShipmentsOperation(_Operation, OrdersV0):
    """Orders API v0, of which Amazon keeps the confirmation of shipments."""


class TokensOperation(_Operation, Tokens):
    """Tokens API 2021-03-01."""


class SellersOperation(_Operation, Sellers):
    """Sellers API v1."""


def api_headers(token, user_agent):
    """Return the headers that every call of the Selling Partner API needs."""
    return {
        "x-amz-access-token": token,
        "x-amz-date": datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ"),
        "user-agent": user_agent,
        "accept": "application/json",
    }
