from pathlib import Path

import pytest

from farm.project.decode import decode_document
from farm.project.errors import SchemaError
from farm.project.key_spelling import respell
from farm.project.schema import ConfigFile

HERE = Path("/p/a.toml")


def test_keys_in_another_case_are_taken_as_azldev_takes_them() -> None:
    document = {"Components": {"A": {"SPEC": {"Type": "upstream"}, "Overlays": [{"TYPE": "file-remove"}]}}}
    found = respell(document, ConfigFile)
    assert found.document == {
        "components": {"A": {"spec": {"type": "upstream"}, "overlays": [{"type": "file-remove"}]}}
    }
    assert ("Components", "A", "SPEC", "Type") in found.keys
    assert decode_document(document, HERE, ConfigFile, permissive=False).components["A"].spec.type == "upstream"


def test_a_key_in_both_cases_is_a_fault() -> None:
    document = {"components": {"a": {"spec": {"type": "upstream", "Type": "local"}}}}
    with pytest.raises(SchemaError) as caught:
        decode_document(document, HERE, ConfigFile, permissive=False)
    assert "unknown key `Type`" in caught.value.why


def test_names_that_a_project_chooses_stay() -> None:
    document = {"components": {"GitPython": {"build": {"defines": {"With": "1"}}}}, "tools": {"imagecustomizer": {}}}
    found = respell(document, ConfigFile)
    assert found.keys == [("tools", "imagecustomizer")]
