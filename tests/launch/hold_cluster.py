"""Run a cluster until killed: `hold_cluster.py FOLDER BINARIES tied|loose`; prints the server's pid.

`loose` gives up the tie between launcher and server, as on a system without PR_SET_PDEATHSIG.
"""

import sys
import time
from pathlib import Path

from singlewindow.launch import binaries, process
from singlewindow.launch.postgres import Cluster

folder, programs, tie = sys.argv[1:]
if tie == "loose":
    process._libc = None
with Cluster(Path(folder), fast=True, binaries=binaries.inspect(Path(programs))) as cluster:
    print(cluster.pid)
    time.sleep(60)
