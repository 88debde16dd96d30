"""`python -m singlewindow` is the command `singlewindow`."""

from singlewindow.cli import main

main()
