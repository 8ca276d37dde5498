"""What pyproject.toml cannot say: folders beside the package that travel inside it, and the SDK under its own name.

`workbench.data` finds `wit`, `resources` and `proto` in either place. Actors import `plexspaces`, and so do the editors
of those who write them.
"""

from __future__ import annotations

from setuptools import find_packages, setup

BESIDE = {f"workbench.{name}": name for name in ("proto", "resources", "wit")}
SDK = "workbench/guest"

setup(
    packages=[*find_packages(include=["workbench*", "ui*"]), *find_packages(SDK, include=["plexspaces*"]), *BESIDE],
    package_dir={**BESIDE, "plexspaces": f"{SDK}/plexspaces"},
    package_data={"": ["py.typed"], **{package: ["**/*"] for package in BESIDE}},
)
