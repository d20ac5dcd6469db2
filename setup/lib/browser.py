"""A page in Chromium, steered by its DevTools protocol.

Runs under Odoo's Python, which has the WebSocket client of Odoo's own browser tests.
"""

import base64
import itertools
import json
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

START_SECONDS = 20
#: How long a page may take.
PAGE_SECONDS = 30


class Page:
    """One tab: goes to addresses, runs JavaScript, takes pictures."""

    def __init__(self, browser: str):
        self._numbers = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory(prefix="screenshots-")
        self._process = subprocess.Popen(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--no-first-run",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--remote-debugging-address=127.0.0.1",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self._folder.name}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket = websocket.create_connection(
            self._find_tab(), timeout=PAGE_SECONDS, suppress_origin=True
        )
        self.send("Page.enable")
        self.send("Runtime.enable")

    def _find_tab(self) -> str:
        note = Path(self._folder.name) / "DevToolsActivePort"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                port = note.read_text().split()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    tabs = json.load(answer)
                return next(
                    tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"
                )
            except (OSError, IndexError, StopIteration):
                time.sleep(0.1)
        raise TimeoutError(f"The browser did not start within {START_SECONDS} s.")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def send(self, method: str, **params) -> dict:
        """The answer to a command of the protocol."""
        number = next(self._numbers)
        self._socket.send(
            json.dumps({"id": number, "method": method, "params": params})
        )
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def run(self, script: str):
        """The value of a JavaScript expression, awaited."""
        answer = self.send(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
        )
        if problem := answer.get("exceptionDetails"):
            said = problem.get("exception", {}).get("description", problem["text"])
            raise RuntimeError(f"{script[:200]}: {said}")
        return answer["result"].get("value")

    def wait_for(self, script: str, what: str) -> None:
        deadline = time.monotonic() + PAGE_SECONDS
        while time.monotonic() < deadline:
            try:
                if self.run(script):
                    return
            except RuntimeError:
                # Between two pages, there is nothing to ask.
                pass
            time.sleep(0.1)
        raise TimeoutError(f"{what} is not there after {PAGE_SECONDS} s.")

    def go(self, address: str) -> None:
        # Another page than the one that is there, also if only the hash differs.
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete'", address)

    def resize(self, width: int, height: int, phone: bool) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        self.send("Emulation.setTouchEmulationEnabled", enabled=phone)

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        data = self.send("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))
