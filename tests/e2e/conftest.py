"""The whole farm on a small project: real rpmbuild, Ray, libsolv, gpg, createrepo_c and dnf5."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def layer_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Buildroot layers, shared by all tests of this worker: they depend on the seed alone."""
    return tmp_path_factory.mktemp("cache")
