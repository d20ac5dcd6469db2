"""Why Amazon made no report, and what comes of it."""

from ..report_formats.marking import mark as _
from .template import Template

REPORT_END = {
    "todo_no_report": Template(_("Amazon made no report")),
    "report_asked_again": Template(
        _(
            "%(reason)s\nIt is requested again by itself at %(moment)s (attempt "
            "%(attempt)s of %(attempts)s)."
        )
    ),
    # === LIMITS OF A PERIOD === #
    "limit_length": Template(_("at most %(days)s days long")),
    "limit_past": Template(_("at most %(days)s days ago")),
    # === REASONS: "report_" AND THE REPORT'S FAILURE CODE === #
    "report_no_data": Template(
        _("Amazon made no report: there was nothing to report in this period."),
        _(
            "If you expect something of this period, look whether it is "
            "covered by another report, or request the period again."
        ),
        reason="no_data",
    ),
    "report_unexplained": Template(
        _(
            "Amazon made no report, as if there were nothing to report, but "
            "orders of this period are known to Odoo."
        ),
        _(
            "Request the period again. If Amazon makes none again, open a "
            "case in Seller Central and name the report ID."
        ),
        reason="unexplained",
    ),
    "report_too_often": Template(
        _(
            "Amazon made no report because it was requested too soon after "
            "another one: this report is made once in %(minutes)s minutes, "
            "for all programs together."
        ),
        _("Request the period again later."),
        reason="too_often",
    ),
    "report_other_program": Template(
        _(
            "Amazon made no report because another program that is connected "
            "with this seller requested one at the same time: this report is "
            "made once in %(minutes)s minutes, for all programs together."
        ),
        _(
            "Request the period again later. See in Seller Central (Apps and "
            "Services > Manage Your Apps) which other programs fetch reports, "
            "and switch off what is no longer needed."
        ),
        reason="other_program",
    ),
    "report_cancelled_by_person": Template(
        _(
            "The report was cancelled before Amazon began with it: by "
            "somebody in Seller Central or by another program."
        ),
        _("Request it again if you need it."),
        reason="cancelled_by_person",
    ),
    "report_range": Template(
        _(
            "Amazon does not make this report for such a period: it is too "
            "long, or begins too far in the past (%(days)s)."
        ),
        _("Request a shorter or a later period."),
        reason="range",
    ),
    "report_role": Template(
        _("Amazon does not give this report to the application."),
        _("Then request the report again."),
        reason="role",
    ),
    "report_stuck": Template(
        _("Amazon did not make this report for hours; it was given up."),
        _(
            "Request it again. If it gets stuck again, open a case in Seller "
            "Central and name the report ID."
        ),
        reason="stuck",
    ),
    "report_fatal": Template(
        _(
            "Amazon gave up making this report and does not say why. Most "
            "often it is a passing trouble of Amazon's."
        ),
        _(
            "Request the period again later. If Amazon gives up again, open a "
            "case in Seller Central and name the report ID."
        ),
        reason="fatal",
    ),
    "report_told": Template(
        _("Amazon gave up making this report and says why."),
        _("Correct what Amazon names, then request it again."),
        reason="told",
    ),
    "report_refused": Template(
        _("Amazon refuses to make or to hand over this report."),
        _(
            "Request it again. If it is refused again, pass Amazon's message "
            "on to your administrator."
        ),
        reason="refused",
    ),
}
