"""What happens between entering and leaving: time, processor time, queries, memory."""

import time
from pathlib import Path
from unittest.mock import patch

from odoo.sql_db import Cursor


class Clock:
    """Measures a block; ``figures()`` tells what it took."""

    def __enter__(self):
        # Has the system forget the highest memory use so far.
        Path("/proc/self/clear_refs").write_text("5")
        self.queries = self.changes = 0
        execute = Cursor.execute

        def counted(cursor, query, *arguments, **options):
            self.queries += 1
            self.changes += not _reads(getattr(query, "code", query))
            return execute(cursor, query, *arguments, **options)

        self.patch = patch.object(Cursor, "execute", counted)
        self.patch.start()
        self.processor = time.process_time()
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exception):
        self.seconds = time.perf_counter() - self.start
        self.processor = time.process_time() - self.processor
        self.patch.stop()
        self.peak = memory("VmHWM")

    def figures(self, count, rows):
        """Return what a number of orders, or documents, and rows took."""
        return {
            "count": count,
            "rows": rows,
            "seconds": round(self.seconds, 3),
            "python_seconds": round(self.processor, 3),
            "per_second": round(count / self.seconds, 2),
            "queries_each": round(self.queries / max(count, 1), 2),
            "changes_per_1000_rows": round(self.changes * 1000 / max(rows, 1), 1),
            "queries_per_1000_rows": round(self.queries * 1000 / max(rows, 1), 1),
            "memory_peak_mb": round(self.peak),
        }


def _reads(query):
    return str(query).lstrip()[:6].upper() == "SELECT"


def memory(name):
    """One of the memory figures of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
