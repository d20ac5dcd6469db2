"""Damaged report files, the same for the same seed: for the parser and the importer.

Knows nothing of either: the kinds are handed in, so that a new kind is damaged, too.
``AMAZON_FUZZ_FILES`` makes more of them, ``AMAZON_FUZZ_SEED`` others.
"""

import codecs
import gzip
import os
import random
from typing import NamedTuple

SEED = int(os.environ.get("AMAZON_FUZZ_SEED", "20261128"))


def file_count(usual):
    """How many files to try: so many, unless the environment wants more."""
    return int(os.environ.get("AMAZON_FUZZ_FILES", usual))


class DamagedFile(NamedTuple):
    """A file and what was done to it.

    - `rows`: the rows that it was made of, ``{column: cell}``
    - `cells_kept`: whether no damage has changed what stands in a cell, so that a row
      that is read is one of `rows` or none
    """

    name: str
    kind: str
    content: bytes
    rows: tuple
    cells_kept: bool


# --- whole files ----------------------------------------------------------------------

_CELLS = {
    "quantity": "1",
    "_units": "1",
    "whole_number": "7",
    "money": "3.19",
    "price": "19.99",
    "discount": "0.00",
    "rate": "1.0000",
    "currency": "EUR",
    "moment": "2026-10-05T08:15:00+00:00",
    "required_moment": "2026-10-05T08:15:00+00:00",
    "day": "05-Oct-2026 UTC",
    "flag": "false",
    "sku": "MUG-RED",
    "optional_sku": "MUG-RED",
    "amount": "2.50",
    "local_moment": "2026-10-05 08:15:00 UTC",
    "_transaction": "SHIPMENT",
    "_transaction_type": "SHIPMENT",
}
_NAMED = {
    "order-status": "Shipped",
    "item-status": "Shipped",
    "fulfillment-channel": "AFN",
    "sales-channel": "Amazon.de",
    "ship-country": "DE",
    "bill-country": "DE",
    "ship-city": "München",
    "recipient-name": "Jörg Weißhaupt",
    "product-name": "Tasse “rot”, groß",
    "buyer-email": "b1@marketplace.amazon.de",
    "detailed-disposition": "SELLABLE",
}


#: Columns with letters beyond ASCII.
FREE_TEXT = {
    "product-name",
    "recipient-name",
    "ship-city",
    "buyer-name",
    "ship-address-1",
    "ship-address-2",
    "customer-comments",
    "gift-message-text",
}


def make_rows(kind, random, count):
    """Rows of a kind as ``{column: cell}``; those of a sale have whole cents."""
    rows = []
    for _ in range(count):
        row = {}
        for column in kind.row_format.columns:
            name, parse = column.names[0], column.parse.__name__
            if column.field == "order_id":
                row[name] = (
                    f"302-{random.randrange(10**7):07}-{random.randrange(10**7):07}"
                )
            elif name in _NAMED:
                row[name] = _NAMED[name]
            elif parse == "price":
                row[name] = f"{random.randrange(100, 9999) / 100:.2f}"
            elif "identifier" in parse or parse == "_number":
                row[name] = f"{random.randrange(10**13, 10**14)}"
            elif parse in _CELLS:
                row[name] = _CELLS[parse]
            elif name in FREE_TEXT and random.random() < 0.3:
                row[name] = random.choice(["Halle 3", "東京都", "O'Neil & Söhne", "x"])
            else:
                row[name] = ""
        row["note-of-the-seller"] = "end"
        rows.append(row)
    if "total-amount" in rows[0]:
        _add_up(rows)
    return rows


def _add_up(rows):
    """Make the first row the one with the total of the others, and of no amount."""
    told = ("settlement-start-date", "settlement-end-date", "deposit-date", "currency")
    for row in rows:
        row["settlement-id"] = rows[0]["settlement-id"]
    for row in rows[1:]:
        row.update(dict.fromkeys((*told, "total-amount"), ""))
    rows[0]["amount"] = ""
    rows[0]["total-amount"] = f"{2.5 * (len(rows) - 1):.2f}"


def write(rows, separator="\t", end="\r\n", quote=""):
    """The text of a file of these rows."""
    lines = [list(rows[0]), *(row.values() for row in rows)]
    marked = [
        separator.join(
            f"{quote}{cell.replace(quote, quote * 2) if quote else cell}{quote}"
            for cell in line
        )
        for line in lines
    ]
    return end.join(marked) + end


# --- damages: each takes (random, bytes) and returns bytes ----------------------------


def _flip_bits(random, content):
    content = bytearray(content)
    for _ in range(random.randint(1, 20)):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return bytes(content)


def _truncate(random, content):
    return content[: random.randrange(len(content))]


def _behead(random, content):
    return content[random.randrange(len(content)) :]


def _drop_bytes(random, content):
    start = random.randrange(len(content))
    return content[:start] + content[start + random.randint(1, 500) :]


def _insert(piece):
    def insert(random, content):
        start = random.randrange(len(content))
        return content[:start] + piece(random) + content[start:]

    return insert


def _glue(random, content):
    return content + random.choice([b"", b"\r\n", b"\n\n"]) + content


def _glue_lines(random, content):
    lines = content.split(b"\n")
    place = random.randrange(len(lines))
    return b"\n".join(lines[:place]) + b"\n".join(lines[place:])


def _shuffle_lines(random, content):
    lines = content.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines)


def _repeat_a_line(random, content):
    lines = content.split(b"\n")
    return b"\n".join([*lines, *random.choices(lines, k=5)])


def _change_tabs(random, content):
    parts = content.split(b"\t")
    place = random.randrange(len(parts))
    glue = random.choice([b"", b"\t\t", b"\n", b"\r\n", b",", b" ", b'\t"'])
    return b"\t".join(parts[:place]) + glue + b"\t".join(parts[place:])


def _change_a_cell(random, content):
    lines = content.split(b"\n")
    place = random.randrange(len(lines))
    cells = lines[place].split(b"\t")
    cells[random.randrange(len(cells))] = random.choice(_STRANGE)
    lines[place] = b"\t".join(cells)
    return b"\n".join(lines)


_STRANGE = [
    b"1e999",
    b"NaN",
    b"-0.00",
    b"1,99",
    b"9" * 400,
    b"1.797693e+308",
    b"Infinity",
    b"0x10",
    b"1_000",
    "٣".encode(),
    b"-1",
    b"2026-02-30T00:00:00+00:00",
    b"9999-12-31T23:59:59+14:00",
    b"0001-01-01T00:00:00-14:00",
    b"5.10141E+13",
    b"=1+1",
    b"@SUM(A1)",
    b"<script>alert(1)</script>",
    b"%s%n{0}{order}",
    b"&#x110000;&#0;&nbsp;",
    "\u202e\u2028\ufeff".encode(),
    b"\xed\xa0\x80",
    b"'; DROP TABLE sale_order; --",
    b'"' * 99,
    b"--",
    b"",
    b" ",
]


def _recode(name, mark=b""):
    def recode(_random, content):
        text = content.decode("utf-8", "replace")
        return mark + text.encode(name, "replace")

    return recode


def _line_ends(end):
    def change(_random, content):
        return content.replace(b"\r\n", end)

    return change


def _pack(_random, content):
    return gzip.compress(content, mtime=0)


def _bomb(_random, content):
    head, _, rest = content.partition(b"\n")
    line = rest.partition(b"\n")[0][:200] + b"\n"
    return gzip.compress(head + b"\n" + line * 3000 + b"\n" * 300_000, mtime=0)


def _pack_and_cut(random, content):
    packed = _pack(random, content)
    return packed[: random.randrange(1, len(packed))]


def _pack_and_flip(random, content):
    packed = _pack(random, content)
    return packed[:10] + _flip_bits(random, packed[10:])


def _quoted(random, content):
    return b"\n".join(
        b"\t".join(b'"' + cell + b'"' for cell in line.split(b"\t"))
        for line in content.split(b"\r\n")
    )


def _whole(_random, content):
    return content


#: Damages that leave each row whole or show that it is not.
_KEEPING = {
    "whole": _whole,
    "glued": _glue,
    "lines glued": _glue_lines,
    "shuffled": _shuffle_lines,
    "repeated": _repeat_a_line,
    "utf-16": _recode("utf-16"),
    "utf-16 unmarked": _recode("utf-16-le"),
    "utf-32": _recode("utf-32"),
    "utf-8 marked": _recode("utf-8", codecs.BOM_UTF8),
    "cp1252": _recode("cp1252"),
    "cp932": _recode("cp932"),
    "LF": _line_ends(b"\n"),
    "CR": _line_ends(b"\r"),
    "blank lines": _line_ends(b"\r\n \r\n\r\n"),
    "packed": _pack,
    "packed and cut": _pack_and_cut,
    "packed and flipped": _pack_and_flip,
    "packed twice": lambda random, content: _pack(random, _pack(random, content)),
    "bomb": _bomb,
}
#: Damages after which a cell may hold anything.
_CHANGING = {
    "flipped": _flip_bits,
    "cut": _truncate,
    "beheaded": _behead,
    "bytes gone": _drop_bytes,
    "nulls": _insert(lambda random: b"\0" * random.randint(1, 5000)),
    "noise": _insert(lambda random: random.randbytes(random.randint(1, 3000))),
    "huge cell": _insert(lambda random: b"x" * random.choice([40_000, 300_000])),
    "many cells": _insert(lambda _random: b"\t" * 70_000),
    "marks": _insert(lambda random: b'"' * random.randint(1, 3000)),
    "open marks": _insert(lambda random: b'"x,\n' * random.randint(1, 500)),
    "breaks": _insert(lambda random: random.choice([b"\n", b"\r", b"\r\n"]) * 3),
    "blanks": _insert(lambda _random: b" \r\n" * 20_000),
    "tabs": _change_tabs,
    "cell": _change_a_cell,
    "cells": lambda random, content: _times(random, content, _change_a_cell, 8),
    "quoted": _quoted,
    "commas": lambda _random, content: content.replace(b"\t", b","),
    "semicolons": lambda _random, content: content.replace(b"\t", b";"),
    "only noise": lambda random, content: random.randbytes(len(content)),
}


def _times(random, content, damage, times):
    for _ in range(times):
        content = damage(random, content)
    return content


def make_files(kinds, count, rows=12):
    """Yield damaged files: each damage in turn, of each kind, often with others.

    :param kinds: ``{key: ReportKind}``
    """
    damages = [*_KEEPING, *_CHANGING]
    keys = sorted(kinds)
    for number in range(count):
        chance = random.Random(f"{SEED} {number}")
        # Both walk through all, so that each meets each some time.
        key = keys[(number // len(damages) + number) % len(keys)]
        names = [damages[number % len(damages)]]
        names += chance.choices(damages, k=chance.choice([0, 0, 1, 2]))
        made = make_rows(kinds[key], chance, rows)
        content = write(made).encode()
        for name in names:
            damage = _KEEPING.get(name) or _CHANGING[name]
            content = damage(chance, content) if content else content
        yield DamagedFile(
            f"{number} {key}: {', '.join(names)}",
            key,
            content,
            tuple(made),
            set(names) <= set(_KEEPING),
        )
