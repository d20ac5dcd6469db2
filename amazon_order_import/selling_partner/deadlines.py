"""The moment at which a call is given up, whatever its server does.

Time-outs of HTTP libraries are those of a single look at the socket: a server that
sends a byte before each of them ends keeps its caller for ever, in the headers, in the
answer and in an error page alike. Here each look gets no more than what is left of the
call as a whole.
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore
import httpx

_PIECE_BYTES = 16 * 1024
_deadline = ContextVar("selling_partner_deadline", default=None)


class Deadline:
    """Seconds for one call.

    :param seconds: from now on
    :param longest: what :meth:`extend` may make of them, None: no more than that
    """

    def __init__(self, seconds, longest=None):
        now = time.monotonic()
        self._end = now + seconds
        self._latest = now + max(seconds, longest or 0)

    def extend(self, seconds):
        """Allow for more, because something came."""
        self._end = min(self._end + seconds, self._latest)

    def bound(self, timeout, error):
        """Return how long to wait at most.

        :param error: class of what is raised where no time is left
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise error("the call as a whole takes too long")
        return left if timeout is None else min(timeout, left)

    @contextmanager
    def hold(self):
        """Hold what this thread sends and receives meanwhile to the deadline."""
        token = _deadline.set(self)
        try:
            yield self
        finally:
            _deadline.reset(token)


def _bound(timeout, error):
    deadline = _deadline.get()
    return deadline.bound(timeout, error) if deadline else timeout


class BoundedTransport(httpx.HTTPTransport):
    """httpx's own way to the network, on sockets that know the :class:`Deadline`."""

    def __init__(self, **options):
        super().__init__(**options)
        # httpx offers no other way in; without this name, no client can be made at all.
        self._pool._network_backend = _Backend(self._pool._network_backend)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend):
        self._backend = backend

    def connect_tcp(self, host, port, timeout=None, **options):
        timeout = _bound(timeout, httpcore.ConnectTimeout)
        return _Stream(self._backend.connect_tcp(host, port, timeout, **options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream):
        self._stream = stream

    def read(self, max_bytes, timeout=None):
        return self._stream.read(max_bytes, _bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer, timeout=None):
        # In pieces: a server that takes it byte by byte would keep it for ever.
        for start in range(0, len(buffer), _PIECE_BYTES):
            left = _bound(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE_BYTES], left)

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        timeout = _bound(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info):
        return self._stream.get_extra_info(info)

    def close(self):
        self._stream.close()
