"""The tables that the demonstration prints."""

import sys

from odoo.addons.amazon_order_import.report_formats.kinds import KIND_SELECTION

from .demo_check import is_held

STATES = {
    "requested": "at Amazon",
    "ready": "ready",
    "processing": "processing",
    "done": "done",
    "attention": "to do",
    "failed": "failed",
    "cancelled": "nothing to report",
    "skipped": "skipped",
}


def bold(text):
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def show_seller(account):
    if account.connection_state == "connected":
        codes = account.channel_ids.marketplace_id.country_id.mapped("code")
        answer = f"connected: {' '.join(sorted(codes))}"
    else:
        answer = f"{account.connection_state}: {account.connection_message}"
    print(f" {account.name:<38}{answer}")


def show_reports(reports, uploaded, fine):
    labels = dict(KIND_SELECTION)
    columns = "{:<44.44}{:>5}{:>9}{:>10}{:>8}{:>11}  {}"
    print(bold("\nREPORTS"))
    print(
        columns.format("", "rows", "created", "cancelled", "ignored", "unchanged", "")
    )
    account = None
    for report in reports | uploaded:
        if report.account_id != account and report not in uploaded:
            account = report.account_id
            print(f" {account.name}")
        name = labels[report.kind].partition(" – ")[0]
        if report in uploaded:
            print(" Uploaded by hand: a file that had been imported before")
            name = f"{name}, {report.account_id.name.removeprefix('Muster Handel ')}"
        state = STATES[report.state]
        if report.state == "failed":
            state += f": {report.failure_reason}"
        elif report.last_error and report.state == "requested":
            state += f": {report.last_error}"
        unsettled = report.waiting_count + report.error_count
        if unsettled and report in fine:
            state = f"done ({unsettled} wait for Amazon's number)"
        elif unsettled:
            state += f" ({unsettled} rows need a person)"
        print(
            columns.format(
                f"   {name}",
                report.row_count,
                report.created_count,
                report.cancelled_count,
                report.ignored_count,
                report.unchanged_count,
                state,
            )
        )


def show_channels(env, channels):
    marketplaces = {
        marketplace.api_ref: marketplace.name
        for marketplace in env["amazon.marketplace"].search([])
    }
    columns = "{:<20}{:>5}{:>12}{:>10}{:>18}{:>18}{:>13}"
    print(bold("\nORDERS"))
    heads = ("at Amazon", "in Odoo", "Amazon's total", "Odoo's total", "difference")
    print(columns.format("", "", *heads))
    for (ref, currency), (there, here, amazon, odoo) in sorted(
        channels.items(), key=lambda item: (-item[1][0], marketplaces[item[0][0]])
    ):
        totals = (f"{amount:,}" for amount in (amazon, odoo, odoo - amazon))
        name = f" {marketplaces[ref]}"
        print(columns.format(name, currency, there, here, *totals))


def show_more(counts):
    columns = "{:<44.44}{:<20}{:>10}{:>10}"
    print(bold("\nBESIDE ORDERS"))
    print(columns.format("", "", "at Amazon", "in Odoo"))
    for name, what, there, here in counts:
        if there or here:
            print(columns.format(f" {name}", what, there, here))


def show_result(reports, channels, problems, known, seconds):
    there = sum(channel[0] for channel in channels.values())
    here = sum(channel[1] for channel in channels.values())
    rows = sum(reports.mapped("row_count"))
    print()
    for problem in problems[:12]:
        print(f"  ! {problem}")
    if len(problems) > 12:
        print(f"  ! ... and {len(problems) - 12} more")
    if problems:
        print(bold(f"Not all is right among {there} orders: see above."))
        return
    print(
        bold(f"All {there} orders are in Odoo, each once, with Amazon's total and tax.")
    )
    held = reports.row_ids.sale_order_id.filtered(is_held)
    if held:
        print(
            f"{len(held)} of them stay quotations until their tax registration, or "
            "their OSS tax, is entered: Amazon > Overview > (account) > Taxes."
        )
    if known:
        print(
            f"{known} of them were there before: {here - known} are new, none was made "
            "twice."
        )
    print(f"{rows:,} rows of {len(reports)} reports in {seconds:.0f} s.")
