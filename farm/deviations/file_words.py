"""What a configuration file says around a key: on which lines it stands, and the comment above it."""

from pathlib import Path

from farm.project.errors import TomlError
from farm.project.origin import Keys
from farm.project.toml_file import read_text
from farm.project.toml_locator import key_lines

_MOST_COMMENT = 12


class FileWords:
    """One file."""

    def __init__(self, path: Path) -> None:
        try:
            text = read_text(path)
        except TomlError:
            text = ""
        self._lines = text.split("\n")
        self._keys = key_lines(text) if text else {}

    def span(self, keys: Keys) -> tuple[int, int]:
        """Return the first and last line of a key and all below it, from 1; of the nearest table around it else."""
        for length in range(len(keys), 0, -1):
            found = [line for key, line in self._keys.items() if key[:length] == keys[:length]]
            if found:
                return min(found), max(found)
        return 1, 1

    def comment(self, keys: Keys) -> str:
        """Return the comment that stands right above a key, or behind it on its line; empty where there is none."""
        first, _ = self.span(keys)
        behind = self._lines[first - 1].rpartition(" # ")[2] if " # " in self._lines[first - 1] else ""
        if behind:
            return behind.strip()
        words: list[str] = []
        for line in reversed(self._lines[: first - 1]):
            stripped = line.strip()
            if not stripped.startswith("#") or len(words) == _MOST_COMMENT:
                break
            words.append(stripped.lstrip("#").strip())
        return " ".join(word for word in reversed(words) if word)
