"""From whatever bytes arrive to lines of text in a known charset.

Foreign files are recognised and refused, compressed and UTF-16 files unpacked into a
temporary file, and the charset is found by looking at every line once. Nothing here
keeps more than one line in memory.
"""

import codecs
import io
import json
import re
import tempfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

from .cells import MAX_ROW_BYTES
from .marking import mark as _
from .problems import explain_file
from .values import text as clean_text

#: Unpacked size at which a compressed file is refused.
MAX_UNPACKED_BYTES = 2 << 30

_IN_MEMORY = 4 << 20
_CHUNK = 1 << 16
_HEAD = 1 << 13
_BLANK = b" \t\r\n\x00\x0b\x0c"


class ReportFileError(Exception):
    """A file that is refused whole.

    `code`: empty_file, expired_link, not_a_report, foreign_report, other_language,
    spreadsheet_file, damaged_file, too_large, unreadable_encoding, missing_columns
    (params: columns), glued_header, wrong_kind (params: kinds, the keys it looks like),
    unsupported_kind. `params` is a dict of what the message says. ``str()`` is an
    English sentence with the next step.
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
    """
    readline = stream.readline
    while line := readline(MAX_ROW_BYTES):
        if len(line) == MAX_ROW_BYTES and line[-1] != 10:
            while (rest := readline(MAX_ROW_BYTES)) and rest[-1] != 10:
                pass
        if line.strip(_BLANK):
            yield line


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
    for chunk in _chunks(stream):
        while chunk:
            if unpacker.eof:
                # zero bytes may pad the end of a gzip file
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(chunk, _CHUNK)
            chunk = unpacker.unused_data or unpacker.unconsumed_tail
    while not unpacker.eof:
        rest = unpacker.decompress(b"", _CHUNK)
        if not rest:
            raise zlib.error(_("it ends too early"))
        yield rest


@contextmanager
def _stored(chunks, limit):
    """A temporary file that holds the `chunks`; refused above `limit` bytes."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as target:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise ReportFileError("too_large", limit=limit >> 20)
            target.write(chunk)
        yield target


def _as_utf8(stream, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in _chunks(stream):
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _with_line_feeds(stream):
    for chunk in _chunks(stream):
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


def unpack(stream, limit, closing):
    """A stream of lines that end in LF, in some charset that contains ASCII.

    `stream` itself where it is that already, else a temporary file that the
    `contextlib.ExitStack` `closing` closes. Raises `ReportFileError` for files that
    are no text, or that hold more than `limit` bytes when unpacked.
    """
    stream.seek(0)
    if stream.read(2) == b"\x1f\x8b":
        try:
            stream = closing.enter_context(_stored(_gunzipped(stream), limit))
        except zlib.error as error:
            raise ReportFileError("damaged_file", detail=str(error)) from None
    _refuse_foreign(stream)
    head = _head(stream)
    encoding = _wide_encoding(head)
    if encoding:
        try:
            stream = closing.enter_context(_stored(_as_utf8(stream, encoding), limit))
        except UnicodeError:
            raise ReportFileError(
                "unreadable_encoding", encoding=encoding.upper()
            ) from None
        _refuse_foreign(stream)
        head = _head(stream)
    if b"\r" in head and b"\n" not in head and not _has_line_feed(stream):
        stream = closing.enter_context(_stored(_with_line_feeds(stream), limit))
    return stream


def _head(stream):
    stream.seek(0)
    return stream.read(_HEAD)


def _has_line_feed(stream):
    return any(b"\n" in chunk for chunk in _chunks(stream))


# --- charset ----------------------------------------------------------------------

# Not the country: sellers elsewhere ship to Japan, too.
_JAPANESE = re.compile(rb"\tJPY(?![^\t\r\n])|Amazon\.co\.jp")
# Two Japanese characters in a row, one of them beyond ASCII as a whole, or three: less
# may be the curly apostrophes of "Rock'n'Roll" and the letters after them in cp1252.
_JAPANESE_TEXT = re.compile(
    rb"[\x81-\x9f](?:[\x80-\xfc][\x81-\x9f][\x40-\x7e\x80-\xfc]"
    rb"|[\x40-\x7e][\x81-\x9f](?:[\x80-\xfc]|[\x40-\x7e][\x81-\x9f]))"
)

#: What Amazon calls its charsets, and what really stands in the files.
_ALIASES = {
    **dict.fromkeys(("cp1252", "windows-1252", "iso-8859-1", "latin-1"), "cp1252"),
    **dict.fromkeys(
        ("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "cp932"),
        "cp932",
    ),
}
_ASCII = bytes(range(32, 127)) + b"\t\r\n"


def _declared(charset):
    """The codec for a declared charset; None if it is none that can be believed."""
    name = (charset or "").strip().strip("\"'").lower().replace("_", "-")
    name = _ALIASES.get(name) or _ALIASES.get(name.replace("-", "_")) or name
    try:
        codec = codecs.lookup(name)
        if bytes.decode(_ASCII, name) != _ASCII.decode("ascii"):
            return None
    except (LookupError, ValueError):
        return None
    return codec.name


@dataclass(frozen=True)
class Survey:
    """What one look at every line tells: the charset, whether it was only a guess
    that does not fit every line, the number of rows, the header among them, and how
    many tabs most of them have (of equals, the fewest)."""

    charset: str
    doubtful: bool
    row_count: int
    tab_count: int


def _fits(rows, charset):
    for row in rows:
        if not row.isascii():
            try:
                row.decode(charset)
            except UnicodeDecodeError:
                return False
    return True


def survey(get_rows, declared, look):
    """A `Survey` of a file.

    UTF-8 goes before what is announced: text of another charset is never valid
    UTF-8 by chance, while Amazon does announce wrong ones. It also goes where
    single lines are broken (Amazon cuts titles amid a character) but most are not.

    :param get_rows: function that gives an iterator of the rows, the header first
    :param declared: charset as announced
    :param look: function that is shown each data row with its number
    """
    count = good = bad = 0
    tabs = Counter()
    japanese = False
    for row in get_rows():
        if count:
            tabs[row.count(b"\t")] += 1
            look(count, row)
        count += 1
        if not japanese and (b"JP" in row or b".jp" in row):
            japanese = bool(_JAPANESE.search(row))
        if not row.isascii():
            try:
                row.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
                japanese = japanese or bool(_JAPANESE_TEXT.search(row))
    usual_tabs = max(tabs, key=lambda number: (tabs[number], -number), default=0)
    if not bad:
        return Survey("utf-8", False, count, usual_tabs)
    if good >= 10 * bad:
        return Survey("utf-8", True, count, usual_tabs)
    candidates = ("cp932", "cp1252") if japanese else ("cp1252", "cp932")
    announced = _declared(declared)
    for charset in dict.fromkeys((announced, *candidates)):
        if charset and charset != "utf-8" and _fits(get_rows(), charset):
            return Survey(charset, False, count, usual_tabs)
    return Survey(candidates[0], True, count, usual_tabs)
