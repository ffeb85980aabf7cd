"""Conformance vectors: facts about azldev, kept beside the project."""

import gzip
import json
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

T = TypeVar("T")

DIRECTORY = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"


def read_vectors(name: str, shape: type[T]) -> list[T]:
    """Return the vectors of a file, or none where the folder is absent (`require_vectors` says so)."""
    path = DIRECTORY / name
    if not path.is_file():
        return []
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return msgspec.convert(json.loads(data)["vectors"], list[shape])  # type: ignore[valid-type]


def require_vectors(name: str) -> None:
    """Skip visibly where the vectors are not there."""
    if not (DIRECTORY / name).is_file():
        pytest.skip(f"no conformance vectors: {DIRECTORY / name} is not there")
