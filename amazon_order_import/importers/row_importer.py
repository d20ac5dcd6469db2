import logging
from dataclasses import dataclass

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..collisions import collisions_expected
from ..messages import (
    REFUSALS,
    Name,
    format_message,
    get_error_message,
    message,
    words,
)
from ..models.report.importing import IMPORT_CONTEXT, ConcurrentImport
from ..report_formats import BROKEN_OFF, normal_name
from ..trusted_context import get_trusted

_logger = logging.getLogger(__name__)


@dataclass
class RowWork:
    """A row on its way: its record, what the file says, what identifies it."""

    record: object
    parsed: object
    key: str = ""

    @property
    def values(self):
        return self.parsed.values


class AmazonRowImporter(models.AbstractModel):
    """Base of the importers: one for each sort of record that report rows become.

    ``amazon.report`` hands over the rows of a file batch by batch and tells when the
    file is through. An importer never commits, stores exactly one outcome on every
    row, and leaves other rows alone where one cannot be imported.
    """

    _name = "amazon.row.importer"
    _description = "Import of Amazon Report Rows"

    #: What a row on its way is.
    _work_class = RowWork

    @api.private
    def start_report(self, report, parsed):
        """Look at a file as a whole, before its rows are imported, or go on.

        :param report: ``amazon.report`` record
        :param parsed: ``report_formats.Report``, open
        :raise RefusedFile: where the file is not to be used
        """

    @api.private
    def import_rows(self, report, pairs, **options):
        """Make records of report rows and store the outcome of every row.

        Never commits. A row, or what it belongs to, that cannot be imported gets its
        outcome and leaves the others alone.

        :param report: ``amazon.report`` record
        :param pairs: list of ``(amazon.report.row, ParsedRow)``
        :param options: of ``_import_works``
        :raise ConcurrentImport: where another transaction has just made the same, with
            ``amazon_retry_concurrent`` in the context
        """
        self = self.with_context(**IMPORT_CONTEXT)
        works = [
            self._work_class(record.with_env(self.env), row) for record, row in pairs
        ]
        self._import_works(report.with_env(self.env), works, **options)
        self.env.flush_all()

    def _import_works(self, report, works):
        """Make records of rows; see ``import_rows``.

        :param works: list of ``_work_class``
        """
        raise NotImplementedError

    @api.private
    def finish_report(self, report):
        """Do what needs the whole file, once all its rows are imported.

        :param report: ``amazon.report`` record
        """

    def _set_outcome(self, work, outcome, message=None, code=None, **values):
        """Store what became of a row.

        :param message: `Message` that says why, or None; its reason becomes the code
        """
        work.record.write(
            {
                "outcome": outcome,
                "message": message,
                "code": code or (message and message.reason),
                **values,
            }
        )

    def _is_read(self, report, work):
        """Whether a row could be read; where not, its outcome tells why."""
        error = work.parsed.error
        if error:
            self._set_outcome(work, "error", format_message(error))
        return not error

    def _explain_multi_channel(self, order_ref):
        return message("multi_channel", order=order_ref)

    def _get_cells(self, raw):
        """Return the cells of a row by the normal names of their columns.

        For rows that cannot be read; others have their ``values``.

        :param dict raw: cells by the names in the file, or None
        """
        return {normal_name(name): cell.strip() for name, cell in (raw or {}).items()}

    def _get_whole_cells(self, row):
        """Return ``_get_cells`` of a stored row without the one where it breaks off."""
        cells = self._get_cells(row.raw)
        if cells and row.code in BROKEN_OFF:
            cells.popitem()
        return cells

    def _find_unread(self, report, works, name):
        """Return the rows of the works' orders that cannot be read and lack a record.

        Also those of the works that not even tell their order.

        :param str name: field of ``amazon.report.row`` with the record
        """
        records = self.env["amazon.report.row"].union(*(work.record for work in works))
        order_refs = set(records.mapped("order_ref")) - {False}
        return self.env["amazon.report.row"].search(
            [
                ("report_id", "=", report.id),
                ("outcome", "=", "error"),
                (name, "=", False),
                "|",
                ("order_ref", "in", list(order_refs)),
                ("id", "in", records.ids),
            ]
        )

    def _find_rows_before(self, report, rows):
        """Return the rows that some of a report come after, by their numbers."""
        before = rows.search(
            [
                ("report_id", "=", report.id),
                ("number", "in", [row.number - 1 for row in rows]),
            ]
        )
        return {row.number: row for row in before}

    def _get_row_before(self, rows_before, row, cells):
        """Return the row that one which breaks off early mostly goes on with.

        :param dict rows_before: see ``_find_rows_before``
        :param dict cells: see ``_get_whole_cells``
        :return: ``amazon.report.row``; empty where it is about another order
        """
        before = rows_before.get(row.number - 1, row.browse())
        if "order-id" in cells and before.order_ref != row.order_ref:
            return before.browse()
        return before

    # === ALL AT ONCE, OR ONE BY ONE === #

    def _import_batch(self, report, groups):
        """Make the records of groups of rows; see ``_import_groups``.

        :param groups: dict ``{key: [RowWork]}``; a group stands or falls together
        """
        raise NotImplementedError

    @collisions_expected()
    def _import_groups(self, report, groups):
        """Import groups of rows together; if that fails, one by one.

        So only the guilty stay out, and their rows tell why.

        :param groups: dict ``{key: [RowWork]}``
        :raise ConcurrentImport: where another transaction has just made the same, with
            ``amazon_retry_concurrent`` in the context
        """
        if len(groups) > 1:
            try:
                with self.env.cr.savepoint():
                    self._import_batch(report, groups)
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except UniqueViolation as error:
                self._check_concurrent(error)
            except Exception as error:  # noqa: BLE001 - told for each group below
                _logger.info(
                    "Report %s: a batch of %s fails (%s), going on one by one",
                    report.id,
                    len(groups),
                    type(error).__name__,
                )
        for key, works in groups.items():
            try:
                with self.env.cr.savepoint():
                    self._import_batch(report, {key: works})
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except UniqueViolation as error:
                self._check_concurrent(error)
                self._keep_out(works, "concurrent")
            except REFUSALS as error:
                self._keep_out(works, "refused", get_error_message(error))
            except Exception as error:
                # Any addon may be in the way; the others must not suffer.
                _logger.exception(
                    "Report %s, row %s: %s cannot be imported",
                    report.id,
                    works[0].parsed.number,
                    key,
                )
                said = words(f"{type(error).__name__}: {error}")
                self._keep_out(works, "unexpected", said)

    def _check_concurrent(self, error):
        if get_trusted(self.env, "amazon_retry_concurrent"):
            raise ConcurrentImport from error

    def _keep_out(self, works, cause, error=None):
        """Store on rows that they are not imported, and why.

        :param str cause: ``concurrent``, ``refused`` or ``unexpected``
        :param error: `Message`: what went wrong, or None
        """
        values = {"what": self._describe_group(works)}
        if error:
            values["error"] = error
        outcome = "waiting" if cause == "concurrent" else "error"
        reason = message(f"not_imported_{cause}", **values)
        code = None
        if error and error.code != "words":
            # Why our own code keeps it out is what people look for.
            code = error.reason
        for work in works:
            self._set_outcome(work, outcome, reason, code)

    def _describe_group(self, works):
        """Return what a group of rows is about, as the subject of a sentence."""
        return message("subject_order", order=works[0].values.order_id)

    # === OTHER REPORTS === #

    def _settle_older_rows(self, report, works):
        """Close open rows of other reports that tell of what is imported by now."""
        settled = {
            (work.record.order_ref, work.key): work
            for work in works
            if work.key and work.record.outcome not in ("waiting", "error")
        }
        if not settled:
            return
        older = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("report_id", "!=", report.id),
                ("outcome", "in", ("waiting", "error")),
                ("order_ref", "in", list({ref for ref, _key in settled})),
            ]
        )
        for row in older:
            work = settled.get((row.order_ref, row.row_key))
            if work:
                self._settle(row, report, work)
        older.report_id._update_attention()

    def _settle_unread(self, report, records, name):
        """Close unread rows of older reports, where this one tells all they missed.

        :param records: what rows were made into; has ``row_ids``, ``_get_unread_rows``
        :param str name: field of ``amazon.report.row`` with the record
        """
        settled = self.env["amazon.report.row"]
        for record in records:
            unread = record.row_ids._filter_unread()._filter_older_than(report)
            told = record.row_ids.filtered(lambda row: row.report_id == report)
            if not unread or not told or record._get_unread_rows():
                continue
            for row in unread:
                same = told.filtered(lambda other, row=row: other.sku == row.sku)
                work = RowWork((same or told)[:1], None)
                self._settle(row, report, work, **{name: record.id})
            settled |= unread
        settled.report_id._update_attention()

    def _settle(self, row, report, work, **values):
        """Close an open row of another report, as a row of this one tells the same."""
        row.write(
            {
                "outcome": "unchanged",
                "code": "settled_elsewhere",
                "message": message(
                    "settled_elsewhere",
                    report=Name.of(report),
                    number=work.record.number,
                ),
                "sale_order_id": work.record.sale_order_id.id,
                "offer_id": False,
                **values,
            }
        )
