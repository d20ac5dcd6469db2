"""The table of ``setup/bench``."""

LABELS = {
    "mfn": "MFN, new orders",
    "fba": "FBA, without moves",
    "fba_summary": "FBA, a move per product and report",
    "fba_move": "FBA, a move per line",
    "again": "MFN, reading again",
    "returns": "FBA returns",
    "vcs": "VCS documents with entries",
    "lite": "VCS Lite, invoices",
}
COLUMNS = "{:<36}{:>9}{:>9}{:>9}{:>7}{:>8}{:>12}{:>12}"


def show(result):
    """Print what was measured."""
    print(
        f"Odoo {result['odoo']}, PostgreSQL {result['postgresql']}, Python "
        f"{result['python']}, {result['processors']} processors; medians of "
        f"{result['rounds']} rounds of {result['orders']} orders of two items.\n"
        "Per second: orders, documents or returns. Ratio: to the usual way in the same "
        "round.\n"
    )
    heads = ("", "/second", "usual", "ratio", "goal", "load()", "queries", "changes")
    print(COLUMNS.format(*heads))
    print(COLUMNS.format("", "", "/second", "", "", "/second", "each", "/1,000 rows"))
    for kind, label in LABELS.items():
        ways = result["kinds"][kind]
        own, usual = ways["own"], ways["usual"]
        load = ways.get("load")
        print(
            COLUMNS.format(
                label,
                f"{own['per_second']:,.1f}",
                f"{usual['per_second']:,.1f}",
                f"{usual['ratio']:,.1f}",
                result["goals"].get(kind, "-"),
                f"{load['per_second']:,.1f}" if load else "-",
                f"{own['queries_each']:.1f}",
                f"{own['changes_per_1000_rows']:,.0f}",
            )
        )
    again = result["kinds"]["again"]["own"]
    print(
        f"\nReading again: {again['queries_per_1000_rows']:,.0f} queries per 1,000 "
        f"rows, {again['changes_per_1000_rows']:,.0f} of them no SELECT.\n"
        f"Parsing: {result['parsing']:,.0f} typed rows per second and core (goal "
        f"{result['goals']['parsing']:,})."
    )
