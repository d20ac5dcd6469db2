"""Running other programs, with their failures put into words."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .messages import SetupError

# A caller's own PostgreSQL or Odoo settings must not steer the private ones.
FOREIGN_PREFIXES = ("PG", "ODOO_RC", "OPENERP_SERVER", "PYTHONPATH", "PYTHONHOME")


def clean_environment(**values: str) -> dict[str, str]:
    """This process's environment without foreign settings, plus ``values``."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN_PREFIXES)
    }
    return environment | values


def run(
    command: Sequence[str | Path],
    failure: str,
    remedy: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    tail: int = 15,
    **options,
) -> str:
    """Runs a program to its end and returns what it wrote to standard output.

    ``log`` receives both outputs instead (and the result is empty). Raises
    ``SetupError`` with ``failure``, the last ``tail`` lines of output and ``remedy``
    when the program is missing or ends with another code than 0.
    """
    arguments = [str(part) for part in command]
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options["env"] = dict(environment) if environment is not None else None
    try:
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as stream:
                done = subprocess.run(
                    arguments, stdout=stream, stderr=subprocess.STDOUT, **options
                )
            output, complaint = "", ""
        else:
            done = subprocess.run(
                arguments,
                capture_output=True,
                text=True,
                errors="replace",
                **options,
            )
            output, complaint = done.stdout, done.stderr or done.stdout
    except FileNotFoundError as error:
        raise SetupError(
            f"{failure}: the program {error.filename} is missing.", remedy
        ) from None
    if done.returncode == 0:
        return output
    if log:
        complaint = log.read_text(errors="replace")
    lines = complaint.strip().splitlines()[-tail:]
    if log:
        lines.append(f"(all of it: {log})")
    said = "\n".join(f"    {line}" for line in lines)
    raise SetupError(
        f"{failure} ({Path(arguments[0]).name} ended with code {done.returncode}):\n"
        f"{said}",
        remedy,
    )


class Terminated(KeyboardInterrupt):
    """This process was asked to end by another one (not by Ctrl-C)."""


def attend(command: Sequence[str], **options) -> int:
    """Runs a program that shares this terminal to its end; returns its exit code.

    Ctrl-C reaches it directly; it gets the time to end in its own way before
    ``KeyboardInterrupt`` is raised here.
    """
    process = subprocess.Popen(command, **options)
    try:
        return process.wait()
    except Terminated:
        end(process)
        raise
    except KeyboardInterrupt:
        process.wait()
        raise


def attend_all(commands: Sequence[Sequence[str]], **options) -> list[int]:
    """Runs programs side by side to their end; returns their exit codes.

    The first shares this terminal (see ``attend``); what another writes is shown as a
    whole once all before it have ended.
    """
    first, *others = commands
    with contextlib.ExitStack() as stack:
        beside = []
        for command in others:
            output = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, **options
            )
            stack.callback(end, process)
            beside.append((process, output))
        codes = [attend(first, **options)]
        for process, output in beside:
            codes.append(process.wait())
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return codes


def end(process: subprocess.Popen) -> None:
    """Asks a program to end, and ends it if it does not."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def port_is_taken(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
