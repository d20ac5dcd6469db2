"""In a real browser, at a real server: the bar moves, the end is told, by itself."""

import json
import logging
import socket
import subprocess
import time
import urllib.request

import pytest

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
#: More than is processed while a person waits; some batches.
ORDERS = 500
BUTTON = "document.querySelector('.o_form_view button[name=action_process_now]')"
#: What a person sees, noted whenever the page changes.
WATCH = """
    window.seen = {bars: [], states: [], notice: ""};
    const look = () => {
        const bar = document.querySelector(".o_field_widget[name=progress]");
        const value = bar && parseFloat(bar.textContent);
        if (value && value !== window.seen.bars.at(-1)) {
            window.seen.bars.push(value);
        }
        const state = document.querySelector(
            ".o_statusbar_status .o_arrow_button_current"
        );
        if (state && state.textContent !== window.seen.states.at(-1)) {
            window.seen.states.push(state.textContent);
        }
        const notice = document.querySelector(".o_notification");
        if (notice) {
            window.seen.notice = notice.textContent;
        }
    };
    window.loadedOnce = true;
    new MutationObserver(look).observe(document.body, {
        childList: true, subtree: true, characterData: true, attributes: true,
    });
    look();
"""


@pytest.fixture
def server(registry, databases, tmp_path):
    """The address of Odoo's server, pages and bus and scheduled actions in one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = databases.environment
    process = subprocess.Popen(
        environment.command(
            f"--database={registry.db_name}",
            f"--db-filter=^{registry.db_name}$",
            "--http-interface=127.0.0.1",
            f"--http-port={port}",
            "--max-cron-threads=1",
            f"--logfile={tmp_path / 'odoo.log'}",
        ),
        cwd=environment.checkout,
        env=environment.variables(),
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{url}/web/health", timeout=5).close()
            break
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
    yield url
    process.kill()
    process.wait()


class Page:
    """A page of Odoo in Chromium, as the administrator sees it."""

    _logger = logging.getLogger(__name__)
    browser_size, touch_enabled = "1440x900", False

    def __init__(self, url):
        from odoo.tests.common import ChromeBrowser

        self.url = url
        self.browser = ChromeBrowser(self, "never")
        answer = urllib.request.urlopen(
            urllib.request.Request(
                f"{url}/web/session/authenticate",
                data=json.dumps(
                    {
                        "params": {
                            "db": self.find_database(),
                            "login": "admin",
                            "password": "admin",
                        }
                    }
                ).encode(),
                headers={"Content-Type": "application/json"},
            ),
            timeout=60,
        )
        cookie = answer.headers["Set-Cookie"].partition("session_id=")[2]
        assert "error" not in json.load(answer)
        self.browser.set_cookie(
            "session_id", cookie.partition(";")[0], "/", "127.0.0.1"
        )

    def find_database(self):
        from odoo.tests.common import get_db_name

        return get_db_name()

    def base_url(self):
        return self.url

    def fetch_proxy(self, url):
        raise AssertionError(f"Nothing beyond this machine: {url}")

    def evaluate(self, expression):
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": expression, "returnByValue": True},
        )
        return answer["result"].get("value")

    def wait_for(self, expression, seconds=60):
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < deadline, expression
            time.sleep(0.2)
        return value

    def close(self):
        self.browser.stop()


def test_the_bar_moves_and_the_end_is_told(env, seller, server, monkeypatch):
    from odoo.tests import common

    monkeypatch.setattr(common, "get_db_name", lambda: env.cr.dbname)
    seller.sell(ORDERS, marketplace="DE", spread=86400)
    report = (
        env["amazon.report"]
        .with_user(env.ref("base.user_admin"))
        .sudo()
        .create_from_file(
            seller.account, "mfn_orders_eu", "watched.txt", seller.report_file(MFN)
        )
    )
    env.cr.commit()
    page = Page(server)
    try:
        page.browser.navigate_to(f"{server}/odoo/amazon.report/{report.id}")
        page.wait_for(
            "!!document.querySelector('.o_form_view button[name=action_process_now]')"
        )
        page.evaluate(WATCH)
        page.evaluate(
            "document.querySelector('button[name=action_process_now]').click()"
        )
        page.wait_for("window.seen.notice", 120)
        page.wait_for("window.seen.states.includes('Done')", 20)
        seen = page.evaluate("window.seen")
        assert page.evaluate("window.loadedOnce"), "the page was loaded again"
    finally:
        page.close()
    assert seen["states"][0] == "Ready"
    assert "Processing" in seen["states"]
    assert len(seen["bars"]) >= 2 and seen["bars"] == sorted(seen["bars"])
    assert "Mfn" in seen["notice"] or "watched.txt" in seen["notice"]
    assert f"{report.row_count}" in seen["notice"]
