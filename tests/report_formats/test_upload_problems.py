"""Amazon's words about uploaded invoices."""

import pytest
from report_formats.upload_problems import (
    UNKNOWN,
    find_problem,
    get_problem,
    read_result,
)

SUMMARY = b"Feed Processing Summary:\n\tNumber of records processed\t1\n"
HEADER = b"original-record-number\tsku\terror-code\terror-type\terror-message\n"


@pytest.mark.parametrize(
    ("said", "code", "retry"),
    [
        ("79509: not enrolled", "79509", False),
        ("FeatureNotAvailable", "79509", False),
        ("Error 79525 occurred", "79525", False),
        ("MarketplaceMismatch", "79523", False),
        ("79544", "79540", True),
        ("NoFileUpload", "79540", True),
        ("NotShipped yet", "79517", True),
        ("TotalVATAmountMismatch", "amounts_differ", False),
        ("The total amount does not match", "amounts_differ", False),
        ("VAT amounts differ", "amounts_differ", False),
        ("AlreadyInvoiced", "already_uploaded", False),
        ("An invoice has already been uploaded", "already_uploaded", False),
        ("It is a duplicate", "already_uploaded", False),
        ("DuplicateInvoiceNumber", "number_used", False),
        ("InvalidInvoiceNumber", "number_refused", False),
        ("79999 79998: who knows", "79999", False),
        ("179509", "unknown", False),
        ("out of luck", "unknown", False),
        ("", "unknown", False),
    ],
)
def test_what_amazon_says(said, code, retry):
    problem = find_problem(said)
    assert (problem.code, problem.retry) == (code, retry)
    assert problem.explanation.endswith(".")
    assert problem.advice.endswith(".")


def test_codes_without_an_entry_get_general_advice():
    assert get_problem("number_used").code == "number_used"
    other = get_problem("79998")
    assert (other.code, other.advice) == ("79998", UNKNOWN.advice)
    assert get_problem("79513").advice != UNKNOWN.advice


def test_errors_of_a_feed():
    lines = [
        b"1\tA\t79517\tError\tNot shipped\n",
        b"2\t\t5000\tWarning\tNothing grave\n",
        b"3\t\t79509\tWarning\tGrave all the same\n",
        b"\n",
    ]
    assert read_result(SUMMARY + HEADER + b"".join(lines)) == [
        "1 A 79517 Error Not shipped",
        "3 79509 Warning Grave all the same",
    ]
    assert read_result(b"Error\tabove\n" + HEADER) == []
    assert read_result(HEADER + b"Error\tat the start") == ["Error at the start"]


@pytest.mark.parametrize(
    "content",
    [
        SUMMARY,
        b"",
        # a line of the summary is no error, whatever it holds
        b"error-code\tError\t79517\n1\tError\t79517\n",
        b"error-message\tError\n1\tError\t79517\n",
    ],
)
def test_a_result_without_errors(content):
    assert read_result(content) == []


def test_a_code_that_nobody_knows_is_kept():
    problem = find_problem("The document was refused with error 79998 of today.")
    assert problem == get_problem("79998")
    assert (problem.code, problem.explanation) == ("79998", UNKNOWN.explanation)
    assert find_problem("The document was refused.") is UNKNOWN
