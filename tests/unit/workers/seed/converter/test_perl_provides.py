from pathlib import Path

import pytest

from workers.seed.converter.perl_provides import perl_provides


@pytest.mark.parametrize(
    ("path", "content", "provides"),
    [
        ("/usr/share/perl5/Test/Deep.pm", "our $VERSION = '1.204';", ["perl(Test::Deep) = 1.204"]),
        ("/usr/share/perl/5.40.1/strict.pm", '$strict::VERSION = "1.13";', ["perl(strict) = 1.13"]),
        ("/usr/lib/x86_64-linux-gnu/perl-base/Cwd.pm", "our $VERSION = v3.9;", ["perl(Cwd) = 3.9"]),
        ("/usr/lib/x86_64-linux-gnu/perl5/5.40/A/B.pm", "package A::B;", ["perl(A::B)"]),
        ("/usr/share/perl5/A.pm", "$VERSION = eval { 1 };", ["perl(A)"]),
        ("/usr/share/perl5/unicore/To/Lower.pl", "", []),
        ("/usr/share/other/A.pm", "", []),
    ],
)
def test_a_module_is_provided_under_its_name(tmp_path: Path, path: str, content: str, provides: list[str]) -> None:
    file = tmp_path / path.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_text(f"package X;\n{content}\n1;\n")
    assert list(perl_provides(tmp_path, [path])) == provides
