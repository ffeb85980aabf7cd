"""What a configuration file says around a key: on which lines it stands, and the comment above it."""

from pathlib import Path

from farm.project.errors import TomlError
from farm.project.keys import Keys
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
        """Return the comment on a key: behind it, above it, or above the nearest table around it that has one."""
        for length in range(len(keys), 1, -1):
            line = self._keys.get(keys[:length])
            words = self._comment_at(line) if line else ""
            if words:
                return words
        return ""

    def _comment_at(self, number: int) -> str:
        line = self._lines[number - 1]
        if " # " in line:
            return line.rpartition(" # ")[2].strip()
        words: list[str] = []
        for above in reversed(self._lines[: number - 1]):
            stripped = above.strip()
            if not stripped.startswith("#") or len(words) == _MOST_COMMENT:
                break
            words.append(stripped.lstrip("#").strip())
        return " ".join(word for word in reversed(words) if word)
