"""The trigger tasks lie in `models/`, and are imported as `fpgaml_models`: no `models/` of a user shadows them."""

from setuptools import find_packages, setup

tasks = [f"fpgaml_{name}" for name in find_packages(include=["models", "models.*"])]
setup(packages=[*find_packages(include=["fpgaml", "fpgaml.*"]), *tasks], package_dir={"fpgaml_models": "models"})
