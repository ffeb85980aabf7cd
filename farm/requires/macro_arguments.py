"""The arguments of a parametric macro, taken apart as rpm's getopt does."""

from collections.abc import Sequence


def split_words(text: str) -> list[str]:
    """Return the words of an argument text; `%{quote:...}`, which marks its ends, is one word."""
    if "\x1f" not in text:
        return text.split()
    words: list[str] = []
    for number, piece in enumerate(text.split("\x1f")):
        words += [piece] if number % 2 else piece.split()
    return words


def call_frame(name: str, options: str, words: Sequence[str], guesses: set[str]) -> dict[str, str]:
    """Return what a macro sees of its call: `0`, `*`, `**`, `#`, `1`..., `-x` and `-x*`.

    Args:
        options: as in the definition; `-` leaves all words alone.
        guesses: an option that the macro does not know is added here: rpm would refuse the spec.
    """
    values = {"0": name, "**": " ".join(words)}
    left = list(words) if options == "-" else _take_options(options, words, values, name, guesses)
    values["*"] = " ".join(left)
    values["#"] = str(len(left))
    values.update((str(number), word) for number, word in enumerate(left, 1))
    return values


def _take_options(
    options: str, words: Sequence[str], values: dict[str, str], name: str, guesses: set[str]
) -> list[str]:
    """Take options from the front of the words (getopt stops at the first that is none); return the others."""
    rest = list(words)
    while rest and len(rest[0]) > 1 and rest[0][0] == "-":
        word = rest.pop(0)
        if word == "--":
            break
        position = 1
        while position < len(word):
            letter = word[position]
            position += 1
            place = options.find(letter)
            if place < 0 or letter == ":":
                guesses.add(f"unknown option -{letter} of %{name}")
                continue
            if options[place + 1 : place + 2] == ":":
                value = word[position:] or (rest.pop(0) if rest else "")
                values[f"-{letter}"] = f"-{letter} {value}"
                values[f"-{letter}*"] = value
                break
            values[f"-{letter}"] = f"-{letter}"
    return rest
