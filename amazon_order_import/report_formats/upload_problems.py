"""What Amazon says about uploaded invoices, in plain words with the next step.

Source: reference/amazon-reports.md 6.2, Amazon's error handling page of the VAT
Calculation Service, and threads of developers (models#2437, docs#2425).
"""

import re
from dataclasses import dataclass

from .marking import mark as _

#: Amazon's codes of upload errors have five digits and begin so.
_CODE = re.compile(r"\b(79[0-9]{3})\b")
#: Names of errors are written in one word: ``FeatureNotAvailable``.
_NAME = re.compile(r"\b[A-Z][a-z]+(?:[A-Z]+[a-z]*)+\b")


@dataclass(frozen=True)
class Problem:
    """Why an upload was refused.

    - ``code``: Amazon's code or name, or one of our own
    - ``explanation``, ``advice``: English templates
    - ``retry``: whether sending the same document again may help
    """

    code: str
    explanation: str
    advice: str
    retry: bool = False


_PROBLEMS = (
    (
        ("79509", "FeatureNotAvailable"),
        _("This seller account may not upload invoices of its own."),
        _(
            "In Seller Central, open Settings > Tax settings > VAT Calculation Service "
            "and choose to upload your own invoices; then upload again. If it is "
            "chosen already, open a case with Seller Support."
        ),
    ),
    (
        ("79523", "MarketplaceIDInputError", "MarketplaceMismatch"),
        _("Amazon takes invoices for one of its European marketplaces only."),
        _(
            "Check the channel of the order: invoices of this marketplace cannot be "
            "uploaded. Set the upload aside."
        ),
    ),
    (
        ("79513", "MissingRequestPreferences", "MissingTransactionId"),
        _("Amazon misses data that go with the document."),
        _(
            "Check that the document has a number and that its order has Amazon's "
            "order number or shipping ID; credit notes need a transaction ID. Request "
            "the VCS Lite report again, then upload again."
        ),
    ),
    (
        ("79525",),
        _("Amazon makes the invoice of this order itself, or has made it already."),
        _(
            "Do not upload a second one. Check in Seller Central which option of the "
            "VAT Calculation Service is chosen, and set the account to it here; cancel "
            "your own invoice if Amazon's counts."
        ),
    ),
    (
        ("79531", "InvalidDocumentType"),
        _("Amazon does not know this type of document."),
        _("Only invoices and credit notes can be uploaded. Set the upload aside."),
    ),
    (
        ("79503", "InvoiceFileIsNotPDF", "InvalidDocument", "InvalidContentType"),
        _("What was uploaded is no PDF file."),
        _(
            "Print the invoice and look at it: if no PDF appears, have your "
            "administrator check Odoo's PDF printing (wkhtmltopdf). Then upload again."
        ),
    ),
    (
        ("79540", "79544", "NoFileUpload", "NoCreditNoteFileUpload"),
        _("The file did not arrive at Amazon."),
        _("It is uploaded again by itself."),
        True,
    ),
    (
        ("79517", "InvalidOrderId", "OrderMismatch", "NotShipped", "NotFound"),
        _(
            "Amazon does not know this order for this seller and marketplace, or it is "
            "not shipped yet."
        ),
        _(
            "Confirm the shipment in Seller Central, and check the channel of the "
            "order. It is uploaded again by itself."
        ),
        True,
    ),
)
_BY_CODE = {
    code: Problem(codes[0], explanation, *advice)
    for codes, explanation, *advice in _PROBLEMS
    for code in codes
}
FATAL = Problem(
    "FATAL",
    _("Amazon could not process the upload."),
    _(
        "Print the document and look whether it is readable, then upload it again. If "
        "it fails again, open a case with Seller Support and name the feed ID."
    ),
)
AMOUNTS_DIFFER = Problem(
    "amounts_differ",
    _("The amounts of the document are not those that Amazon calculated."),
    _(
        "Compare total and VAT of the document with the VAT invoice data. Correct it "
        "with a credit note and a new invoice; do not upload it as it is."
    ),
)
ALREADY_THERE = Problem(
    "already_uploaded",
    _("Amazon has a document for this transaction already."),
    _(
        "Compare its number in Seller Central with yours. If another program uploads "
        "invoices too, switch one of them off."
    ),
)
NUMBER_USED = Problem(
    "number_used",
    _("The number of the document was used for another document already."),
    _(
        "Check whether two programs, or two companies, number invoices alike. Reset "
        "the document to draft, give it another number, and upload it again."
    ),
)
NUMBER_REFUSED = Problem(
    "number_refused",
    _("The number of the document holds a character that Amazon does not take."),
    _(
        "Letters, digits and - _ / \\ , ; : # are allowed. Change the number format of "
        "the journal; upload this document in Seller Central."
    ),
)
UNKNOWN = Problem(
    "unknown",
    _("Amazon refuses the document for a reason that is not documented."),
    _(
        "Read Amazon's words below. If they do not help, upload the document in Seller "
        "Central (Orders > Manage Orders > Upload invoice), or open a case with Seller "
        "Support and name the feed ID."
    ),
)
_AMOUNT_WORDS = re.compile(
    r"(total|vat|amount)[a-z ]*\b(does not|do not|doesn't|not)\b[a-z ]*match"
    r"|mismatch|amounts? differ|incorrect (total|vat)",
    re.IGNORECASE,
)
_ALREADY_WORDS = re.compile(
    r"already (been )?(uploaded|exists?|submitted|invoiced)|duplicate", re.IGNORECASE
)


_OWN = {
    problem.code: problem
    for problem in (
        FATAL,
        AMOUNTS_DIFFER,
        ALREADY_THERE,
        NUMBER_USED,
        NUMBER_REFUSED,
        UNKNOWN,
    )
}
#: Names by which the problems without a documented code may come.
_NAMES = {
    "TotalAmountMismatch": AMOUNTS_DIFFER,
    "TotalVATAmountMismatch": AMOUNTS_DIFFER,
    "InvalidAmount": AMOUNTS_DIFFER,
    "AlreadyInvoiced": ALREADY_THERE,
    "DuplicateInvoiceNumber": NUMBER_USED,
    "InvalidInvoiceNumber": NUMBER_REFUSED,
}


def get_problem(code):
    """The `Problem` with a code; unknown ones get general advice."""
    known = _BY_CODE.get(code) or _OWN.get(code)
    return known or Problem(code, UNKNOWN.explanation, UNKNOWN.advice)


def find_problem(text):
    """The `Problem` that Amazon's words are about.

    :param str text: ``invoice-status-description`` of a VIDR row, or a line of a
        feed's result
    """
    for code in (*_CODE.findall(text), *_NAME.findall(text)):
        if problem := _BY_CODE.get(code) or _NAMES.get(code):
            return problem
    if _AMOUNT_WORDS.search(text):
        return AMOUNTS_DIFFER
    if _ALREADY_WORDS.search(text):
        return ALREADY_THERE
    codes = _CODE.findall(text)
    return get_problem(codes[0]) if codes else UNKNOWN


def read_result(content):
    """Amazon's errors in the processing report of a feed, as texts.

    :param bytes content: the report: a summary, then one tab-separated line for each
        error, below a line of column names
    :return: list of str, empty where there is no error
    """
    lines = content.decode("utf-8", "replace").splitlines()
    start = next(
        (
            number
            for number, line in enumerate(lines, 1)
            if "error-code" in line and "error-message" in line
        ),
        len(lines),
    )
    return [
        " ".join(cell.strip() for cell in line.split("\t") if cell.strip())
        for line in lines[start:]
        if "\tError\t" in f"\t{line}\t" or _CODE.search(line)
    ]
