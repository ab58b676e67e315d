"""`python -m fpgaml`: the same as the command `fpgaml`."""

from fpgaml.cli.main import main

main()
