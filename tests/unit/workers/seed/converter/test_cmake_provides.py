from pathlib import Path

from workers.seed.converter.cmake_provides import cmake_provides


def test_package_files_are_provided_as_they_are_called_and_in_lower_case(tmp_path: Path) -> None:
    directory = tmp_path / "usr/lib/x86_64-linux-gnu/cmake/PNG"
    directory.mkdir(parents=True)
    (directory / "PNGConfigVersion.cmake").write_text('set(PACKAGE_VERSION "1.6.48")\n')
    paths = [
        f"/usr/lib/x86_64-linux-gnu/cmake/PNG/PNG{suffix}.cmake" for suffix in ("Config", "ConfigVersion", "Targets")
    ]
    assert list(cmake_provides(tmp_path, paths)) == ["cmake(PNG) = 1.6.48", "cmake(png) = 1.6.48"]


def test_without_a_version_file_there_is_no_version(tmp_path: Path) -> None:
    assert list(cmake_provides(tmp_path, ["/usr/share/cmake/expat/expat-config.cmake"])) == ["cmake(expat)"]
