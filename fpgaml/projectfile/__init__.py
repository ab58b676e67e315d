"""`fpgaml.yaml`: what a folder's model is converted to, and how, in one file instead of many flags.

Its keys are the options of `fpgaml convert`, by their names; `fpgaml init` writes a first one.
"""
