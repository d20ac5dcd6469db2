from ..report_formats.marking import mark as _
from .template import Template

REPORT = {
    # === ROWS OF ANY REPORT === #
    "multi_channel": Template(
        _(
            "Multi-channel order %(order)s: Amazon only ships it for you, the sale "
            "took place elsewhere."
        )
    ),
    "not_imported_concurrent": Template(
        _("%(what)s was being imported by another process at the same moment."),
        _("It is processed again by itself within minutes."),
        reason="concurrent",
    ),
    "not_imported_refused": Template(
        _("%(what)s was not imported: %(error)s"),
        _("Correct this and process the report again."),
        reason="refused",
    ),
    "not_imported_unexpected": Template(
        _(
            "%(what)s was not imported because of an unexpected error (%(error)s); the "
            "server log has its details."
        ),
        _("Pass this on to your administrator, then process the report again."),
        reason="unexpected",
    ),
    "settled_elsewhere": Template(_("Settled by %(report)s, row %(number)s.")),
    "subject_order": Template(_("Order %(order)s")),
    # === THE FILE === #
    "report_crashed": Template(
        _(
            "%(report)s could not be fetched or processed because of an unexpected "
            "error (%(error)s); the server log has its details. What was imported "
            "before is kept."
        ),
        _(
            "Pass this on to your administrator, then process the report again or "
            "request its period again."
        ),
        reason="unexpected",
    ),
    "report_file_missing": Template(
        _("The archived file of %(report)s cannot be read from the server's disk."),
        _("Restore it from a backup, or upload or request the report again."),
        reason="file_missing",
    ),
    "todo_report_not_imported": Template(_("A report could not be imported")),
    # === ASKING AMAZON === #
    "no_active_channel": Template(
        _("The account %(account)s has no active channel to report on."),
        _("Test its connection: that adds its marketplaces as channels."),
        reason="not_requested",
    ),
    "turn_after_other_program": Template(
        _(
            "Amazon makes this report once in %(minutes)s minutes, and another "
            "program asked for one at %(moment)s. It is requested by itself at "
            "%(next)s."
        )
    ),
    "turn_after_last": Template(
        _(
            "Amazon makes this report once in %(minutes)s minutes, and the last "
            "one was requested at %(moment)s. It is requested by itself at "
            "%(next)s."
        )
    ),
    "turn_after_quota": Template(
        _(
            "Amazon's quota for new reports is used up for now. It is requested "
            "by itself at %(next)s."
        )
    ),
    "clock_ahead": Template(
        _(
            "Amazon finds the end of the period in the future: the clock of "
            "this server seems to be ahead of Amazon's. The period now ends "
            "half an hour earlier and is requested again."
        ),
        _("Have your administrator check the server's clock."),
    ),
    # === AT AMAZON === #
    "report_stays_at_work": Template(
        _(
            "Amazon has been working on this report for %(hours)s hours and does "
            "not let anybody cancel it now. Odoo goes on looking every 5 minutes; "
            "other reports are not held up."
        )
    ),
    "file_tried_hourly": Template(
        _(
            "%(explanation)s\nNothing is lost: the file is tried again by "
            "itself every hour."
        )
    ),
    "archive_full": Template(
        _("The report's file cannot be stored on the server (%(error)s)."),
        _(
            "Make room on the disk, or have the administrator do it. The file is "
            "fetched by itself within 15 minutes after that."
        ),
    ),
    "todo_archive_full": Template(_("A report's file cannot be stored")),
    "todo_report_trouble": Template(_("Amazon has trouble with a report")),
    # The next step stands before what the account knows of the error.
    "report_trouble": Template(
        _(
            "For more than a day, Amazon has had trouble with this report, "
            "though not with the connection. It is tried again by itself; open "
            "a case in Seller Central if it lasts. A role that the application "
            "lacks may be behind it: see Access to Reports on the account.\n"
            "%(explanation)s"
        )
    ),
    # === SCHEDULES AT AMAZON === #
    "todo_schedule_gone": Template(_("Report schedule taken away")),
    "by_no_known_program": Template(_("by none that Odoo knows")),
    "schedule_gone": Template(
        _(
            "Amazon no longer has the schedule %(name)s (%(id)s). Another program "
            "has replaced it (%(others)s) or cancelled it."
        ),
        _(
            "Orders still come in through the recurring requests; decide under "
            "Amazon > Reports > Schedules at Amazon which program shall have the "
            "schedule."
        ),
    ),
}
