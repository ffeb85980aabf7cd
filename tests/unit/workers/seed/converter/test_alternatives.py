from hypothesis import given
from hypothesis import strategies as st

from workers.seed.converter.alternatives import Alternative, lua_links, parse_alternatives

AUTOMAKE = r"""
ver=1.17
prio=50
update-alternatives --install /usr/bin/automake automake \
	/usr/bin/automake-$ver $prio \
	--slave /usr/bin/aclocal aclocal /usr/bin/aclocal-${ver} \
	--slave /usr/share/man/man1/automake.1.gz automake.1.gz \
	/usr/share/man/man1/automake-$ver.1.gz
"""


def test_links_and_slaves_are_read_with_plain_variables_expanded() -> None:
    assert parse_alternatives(AUTOMAKE) == (
        Alternative(link="/usr/bin/aclocal", target="/usr/bin/aclocal-1.17"),
        Alternative(link="/usr/bin/automake", target="/usr/bin/automake-1.17"),
    )


def test_comments_and_what_needs_a_shell_are_left_out() -> None:
    script = "# update-alternatives --install /usr/bin/a a /usr/bin/b 1\nx --install /usr/bin/$p p /usr/bin/$(q) 1\n"
    assert parse_alternatives(script) == ()


def test_paths_are_those_of_the_merged_usr() -> None:
    found = parse_alternatives("update-alternatives --quiet --install /lib/cpp cpp /bin/cpp 10")
    assert found == (Alternative(link="/usr/lib/cpp", target="/usr/bin/cpp"),)


def test_a_path_that_would_end_the_lua_string_is_left_out() -> None:
    assert parse_alternatives('x --install /usr/bin/a") a /usr/bin/b 1') == ()


def test_a_link_is_made_only_where_there_is_none() -> None:
    (line,) = lua_links((Alternative(link="/usr/bin/cc", target="/usr/bin/gcc"),))
    assert line.startswith('if not posix.stat("/usr/bin/cc") then')
    assert 'posix.symlink("/usr/bin/gcc", "/usr/bin/cc")' in line


@given(st.text())
def test_any_script_gives_only_links_that_lua_can_quote(script: str) -> None:
    for each in parse_alternatives(script + " --install /a b /" + script):
        assert '"' not in each.link + each.target
        assert "\n" not in each.link + each.target
