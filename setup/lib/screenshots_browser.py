"""Takes the pictures. Run under Odoo's Python with a job as JSON on its input."""

import json
import sys
import time
from pathlib import Path

from lib.browser import Page
from lib.screenshots_pages import SCREENS, Screen

#: Width of the window, and whether it is a phone.
WINDOWS = {"desk": (1440, False), "phone": (390, True)}
#: Odoo has drawn the screen and waits for nothing more.
DRAWN = """
    !!document.querySelector('.o_action_manager .o_view_controller,'
        + ' .modal .o_form_view, .o_action_manager > .o_action')
    && !document.querySelector('.o_loading_indicator, .o_blockUI')
"""
CALL = """
    fetch('/web/dataset/call_kw', {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({jsonrpc: '2.0', method: 'call', params: %s}),
    }).then((answer) => answer.json()).then((answer) => {
        if (answer.error) throw new Error(answer.error.data.message);
        return answer.result;
    })
"""


class Photographer:
    def __init__(self, job: dict):
        self.job = job
        self.page = Page(job["browser"])

    def call(self, model: str, method: str, *arguments, **options):
        params = {
            "model": model,
            "method": method,
            "args": arguments,
            "kwargs": options,
        }
        return self.page.run(CALL % json.dumps(params))

    def log_in(self) -> None:
        self.page.go(f"{self.job['address']}/web/login?redirect=/web/health")
        self.page.run(
            "document.querySelector('input[name=login]').value = 'admin';"
            "document.querySelector('input[name=password]').value = 'admin';"
            "document.querySelector('form.oe_login_form').submit()"
        )
        self.page.wait_for("location.pathname === '/web/health'", "The login")

    def take_all(self) -> int:
        """Takes the pictures; the number of those that failed."""
        self.log_in()
        failed = 0
        (user,) = self.call("res.users", "search", [("login", "=", "admin")])
        for language in self.job["languages"]:
            self.call("res.users", "write", [user], {"lang": language})
            for screen in SCREENS:
                if self.job["only"] not in screen.name:
                    continue
                for window in self.job["windows"]:
                    failed += not self.take(screen, language, window)
        self.call("res.users", "write", [user], {"lang": self.job["languages"][0]})
        return failed

    def take(self, screen: Screen, language: str, window: str) -> bool:
        width, phone = WINDOWS[window]
        name = f"{screen.name}-{language[:2]}-{window}.png"
        try:
            self.page.resize(width, screen.heights[phone], phone)
            address = f"{self.job['address']}/odoo/{screen.address}"
            if screen.model:
                ids = self.call(
                    screen.model, "search", screen.domain, limit=1, order=screen.order
                )
                if not ids:
                    print(f"{name}: there is no such record", flush=True)
                    return False
                address = address.format(id=ids[0])
            self.page.go(address)
            self.page.wait_for(DRAWN, screen.name)
            time.sleep(0.4)
            for step in screen.steps:
                self.page.run(step)
                time.sleep(0.3)
                self.page.wait_for(DRAWN, screen.name)
            time.sleep(0.4)
            self.page.picture(Path(self.job["folder"]) / name)
        except (TimeoutError, RuntimeError) as error:
            print(f"{name}: {error}", flush=True)
            # What is there instead.
            self.page.picture(Path(self.job["folder"]) / f"failed-{name}")
            return False
        print(name, flush=True)
        return True


def main() -> int:
    photographer = Photographer(json.load(sys.stdin))
    try:
        return 1 if photographer.take_all() else 0
    finally:
        photographer.page.close()


sys.exit(main())
