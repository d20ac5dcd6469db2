"""Serves the simulator over HTTP on the loopback interface."""

import json
import threading
from datetime import datetime
from pathlib import Path

from werkzeug.http import http_date
from werkzeug.serving import WSGIRequestHandler, make_server

from .app import App
from .clock import Clock
from .state import State
from .world.market import HISTORY_DAYS


class _Handler(WSGIRequestHandler):
    def date_time_string(self, timestamp=None):
        """The Date header, by Amazon's clock."""
        return http_date(timestamp or self.server.app.state.clock.now())

    def log(self, type, message, *args):
        """The request log has it all."""


class Simulator:
    """A stand-in Amazon, as a context manager or with ``start`` and ``stop``.

    :param seed: determines everything that happens by chance.
    :param clock: a ``Clock``, or an aware datetime for the start, or None (now).
    :param port: 0 takes a free one.
    :param rate_scale: 1 is Amazon's own limits, 0 none.
    :param sandbox: path of the static sandbox's pairs, or the pairs themselves;
        then every operation answers as Amazon's sandbox.
    :param live: orders go on coming as the clock goes on.
    """

    def __init__(
        self,
        seed=1,
        clock=None,
        host="127.0.0.1",
        port=0,
        rate_scale=1.0,
        history_days=HISTORY_DAYS,
        sandbox=None,
        live=False,
    ):
        if clock is None or isinstance(clock, datetime):
            clock = Clock(clock)
        self.state = State(seed, clock, rate_scale, history_days, live)
        if isinstance(sandbox, (str, Path)):
            sandbox = json.loads(Path(sandbox).read_text(encoding="utf-8"))
        self.state.sandbox_pairs = sandbox
        self._server = make_server(
            host,
            port,
            App(self.state),
            threaded=True,
            request_handler=_Handler,
        )
        self._server.daemon_threads = True
        self._thread = None
        self.url = f"http://{host}:{self._server.server_port}"

    @property
    def clock(self):
        return self.state.clock

    def start(self):
        """Serves in a thread of its own; returns itself."""
        self._thread = threading.Thread(target=self.serve, daemon=True)
        self._thread.start()
        return self

    def serve(self):
        """Serves in this thread until ``stop``."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self):
        self._server.shutdown()
        if self._thread:
            self._thread.join()
        self._server.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()
