"""Bootstrap declarations that are wrong, or made to harm: each is refused in words, with its place."""

import time
from pathlib import Path

import pytest
from builders.projects import write_files

from farm.bootstrap_source import BootstrapSpecs, UnknownBcondError
from farm.errors import ProjectError
from farm.project.farm_file import read_farm_settings
from farm.project.farm_settings import BootstrapSetting, FarmSettings
from farm.project.loader import load_project

pytestmark = [pytest.mark.hostile, pytest.mark.usefixtures("own_directories")]


@pytest.mark.parametrize(
    "bcond",
    [
        "",
        " ",
        "a b",
        "x --eval %{lua:os.execute('id')}",
        "x\\n%global evil 1",
        "%{echo:x}",
        "../x",
        "-x",
        "x" * 65,
        "bö",
        "x\\u0000",
    ],
)
def test_what_is_no_plain_word_never_reaches_a_spec(tmp_path: Path, bcond: str) -> None:
    write_files(tmp_path, {"farm.toml": f'[bootstrap]\nalpha = "{bcond}"\n'})

    with pytest.raises(ProjectError) as caught:
        read_farm_settings(tmp_path)
    assert "farm.toml:2" in caught.value.why


@pytest.mark.parametrize(
    "text",
    [
        "bootstrap = 1\n",
        'bootstrap = ["alpha"]\n',
        "[bootstrap]\nalpha = true\n",
        '[bootstrap]\nalpha = ["a", "b"]\n',
        '[bootstrap.alpha]\nbcond = "tiny"\n',
        '[[bootstrap]]\nalpha = "tiny"\n',
        '[bootstrap]\nalpha = "tiny"\nalpha = "big"\n',
    ],
)
def test_another_shape_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    write_files(tmp_path, {"farm.toml": text})

    with pytest.raises(ProjectError) as caught:
        read_farm_settings(tmp_path)
    assert "farm.toml:" in caught.value.why


@pytest.mark.parametrize("name", ["absent", "", "../alpha", "ALPHA", "\\u202egnp", "alpha.x86_64"])
def test_a_component_that_is_none_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    write_files(
        tmp_path,
        {
            "azldev.toml": '[components.alpha]\nspec = { type = "local", path = "alpha.spec" }\n',
            "alpha.spec": "%bcond_with tiny\n",
            "farm.toml": f'[bootstrap]\n"{name}" = "tiny"\n',
        },
    )

    with pytest.raises(ProjectError, match=r"\[bootstrap\] names an unknown component") as caught:
        load_project(tmp_path)
    assert f"{tmp_path / 'farm.toml'}:2: " in caught.value.why
    assert caught.value.code == "PRJ007"
    assert caught.value.hint


@pytest.mark.parametrize(
    "spec",
    [
        b"%bcond_with " + b" " * 2**20 + b"other",
        b"%{" + b"!" * 2**20,
        b"%{?" * 2**18,
        b"%bcond_with tiny_" * 2**16,
        bytes(range(256)) * 2**12,
    ],
)
def test_a_spec_that_was_made_to_be_slow_is_read_in_time(tmp_path: Path, spec: bytes) -> None:
    specs = BootstrapSpecs(FarmSettings(bootstrap=(BootstrapSetting(component="alpha", bcond="tiny"),)), tmp_path)
    began = time.process_time()

    with pytest.raises(UnknownBcondError):
        specs.spec("alpha", {"alpha.spec": spec})
    assert time.process_time() - began < 5
