"""A small HTTP server on loopback that answers exactly what a test tells it to."""

import json
import threading
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


@dataclass
class Received:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return {k: v[0] for k, v in parse_qs(self.body.decode()).items()}

    @property
    def token(self):
        return self.headers.get("x-amz-access-token")


@dataclass
class Reply:
    """An answer: ``json`` or ``body``; headers replace those made from them."""

    status: int = 200
    json: object = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None

    def response(self):
        if self.wait:
            self.wait.wait(10)
        body = self.body
        headers = {"x-amzn-RequestId": "request-1", **self.headers}
        if body is None:
            body = json.dumps(self.json).encode()
            headers.setdefault("Content-Type", "application/json")
        response = Response(body, self.status)
        for name, value in headers.items():
            response.headers[name] = value
        # A length that does not fit is what a dropped connection looks like.
        response.automatically_set_content_length = False
        if "Content-Length" not in headers:
            response.headers["Content-Length"] = str(len(body))
        if response.headers["Content-Length"] == "none":
            del response.headers["Content-Length"]
        return response


class _Handler(WSGIRequestHandler):
    def log(self, *args):
        pass


class ScriptedAmazon:
    """Answers by (method, path); the last of the answers given repeats.

    Starts with a working Login with Amazon: access tokens ``Atza|token-1``, ...
    """

    def __init__(self):
        self.received: list[Received] = []
        self._answers = {}
        self._lock = threading.Lock()
        self._server = make_server(
            "127.0.0.1", 0, self._serve, threaded=True, request_handler=_Handler
        )
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()
        self._tokens = 0
        self.on("POST", "/auth/o2/token", self.give_token)

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def on(self, method, path, *answers):
        """Answer ``Reply`` objects, or what callables return for the request."""
        self._answers[method, path] = list(answers)

    def give_token(self, _request):
        with self._lock:
            self._tokens += 1
            number = self._tokens
        return Reply(
            json={
                "access_token": f"Atza|token-{number}",
                "token_type": "bearer",
                "expires_in": 3600,
            }
        )

    def calls(self, path_part=""):
        return [r for r in self.received if path_part in r.path]

    def _serve(self, environ, start_response):
        request = Request(environ)
        received = Received(
            request.method,
            request.path,
            parse_qs(request.query_string.decode(), keep_blank_values=True),
            {k.lower(): v for k, v in request.headers.items()},
            request.get_data(),
        )
        with self._lock:
            self.received.append(received)
            answers = self._answers.get((request.method, request.path))
            if not answers:
                answer = Reply(599, body=b"not scripted")
            else:
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer = answer(received)
        return answer.response()(environ, start_response)
