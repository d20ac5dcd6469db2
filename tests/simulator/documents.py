"""Report documents and their links, which behave as Amazon's storage does."""

import gzip
import hashlib
import socket
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.wrappers import Response

from .errors import denied, json_response, not_found
from .faults import DOCUMENT_KINDS
from .report_types import REPORT_TYPES

_CODECS = {"Cp1252": "cp1252", "UTF-8": "utf-8", "windows-31j": "cp932"}
_CHUNK = 64 * 1024


@dataclass
class Document:
    """``data`` as stored: compressed if ``compression`` is GZIP."""

    id: str
    seller_key: str
    report_type: str
    restricted: bool
    data: bytes
    charset: str
    compression: str
    expires_at: datetime


@dataclass
class Link:
    document: Document
    signature: str
    expires_at: datetime
    content_encoding: bool


def store(state, seller, rules, content):
    """Keeps a report's ``Content`` as a document of its type and returns it."""
    charset, data = _encode(content)
    compression = "GZIP" if seller.compression else ""
    if compression:
        data = gzip.compress(data, compresslevel=6, mtime=0)
    unique = state.opaque(128)
    document = Document(
        id=(
            f"amzn1.spdoc.1.4.{seller.region}.{unique[:8]}-{unique[8:12]}-"
            f"{unique[12:16]}-{unique[16:20]}-{unique[20:]}.T{state.number():013X}.3211"
        ),
        seller_key=seller.key,
        report_type=rules.name,
        restricted=rules.restricted,
        data=data,
        charset=charset,
        compression=compression,
        expires_at=state.clock.now() + timedelta(days=rules.retention_days),
    )
    state.documents[seller.key, document.id] = document
    return document


def get_report_document(state, call, report_document_id):
    """getReportDocument: a fresh link; restricted ones need their own token."""
    document = state.documents.get((call.seller.key, report_document_id))
    if document is None or document.expires_at <= state.clock.now():
        raise not_found(f"No report document {report_document_id}.")
    _check_restricted(state, call, document)
    body = {
        "reportDocumentId": document.id,
        "url": new_link(state, call, document),
    }
    if document.compression:
        body["compressionAlgorithm"] = document.compression
    return json_response(body)


def new_link(state, call, document):
    """The address of a fresh link to a document."""
    seconds = state.settings["link_seconds"]
    token, signature = state.opaque(), state.opaque(256)
    encoding = call.request.args.get("enableContentEncodingUrlHeader") == "true"
    expires_at = state.clock.now() + timedelta(seconds=seconds)
    state.links[token] = Link(document, signature, expires_at, encoding)
    return link_url(call, token, signature, seconds)


def link_url(call, token, signature, seconds):
    return (
        f"{call.request.host_url}documents/{token}?X-Amz-Expires={seconds}"
        f"&X-Amz-Signature={signature}"
    )


def download(state, request, token):
    """GET of a link: no authorisation but the link's own, and not for long."""
    with state.lock:
        link = state.links.get(token)
        refusal = refuse_link(state, request, link)
        if refusal:
            return refusal
        document = link.document
        fault = state.faults.take(
            DOCUMENT_KINDS,
            operation="downloadDocument",
            seller=document.seller_key,
            report_type=document.report_type,
            method=request.method,
            path=request.path,
        )
    kind = fault.kind if fault else ""
    if kind == "expired_link":
        return storage_error(403, "AccessDenied", "Request has expired")
    data, charset = document.data, document.charset
    if kind == "truncated":
        data = data[: len(data) // 2]
    elif kind == "gzip_bomb":
        data = _bomb(fault.get("size_mb", 512))
    elif kind == "not_gzip":
        data = b"order-id\torder-item-id\r\n"
    elif kind == "wrong_charset":
        charset = fault.get("charset", "UTF-16")
    elif kind == "no_charset":
        charset = ""
    content_type = "text/plain" + (f";charset={charset}" if charset else "")
    body = _chunks(data)
    if kind == "cut":
        body = _cut(data, request.environ)
    response = Response(body, 200, direct_passthrough=True)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Length"] = str(len(data))
    response.headers["ETag"] = f'"{hashlib.md5(data).hexdigest()}"'
    if link.content_encoding and document.compression:
        response.headers["Content-Encoding"] = "gzip"
    return response


def hang_up(environ):
    """Closes the connection under the server's hands."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("The simulator was told to hang up.")


def _check_restricted(state, call, document):
    if not document.restricted:
        return
    if not call.seller.roles.intersection(REPORT_TYPES[document.report_type].roles):
        raise denied()
    if call.token.kind == "rdt":
        if ("GET", call.path) not in call.token.resources:
            raise denied("The restricted data token is not for this resource.")
    elif state.settings["require_rdt"]:
        raise denied("A restricted data token is required for this resource.")


def refuse_link(state, request, link):
    """The storage's refusal of a link, by whom it was not made for or too late."""
    if "Authorization" in request.headers or "x-amz-access-token" in request.headers:
        return storage_error(
            400,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
            "parameter, Signature query string parameter or the Authorization "
            "header should be specified",
        )
    if link is None or request.args.get("X-Amz-Signature") != link.signature:
        return signature_error()
    if link.expires_at <= state.clock.now():
        return storage_error(403, "AccessDenied", "Request has expired")
    return None


def signature_error():
    return storage_error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    )


def storage_error(status, code, message):
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(text, status, content_type="application/xml")


def _encode(content):
    for charset in content.charsets:
        try:
            return charset, content.text.encode(_CODECS[charset])
        except UnicodeEncodeError:
            continue
    raise ValueError(f"The report's text fits none of {content.charsets}.")


def _chunks(data):
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


def _cut(data, environ):
    yield data[: max(1, len(data) // 2)]
    hang_up(environ)


def _bomb(size_mb):
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    block = b"\0" * (1024 * 1024)
    parts = [packer.compress(block) for _ in range(size_mb)]
    return b"".join(parts) + packer.flush()
