from infra.demo.layout.debian_origin import RemoteFile, parse_uris

DIGEST = "ab" * 32


def test_the_files_of_a_source_package_are_found_among_chatter() -> None:
    output = (
        "Reading package lists...\nNeed to get 3 kB of source archives.\n"
        f"'file:///srv/pool/c/cowsay/cowsay_3%2bdfsg.orig.tar.gz' cowsay_3+dfsg.orig.tar.gz 144 SHA256:{DIGEST}\n"
        f"'file:///srv/pool/c/cowsay/cowsay_3.dsc' cowsay_3.dsc 12 SHA256:{DIGEST}\n"
    )
    found = parse_uris(output)
    assert sorted(found) == ["cowsay_3+dfsg.orig.tar.gz", "cowsay_3.dsc"]
    assert found["cowsay_3+dfsg.orig.tar.gz"] == RemoteFile(
        uri="file:///srv/pool/c/cowsay/cowsay_3%2bdfsg.orig.tar.gz",
        name="cowsay_3+dfsg.orig.tar.gz",
        hash=f"SHA256:{DIGEST}",
    )


def test_chatter_alone_is_nothing() -> None:
    assert parse_uris("E: Unable to find a source package for x\n") == {}
