"""A child of `children.py` whose start takes longer than a piece may; it answers what it is given."""

from __future__ import annotations

import time

from singlewindow.kernel.printing.child import serve

if __name__ == "__main__":
    time.sleep(1.5)
    serve(lambda work: work)
