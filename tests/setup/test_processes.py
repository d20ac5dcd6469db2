import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from setup.lib import commands, processes
from setup.lib.messages import SetupError

CHECKOUT = Path(__file__).resolve().parents[2]

# A command of setup/ that runs a program which takes its time to end.
ATTENDING = """
import signal, sys
from setup.lib import commands, processes
program = '''
import sys, time
try:
    print("ready", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    time.sleep(1)
    print("ended in its own way", flush=True)
'''
commands.main(lambda arguments: processes.attend([sys.executable, "-c", program]))
"""


def attending():
    process = subprocess.Popen(
        [sys.executable, "-c", ATTENDING],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_ctrl_c_leaves_the_program_time_to_end():
    process = attending()
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "ended in its own way\n"
    assert process.returncode == 130


def test_a_termination_is_passed_on():
    process = attending()
    started = time.monotonic()
    process.terminate()
    # The end of the output: the program has gone as well.
    assert process.communicate(timeout=20)[0] == ""
    assert process.returncode == 130
    assert time.monotonic() - started < 15


SIDE_BY_SIDE = """
import sys
from setup.lib import commands, processes
waits = "import sys, time; time.sleep(1); print('first', flush=True); sys.exit(0)"
fails = "print('second', flush=True); raise SystemExit(3)"
programs = [[sys.executable, "-c", program] for program in (waits, fails)]
commands.main(lambda arguments: commands.combined(processes.attend_all(programs)))
"""


def test_programs_run_side_by_side_and_are_shown_one_by_one():
    done = subprocess.run(
        [sys.executable, "-c", SIDE_BY_SIDE],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "first\nsecond\n"
    assert done.returncode == 3


BESIDE = """
import sys
from setup.lib import commands, processes
programs = [
    [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(30)"],
    [sys.executable, "-c", "import time; time.sleep(2); open(%r, 'w').close()"],
]
commands.main(lambda arguments: processes.attend_all(programs))
"""


def test_a_termination_ends_every_program(tmp_path):
    late = tmp_path / "late"
    process = subprocess.Popen(
        [sys.executable, "-c", BESIDE % str(late)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 130
    time.sleep(2.5)
    assert not late.exists()


@pytest.mark.parametrize(
    "codes, code",
    [([0, 0], 0), ([0, 1], 1), ([-9, 0], -9), ([0, 5], 0), ([5, 1], 1), ([5, 5], 5)],
)
def test_runs_of_pytest_have_one_exit_code(codes, code):
    assert commands.combined(codes) == code


def test_a_failure_is_quoted_with_what_mends_it(tmp_path):
    program = "import sys; print('first'); sys.exit('the reason')"
    with pytest.raises(SetupError) as failed:
        processes.run(
            [sys.executable, "-c", program], "It failed", "Mend it.", log=tmp_path / "l"
        )
    assert "It failed" in failed.value.message
    assert "    the reason" in failed.value.message
    assert str(tmp_path / "l") in failed.value.message
    assert failed.value.remedy == "Mend it."


def test_a_missing_program_is_named():
    with pytest.raises(SetupError, match="program no-such-program is missing"):
        processes.run(["no-such-program"], "It failed")


def test_a_programs_standard_output_is_returned_alone():
    program = "import sys; print('answer'); print('chatter', file=sys.stderr)"
    assert processes.run([sys.executable, "-c", program], "fails") == "answer\n"
