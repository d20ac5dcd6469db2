"""From whatever bytes arrive to lines of text.

Foreign files are recognised and refused, compressed and UTF-16 files unpacked into a
temporary file. Nothing here keeps more than a line in memory.
"""

import codecs
import io
import json
import re
import tempfile
import zlib
from contextlib import contextmanager
from itertools import chain

from .limits import (
    BEGINNING_BYTES,
    MAX_BYTES_OF_ANY_GROWTH,
    MAX_GROWTH,
    MAX_GZIP_MEMBERS,
    MAX_ROW_BYTES,
    MAX_ROWS,
)
from .marking import mark as _
from .problems import explain_file
from .values import text as clean_text

_IN_MEMORY = 4 << 20
_CHUNK = 1 << 16
_HEAD = 1 << 13
_BLANK = b" \t\r\n\x00\x0b\x0c"


class ReportFileError(Exception):
    """A file that is refused whole.

    `code`: empty_file, expired_link, not_a_report, foreign_report, other_language,
    spreadsheet_file, damaged_file, too_large, too_many_rows, unreadable_encoding,
    missing_columns (params: columns), glued_header, wrong_kind (params: kinds, the
    keys it looks like), settlement_sum, settlement_no_total, settlement_amount,
    settlement_row, unsupported_kind. `params` is a dict of what the message says.
    ``str()`` is an English sentence with the next step.
    """

    def __init__(self, code, **params):
        self.code = code
        self.params = params
        super().__init__(self.explain())

    def explain(self, translate=str):
        """The sentence for the user.

        :param translate: function that gives the user's words for an English template
        """
        return explain_file(self.code, self.params, translate)


def lines(stream):
    """The lines of a binary stream from where it stands, with their ends.

    Only LF ends a line. Of a line longer than `MAX_ROW_BYTES` only that many bytes
    are given, and the rest is passed over. Lines without content are left out.
    Raises `ReportFileError` where there are too many of those.
    """
    readline = stream.readline
    blank = 0
    while line := readline(MAX_ROW_BYTES):
        if len(line) == MAX_ROW_BYTES and line[-1] != 10:
            while (rest := readline(MAX_ROW_BYTES)) and rest[-1] != 10:
                pass
        if line.strip(_BLANK):
            yield line
        else:
            blank += 1
            if blank > MAX_ROWS:
                raise ReportFileError("too_many_rows", limit=MAX_ROWS)


# --- foreign files ----------------------------------------------------------------

_ARCHIVES = (b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
#: How much of a file that is none is quoted, and what no text has.
_SHOWN = 60
_NO_TEXT = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")
_XML_ERROR = re.compile(rb"<Error>.*?<Code>\s*([^<]{1,80}?)\s*</Code>", re.DOTALL)
_XML_MESSAGE = re.compile(rb"<Message>\s*([^<]{1,300}?)\s*</Message>", re.DOTALL)
_EXPIRED = (
    b"AccessDenied",
    b"ExpiredToken",
    b"RequestExpired",
    b"TokenRefreshRequired",
)


def no_report(text):
    """The `ReportFileError` of a file that begins with this text.

    :param text: its first line
    """
    start = clean_text(text[:_SHOWN])
    seems = _("a file that begins with “{start}”")
    if not start or _NO_TEXT.search(text[:_SHOWN]):
        seems = _("a file that holds no text")
    hints = (_("Its first line must hold the names of the columns."),)
    return ReportFileError("not_a_report", seems=seems, start=start, hints=hints)


def _foreign(seems, detail=""):
    hints = (_("It says: {detail}"),) if detail else ()
    return ReportFileError("not_a_report", seems=seems, detail=detail, hints=hints)


def _refuse_zip(stream, head):
    stream.seek(0, io.SEEK_END)
    stream.seek(max(0, stream.tell() - _CHUNK))
    parts = head + stream.read(_CHUNK)
    if b"xl/" in parts:
        raise ReportFileError("spreadsheet_file", seems=_("an Excel workbook"))
    if b"opendocument.spreadsheet" in parts:
        raise ReportFileError("spreadsheet_file", seems=_("a LibreOffice spreadsheet"))
    if b".iwa" in parts:
        raise ReportFileError("spreadsheet_file", seems=_("a Numbers spreadsheet"))
    raise _foreign(_("a ZIP archive"))


def _refuse_xml(head):
    text = head.decode("utf-8", "replace").strip("\ufeff \t\r\n")
    lower = text[:2000].lower()
    error = _XML_ERROR.search(head)
    if error:
        message = _XML_MESSAGE.search(head)
        detail = (message or error)[1].decode("utf-8", "replace")
        if error[1] in _EXPIRED or "expired" in detail.lower():
            raise ReportFileError("expired_link", detail=detail)
        raise _foreign(_("an error message of Amazon's file store"), detail)
    if "urn:schemas-microsoft-com:office:" in lower:
        raise ReportFileError("spreadsheet_file", seems=_("an Excel table in XML"))
    if "<!doctype html" in lower or "<html" in lower:
        raise _foreign(_("a web page (perhaps Seller Central's sign-in page)"))
    if "amazonenvelope" in lower:
        raise _foreign(_("a report in XML, not as a flat file"))
    if re.match(r"<(\?xml|!--|[a-z][\w:.-]*[\s/>])", lower):
        raise _foreign(_("an XML file"))


def _refuse_json(head):
    text = head.decode("utf-8", "replace").strip("\ufeff \t\r\n")
    if not re.match(r'[\[{]\s*(["{\[\]}]|$)', text):
        return
    detail = ""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if isinstance(content, dict):
        detail = content.get("errorDetails") or ""
        errors = content.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            detail = errors[0].get("message") or ""
    raise _foreign(_("a JSON document"), str(detail)[:300])


def _refuse_foreign(stream):
    head = _head(stream)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _refuse_zip(stream, head)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReportFileError("spreadsheet_file", seems=_("an old Excel workbook"))
    if re.match(rb'"?sep=', start, re.IGNORECASE):
        raise ReportFileError("spreadsheet_file", seems=_("a table made for Excel"))
    if start.startswith(b"%PDF"):
        raise _foreign(_("a PDF document"))
    if start.startswith(b"{\\rtf"):
        raise _foreign(_("a word processor's document"))
    if head.startswith(_ARCHIVES):
        raise _foreign(_("a compressed archive"))
    if head.startswith(_IMAGES):
        raise _foreign(_("an image"))
    if start.startswith(b"<"):
        _refuse_xml(head)
    if start.startswith((b"{", b"[")):
        _refuse_json(head)


# --- unpacking --------------------------------------------------------------------


def _chunks(stream):
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk


def _gunzipped(stream):
    """The unpacked chunks of a gzip stream of one or several members."""
    unpacker = zlib.decompressobj(wbits=31)
    members = 1
    for chunk in _chunks(stream):
        while chunk:
            if unpacker.eof:
                # zero bytes may pad the end of a gzip file
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                members += 1
                if members > MAX_GZIP_MEMBERS:
                    raise zlib.error(_("it consists of too many pieces"))
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(chunk, _CHUNK)
            chunk = unpacker.unused_data or unpacker.unconsumed_tail
    while not unpacker.eof:
        rest = unpacker.decompress(b"", _CHUNK)
        if not rest:
            raise zlib.error(_("it ends too early"))
        yield rest


def _within(chunks, limit):
    """The `chunks`; refused above `limit` bytes."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise ReportFileError("too_large", limit=limit >> 20)
        yield chunk


def _without_bomb(stream, chunks):
    most = MAX_GROWTH * stream.seek(0, io.SEEK_END) + MAX_BYTES_OF_ANY_GROWTH
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise zlib.error(_("it grows more than any report does"))
        yield chunk


def _unpacked(stream, limit):
    """The chunks of a stream that may be compressed.

    Raises `ReportFileError` above `limit` bytes and for what cannot be unpacked.
    """
    try:
        yield from _without_bomb(stream, _within(_gunzipped(stream), limit))
    except zlib.error as error:
        raise ReportFileError("damaged_file", detail=str(error)) from None


@contextmanager
def _stored(chunks, limit):
    """A temporary file that holds the `chunks`; refused above `limit` bytes."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as target:
        for chunk in _within(chunks, limit):
            target.write(chunk)
        yield target


def _as_utf8(chunks, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError:
        raise ReportFileError(
            "unreadable_encoding", encoding=encoding.upper()
        ) from None


def _with_line_feeds(chunks):
    for chunk in chunks:
        yield chunk.replace(b"\r", b"\n")


def _wide_encoding(head):
    """The UTF-16 or UTF-32 encoding that `head` is in, or None."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # without a mark: every other byte of a header in ASCII is zero
    sample = head[:512]
    if len(sample) >= 16:
        half = len(sample) // 2 * 0.9
        if sample[1::2].count(0) > half and sample[::2].count(0) == 0:
            return "utf-16-le"
        if sample[::2].count(0) > half and sample[1::2].count(0) == 0:
            return "utf-16-be"
    return None


def _is_compressed(stream):
    stream.seek(0)
    return stream.read(2) == b"\x1f\x8b"


def find_beginning(stream, limit):
    """A stream of the first lines of a file, which end in LF; see `unpack`.

    Raises `ReportFileError` as `unpack`, as far as that little shows it.
    """
    if _is_compressed(stream):
        chunks = _unpacked(stream, limit)
    else:
        _refuse_foreign(stream)
        chunks = _within(_chunks(stream), limit)
    start = bytearray()
    for chunk in chunks:
        start += chunk
        if len(start) >= _HEAD:
            break
    encoding = _wide_encoding(start)
    chunks = chain((bytes(start),), chunks)
    if encoding:
        chunks = _as_utf8(chunks, encoding)
    found = bytearray()
    for chunk in chunks:
        # Blanks before the first line may be many.
        if found or chunk.strip(_BLANK):
            found += chunk
            if len(found) >= 2 * BEGINNING_BYTES:
                break
    if b"\r" in found and b"\n" not in found:
        found = found.replace(b"\r", b"\n")
    if len(found) >= 2 * BEGINNING_BYTES and b"\n" in found:
        del found[found.rindex(b"\n") + 1 :]
    beginning = io.BytesIO(found)
    _refuse_foreign(beginning)
    return beginning


def is_short(stream, max_lines, max_bytes):
    """Whether a file has no more lines and, once unpacked, no more bytes than these.

    True also for a file that cannot be unpacked: it takes no time to refuse it.
    """
    chunks = _unpacked(stream, max_bytes) if _is_compressed(stream) else _chunks(stream)
    lines = size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
            if lines > max_lines or size > max_bytes:
                return False
    except ReportFileError as error:
        return error.code != "too_large"
    return True


def unpack(stream, limit, closing):
    """A stream of lines that end in LF, in some charset that contains ASCII.

    `stream` itself where it is that already, else a temporary file that the
    `contextlib.ExitStack` `closing` closes. Raises `ReportFileError` for files that
    are no text, or that hold more than `limit` bytes when unpacked.
    """
    if _is_compressed(stream):
        stream = closing.enter_context(_stored(_unpacked(stream, limit), limit))
    elif stream.seek(0, io.SEEK_END) > limit:
        raise ReportFileError("too_large", limit=limit >> 20)
    _refuse_foreign(stream)
    head = _head(stream)
    encoding = _wide_encoding(head)
    if encoding:
        chunks = _as_utf8(_chunks(stream), encoding)
        stream = closing.enter_context(_stored(chunks, limit))
        _refuse_foreign(stream)
        head = _head(stream)
    if b"\r" in head and b"\n" not in head and not _has_line_feed(stream):
        chunks = _with_line_feeds(_chunks(stream))
        stream = closing.enter_context(_stored(chunks, limit))
    return stream


def _head(stream):
    stream.seek(0)
    return stream.read(_HEAD)


def _has_line_feed(stream):
    return any(b"\n" in chunk for chunk in _chunks(stream))
