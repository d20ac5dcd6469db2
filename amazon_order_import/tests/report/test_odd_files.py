"""Odd files in the upload dialog: it says what each is and what to do."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import AmazonCase, build_file

MFN, FBA = "mfn_orders_eu", "fba_orders_eu"
FIRST, SECOND = "302-0000001-0000001", "302-0000001-0000002"
HEAD, LINE, NEXT = (
    build_file(MFN, {"order-id": FIRST}, {"order-id": SECOND, "sku": "TOWEL-XL"})
    .decode()
    .splitlines()
)
SETTLEMENT = "settlement-id\tsettlement-start-date\ttotal-amount\n1\t2\t3\n"
GERMAN = "Bestellnummer\tSKU\tMenge\n1\t2\t3\n"
CUT = NEXT[: len(NEXT) // 2]


def joined(*lines):
    return "\r\n".join(lines).encode()


@tagged("post_install", "-at_install")
class TestOddFiles(AmazonCase):
    # === REFUSED WHOLE === #

    def check_refused(self, content, code, *words):
        upload = self.make_upload(MFN, content)
        preview = self.env["amazon.report.preview"].browse(
            upload.action_preview()["res_id"]
        )
        Report = self.env["amazon.report"]
        kept = Report.search_count([])
        # The dialog refuses it; what integrators hand over is kept with the reason.
        with self.assertRaises(UserError) as refused:
            upload.action_upload()
        self.assertEqual(Report.search_count([]), kept)
        report = Report.create_from_file(self.account, MFN, "odd.txt", content)
        report.process()
        self.assertEqual((report.state, report.failure_code), ("failed", code))
        self.assertEqual(preview.failure_reason, report.failure_reason)
        self.assertEqual(str(refused.exception), report.failure_reason)
        self.assertFalse(report.row_ids)
        for word in words:
            self.assertIn(word, report.failure_reason)

    def test_another_report_by_its_name(self):
        self.check_refused(
            SETTLEMENT.encode(),
            "foreign_report",
            "“settlement report of the old form (V1)”, of which nothing is imported",
            "Orders > Order Reports > New Orders",
        )

    def test_another_kind(self):
        self.check_refused(
            build_file(FBA, {}), "wrong_kind", "“FBA orders – Europe”", "Choose that"
        )

    def test_names_of_columns_in_another_language(self):
        self.check_refused(
            GERMAN.encode(), "other_language", "“Bestellnummer”", "Set Seller Central"
        )

    def test_no_names_of_columns(self):
        self.check_refused(
            joined(LINE, NEXT), "not_a_report", FIRST, "names of the columns"
        )

    def test_first_row_behind_the_names(self):
        self.check_refused(
            joined(HEAD + LINE, NEXT),
            "glued_header",
            FIRST,
            "the line end between them is missing",
            "Get the report from Amazon again",
        )

    def test_image(self):
        self.check_refused(
            b"\x89PNG\r\n\x1a\n\0\0", "not_a_report", "an image", "Download the report"
        )

    def test_blank(self):
        self.check_refused(b"\r\n\r\n", "empty_file", "The file is empty", "again")

    # === SOME ROWS === #

    def check_rows(self, lines, *expected):
        """Preview and import of a file tell the same of each row.

        :param expected: outcome, or code and words of the message
        """
        upload = self.make_upload(MFN, joined(*lines))
        preview = self.env["amazon.report.preview"].browse(
            upload.action_preview()["res_id"]
        )
        report = self.env["amazon.report"].browse(upload.action_upload()["res_id"])
        report.process()
        rows = report.row_ids.sorted("number")
        self.assertEqual(len(rows), len(expected))
        told = {line.number: line.message for line in preview.line_ids}
        for row, (result, *words) in zip(rows, expected, strict=True):
            self.assertIn(result, (row.outcome, row.code), row.message)
            self.assertEqual(told[row.number], row.message)
            for word in words:
                self.assertIn(word, row.message)

    def test_two_rows_in_one_line(self):
        self.check_rows(
            [HEAD, LINE + NEXT],
            ("glued_rows", "line end between them is missing", "upload each by itself"),
        )

    def test_names_of_columns_behind_a_row(self):
        self.check_rows(
            [HEAD, LINE + HEAD, NEXT],
            ("glued_rows", "line end between them is missing", "upload each by itself"),
            ("created",),
        )

    def test_names_of_columns_once_more(self):
        self.check_rows(
            [HEAD, LINE, HEAD, NEXT],
            ("created",),
            ("repeated_header", "nothing is missing"),
            ("created",),
        )

    def test_missing_line_end(self):
        self.check_rows([HEAD, LINE, NEXT], ("created",), ("created",))

    def test_cut_off(self):
        self.check_rows(
            [HEAD, LINE, CUT],
            ("created",),
            ("cut_off_row", "the download was cut off", "Get the report"),
        )

    def test_pieces_of_a_row(self):
        self.check_rows(
            [HEAD, CUT, NEXT.removeprefix(CUT), LINE, ""],
            ("short_row", "a line break stands inside a cell", "Get the report"),
            ("fragment_row", "only a piece of a row", "Get the report"),
            ("created",),
        )
