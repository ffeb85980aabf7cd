from pathlib import Path

import pytest

from farm.store.directory_store import DirectoryStore
from farm.store.probe import ConditionalCreateError, probe_conditional_create


class OverwritingStore(DirectoryStore):
    """Ignores the condition, as an S3 that does not know If-None-Match."""

    def create_record(self, name: str, data: bytes) -> bool:
        self.delete_record(name)
        return super().create_record(name, data)


class LyingStore(DirectoryStore):
    """Keeps the first record, but tells everybody that theirs was created."""

    def create_record(self, name: str, data: bytes) -> bool:
        super().create_record(name, data)
        return True


@pytest.mark.parametrize("kind", [OverwritingStore, LyingStore])
def test_a_store_that_ignores_the_condition_is_refused(tmp_path: Path, kind: type[DirectoryStore]) -> None:
    with pytest.raises(ConditionalCreateError) as caught:
        kind(tmp_path)
    assert "conditional" in caught.value.hint


def test_the_probe_leaves_nothing(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    probe_conditional_create(store)
    assert store.records("") == []
