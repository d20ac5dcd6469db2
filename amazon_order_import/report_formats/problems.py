"""What can be wrong with a file or with a row, in words, with the next step."""

from types import MappingProxyType

from .marking import mark as _

_SHOWN = 60
#: Between the kinds that a file may be.
_OR = _("” or “")

#: What is wanted instead of a file that is refused.
WANTED = _("Wanted is “{expected}”; Seller Central has it under {found_at}.")
FOUND_AT = _("Seller Central has “{expected}” under {found_at}.")

#: ``{code: text}``; see ``sources.ReportFileError``
FILE_PROBLEMS = {
    "empty_file": _(
        "The file is empty. Where Amazon has no orders for a period it makes no file"
        " at all, so get the report from Amazon again."
    ),
    "expired_link": _(
        "This is no report but Amazon's notice that the download link has expired"
        " ({detail}). Such a link is good for five minutes: download the report again."
    ),
    "not_a_report": _(
        "This is no report but {seems}. Download the report from Amazon as a text file"
        " (.txt, .tsv or .csv) and upload that file as it is."
    ),
    "foreign_report": _(
        "This is Amazon's report “{report}”, of which nothing is imported."
    ),
    "other_language": _(
        "The names of the columns are not English (“{name}”), so that this is none of"
        " Amazon's reports of orders, stock, returns or VAT. Set Seller Central to"
        " English and download the report again."
    ),
    "spreadsheet_file": _(
        "This is {seems}, saved by a spreadsheet program. Such programs change order"
        " numbers, amounts and dates. Upload the text file as Amazon delivers it,"
        " without opening and saving it."
    ),
    "damaged_file": _(
        "The file is compressed and damaged ({detail}). Download it from Amazon again."
    ),
    "too_large": _(
        "Unpacked, the file is larger than {limit} MB, which no report is. Ask Amazon"
        " for a shorter period, or upload the file in parts."
    ),
    "too_many_rows": _(
        "The file has more than {limit} rows or empty lines, which no report has. Ask"
        " Amazon for a shorter period, or upload the file in parts."
    ),
    "unreadable_encoding": _(
        "The characters of the file cannot be read: it is no valid {encoding}. Upload"
        " the file as Amazon delivers it."
    ),
    "missing_columns": _(
        "The file lacks columns without which orders cannot be imported: {names}."
        " Switch them on in Seller Central (order reports: add or remove columns), or"
        " upload the file as Amazon delivers it."
    ),
    "glued_header": _(
        "The names of the columns and the first row stand in one line (“{start}”): the"
        " line end between them is missing. Get the report from Amazon again, and"
        " upload the file as Amazon delivers it."
    ),
    "wrong_kind": _(
        "This is no report of the kind “{expected}”: it looks like “{found}”. Choose"
        " that kind, or another file."
    ),
    "settlement_sum": _(
        "The rows of settlement {settlement} add up to {sum}, but its total is {total}:"
        " {difference} are missing or too much, so that the file is not whole. Get it"
        " from Amazon again, and upload it as Amazon delivers it."
    ),
    "settlement_no_total": _(
        "The file lacks the row with the total of settlement {settlement}, which is"
        " the first one. Upload the file as Amazon delivers it."
    ),
    "settlement_amount": _(
        "“{cell}” in row {number} is no amount, so that the sum of the settlement"
        " cannot be checked. Upload the file as Amazon delivers it."
    ),
    "settlement_row": _(
        "Row {number} of the settlement cannot be read, so that nothing of it is"
        " booked: {problem}"
    ),
    "unsupported_kind": _(
        "Files of the kind “{expected}” cannot be read by this version. Choose"
        " another kind, or update the module."
    ),
}

#: ``{code: text}``; see ``values.RowError``
ROW_PROBLEMS = {
    "short_row": _(
        "The row has {found} cells, but the header has {expected}: it was cut off, or"
        " a line break stands inside a cell. Get the report from Amazon again; if the"
        " row is the same there, enter its order by hand."
    ),
    "cut_off_row": _(
        "The file ends in the middle of this row, which has {found} cells where the"
        " header has {expected}: the download was cut off, and rows after it may be"
        " missing. Get the report from Amazon again."
    ),
    "fragment_row": _(
        "This is only a piece of a row ({found} of {expected} cells): where the order"
        " number should be, there is none. Most likely a line break stands inside a"
        " cell of the row before. Get the report from Amazon again; if the row is the"
        " same there, enter its order by hand."
    ),
    "glued_rows": _(
        "Two rows stand in one line ({found} cells, the header has {expected}): the"
        " line end between them is missing. Get the report from Amazon again; if files"
        " were put together, upload each by itself."
    ),
    "repeated_header": _(
        "This row holds the names of the columns once more: files were put together"
        " here. It is no order, and nothing is missing; upload each file by itself the"
        " next time."
    ),
    "other_header": _(
        "From this row on, the file has other columns: files were put together here."
        " Upload each file by itself."
    ),
    "after_other_header": _(
        "The row comes below the names of other columns (row {first}), so that it"
        " cannot be read by those at the top. Upload each file by itself."
    ),
    "continuation_line": _(
        "The line only adds to an item of order {order} (a promotion, for example),"
        " and its item is missing or not clear. Get the report from Amazon again;"
        " if the line is the same there, enter what it says by hand."
    ),
    "contradictory_columns": _(
        "Two columns are named {column}, and they contradict each other: {value} and"
        " “{other}”. Look the order up in Seller Central and enter it by hand."
    ),
    "shifted_address": _(
        "{value} cannot stand in the column {column}: the cells of the address are"
        " shifted, most likely by a tab inside one. Enter the order by hand, or correct"
        " the row in a copy of the file and upload that."
    ),
    "long_row": _(
        "The row has {found} cells, but the header has {expected}: most likely a tab"
        " stands inside a cell, so that the cells cannot be told apart. Enter its"
        " order by hand, or correct the row in a copy of the file and upload that."
    ),
    "oversized_row": _(
        "The row is longer than {limit} bytes, which no order is: the file is damaged"
        " here. Get the report from Amazon again."
    ),
    "oversized_cell": _(
        "The cell in the column {column} has more than {limit} characters, which none"
        " of Amazon's has: the file is damaged here. Get the report from Amazon again;"
        " if the row is the same there, enter its order by hand."
    ),
    "bad_quoting": _(
        "A quotation mark in the row is never closed, so that its cells cannot be"
        " told apart. Upload the file as Amazon delivers it, not a saved copy."
    ),
    "missing_value": _(
        "The column {column} is empty, but without it the row cannot be imported."
        " Look the order up in Seller Central and enter it by hand, or get the report"
        " from Amazon again."
    ),
    "damaged_identifier": _(
        "{value} in the column {column} is no identifier: a spreadsheet program has"
        " turned it into a number. Upload the file as Amazon delivers it, without"
        " opening and saving it in a spreadsheet program."
    ),
    "bad_order_number": _(
        "{value} in the column {column} is no order number of Amazon's (as"
        " 302-1234567-1234567). Upload the file as Amazon delivers it, or look the"
        " order up in Seller Central and enter it by hand."
    ),
    "bad_amount": _(
        "{value} in the column {column} is no amount as Amazon writes it (for example"
        " 1234.50). Upload the file as Amazon delivers it, or enter the order by hand."
    ),
    "bad_quantity": _(
        "{value} in the column {column} is no quantity (a whole number from 0 up)."
        " Upload the file as Amazon delivers it, or enter the order by hand."
    ),
    "bad_date": _(
        "{value} in the column {column} is no date and time with time zone as Amazon"
        " writes it (for example 2026-10-05T08:15:00+00:00). Upload the file as Amazon"
        " delivers it, or enter the order by hand."
    ),
    "bad_day": _(
        "{value} in the column {column} is no date as Amazon writes it (for example"
        " 28-Aug-2026 UTC)."
    ),
    "bad_currency": _(
        "{value} in the column {column} is no currency code of three letters. Upload"
        " the file as Amazon delivers it, or enter the order by hand."
    ),
    "bad_transaction": _(
        "{value} in the column {column} is no kind of transaction that Amazon"
        " documents (SHIPMENT, RETURN, REFUND). Check the order in Seller Central and"
        " make its document by hand."
    ),
    "bad_flag": _("{value} in the column {column} is neither true nor false."),
    "bad_number": _(
        "{value} in the column {column} is no whole number. Upload the file as Amazon"
        " delivers it."
    ),
    "bad_characters": _(
        "Some characters of the row are not valid in the file's encoding {value} and"
        " show as \N{REPLACEMENT CHARACTER}: compare names and addresses with Seller"
        " Central."
    ),
}


def explain_file(code, params, translate=str):
    """Why a file is refused, as a sentence for the user.

    :param dict params: as of ``sources.ReportFileError``
    :param translate: function that gives the user's words for an English template
    """
    params = dict(params)
    for name in ("expected", "detail", "report", "found_at"):
        if name in params:
            params[name] = translate(params[name])
    if "seems" in params:
        params["seems"] = translate(params["seems"]).format(**params)
    if "found" in params:
        params["found"] = translate(_OR).join(map(translate, params["found"]))
    sentences = [FILE_PROBLEMS[code], *params.pop("hints", ())]
    return " ".join(translate(text).format(**params) for text in sentences)


def explain_row(code, params, translate=str):
    """Why a row, or a cell of it, cannot be read, as a sentence for the user.

    :param dict params: as of ``values.RowError``
    :param translate: function that gives the user's words for an English template
    """
    params = {name: _shorten(value) for name, value in params.items()}
    if params["column"]:
        params["value"] = f"“{params['value']}”"
    return translate(ROW_PROBLEMS[code]).format(**params)


def _shorten(value):
    """Cells are quoted by their beginning, without line breaks."""
    if not isinstance(value, str):
        return value
    shown = " ".join(value[: 4 * _SHOWN].split())
    return shown[:_SHOWN] + "…" if len(shown) > _SHOWN else shown


#: ``{code: (text, function that explains it)}``
PROBLEMS = MappingProxyType(
    {code: (text, explain_file) for code, text in FILE_PROBLEMS.items()}
    | {code: (text, explain_row) for code, text in ROW_PROBLEMS.items()}
)
