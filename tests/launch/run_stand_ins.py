"""The launcher with small programs in place of the real parts: `run_stand_ins.py ORDER_FILE`.

Each part writes its name to ORDER_FILE when it is asked to end; the part named by SLOW_PART works on for
SLOW_SECONDS before it ends, and then writes that too. The part named by SLOW_TO_BEGIN needs a second until it can work.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from singlewindow.launch import launcher, parts, summary
from singlewindow.launch.errors import LaunchError
from singlewindow.launch.settings import LaunchSettings
from singlewindow.launch.setup import Setup

PART = """
import http.server, os, signal, socket, sys, time
name, port, order = sys.argv[1:]
def end(*_):
    with open(order, "a") as file: print(name, file=file)
    if name == os.environ.get("SLOW_PART"):
        time.sleep(float(os.environ["SLOW_SECONDS"]))
        with open(order, "a") as file: print(name, "done", file=file)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
leaving = []
def leave(*_):
    leaving.append(True)
    if port == "0": end()
signal.signal(signal.SIGUSR1, leave)
print(name, "runs as", os.getpid(), flush=True)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
given = os.environ.get("SINGLEWINDOW_LISTENING_SOCKET")
if name == "worker" and os.path.exists(os.environ.get("WORKER_FAILS", "")):
    sys.exit("cannot work")
def ready():
    if name == os.environ.get("SLOW_TO_BEGIN"): time.sleep(1)
    print(name, "can work", flush=True)
    os.write(int(os.environ["SINGLEWINDOW_READY_PIPE"]), b"ready")
if port == "0":
    ready()
    signal.pause()
server = http.server.HTTPServer(("127.0.0.1", int(port)), Answer, bind_and_activate=not given)
if given:
    server.socket = socket.socket(fileno=int(given))
ready()
server.timeout = 0.05
server.socket.settimeout(0.05)  # another process may have taken the connection
while not leaving:
    server.handle_request()  # which is answered before the end
end()
"""


def stand_ins(order: str) -> Callable[[LaunchSettings], list[parts.Part]]:
    def made(settings: LaunchSettings) -> list[parts.Part]:
        return [
            replace(part, command=(sys.executable, "-c", PART, part.name, port(part), order))
            for part in parts.all_parts(settings)
        ]

    return made


def port(part: parts.Part) -> str:
    return str(part.port.number) if part.port else "0"


launcher.all_parts = stand_ins(sys.argv[1])  # type: ignore[attr-defined, assignment]  # replaced where it is used
Setup.run = lambda self, report: None  # type: ignore[method-assign]
summary.show = lambda *_: None
try:
    launcher.Launcher(LaunchSettings(), Console()).run()
except LaunchError as error:
    print(error)
    sys.exit(os.EX_UNAVAILABLE)
