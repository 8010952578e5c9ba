"""A rival in a process of its own, under its own interpreter; how they talk is in
answer.py."""
import json
import os
import subprocess

import install

# Variables that would bend a rival's choice of kernels or threads.
LEFT_OUT = ("OPENBLAS_CORETYPE", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "ONEDNN_MAX_CPU_ISA",
            "DNNL_MAX_CPU_ISA", "PYTHONPATH")


class RivalError(Exception):
    pass


def environment():
    env = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    env["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(install.ROOT, "venv", "compiled")
    return env


class Rival:
    """`name` is its name and version; `about`, all that it tells of itself."""

    def __init__(self, python, script, log):
        here = os.path.dirname(os.path.abspath(__file__))
        self.script = script
        self.python = python
        with open(log, "a") as errors:
            self.process = subprocess.Popen(
                [python, os.path.join(here, script)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors, text=True, env=environment())
        try:
            self.about = self.ask("about")
        except RivalError:
            self.close()
            raise
        self.name = self.about["name"]

    def ask(self, what, **details):
        try:
            self.process.stdin.write(json.dumps({"do": what, **details}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RivalError(f"{self.script} ended unasked")
        reply = json.loads(line)
        if "error" in reply:
            raise RivalError(reply["error"])
        return reply

    def close(self):
        """Ends it; the bytes that were resident at most."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss * 1024
