"""What a real dnf5 takes and refuses."""

import gzip
import sys
from pathlib import Path

import pytest
from builders.farm_state import FarmState
from builders.rpms import SmallRpms

from farm.environment import variable
from farm.errors import FarmError
from farm.process import check
from repo_publish.dnf_client import ClientRootError, DnfClient, DnfError
from repo_publish.signer.keyring import Keyring

pytestmark = pytest.mark.integration

RPM = "base/x86_64/Packages/t/text-1-1.noarch.rpm"
REPOMD = "base/x86_64/repodata/repomd.xml"


@pytest.fixture
def client_root() -> Path:
    named = variable("FARM_TEST_CLIENT_ROOT")
    if not named:
        pytest.skip("no client root with dnf5: infra/check makes one and names it in FARM_TEST_CLIENT_ROOT")
    return Path(named)


@pytest.fixture
def tree(farm: FarmState, rpms: SmallRpms, tmp_path: Path) -> Path:
    """Return a copy of a published tree, to be spoiled."""
    farm.judge("text", [rpms.text], rpms.text_source)
    farm.publisher().publish(farm.compose())
    copy = tmp_path / "tree"
    check(["cp", "-a", str(farm.state.repositories.resolve()), str(copy)])
    return copy


@pytest.fixture
def client(client_root: Path, tree: Path, tmp_path: Path, seed_repository: Path) -> DnfClient:
    client = DnfClient(client_root, tmp_path / "client")
    client.add_repository("demo", tree / "base/x86_64", key=tree / "RPM-GPG-KEY-farm")
    client.add_repository("seed", seed_repository)
    return client


def spoil(path: Path, content: bytes) -> None:
    """Replace a file, which is hard-linked to the published one."""
    path.unlink()
    path.write_bytes(content)


def edited(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_installs_and_runs(client: DnfClient, tmp_path: Path) -> None:
    root = tmp_path / "installed"
    client.install(["text", "bash"], root)
    assert client.run(root, ["text"]).stdout == b"hello from text 1\n"


def test_sees_an_update_and_a_rollback(farm: FarmState, rpms: SmallRpms, client_root: Path, tmp_path: Path) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    offered = []
    for newer in (None, rpms.hello2):
        if newer is not None:
            farm.judge("hello", [newer], rpms.hello2_source)
        farm.publisher().publish(farm.compose())
        client = DnfClient(client_root, tmp_path / "client")
        client.add_repository("demo", farm.state.repositories / "base/x86_64", key=farm.state.public_key)
        offered.append(client.dnf(["repoquery", "--quiet", "--qf", "%{full_nevra}\n"], tmp_path / "installed").split())
    assert offered == [["hello-0:1-1.x86_64"], ["hello-0:2-1.x86_64"]]


def test_refuses_an_unsigned_rpm(client: DnfClient, tree: Path, rpms: SmallRpms, tmp_path: Path) -> None:
    """Unsigned, but listed rightly: the metadata is made anew and its signature is not asked for."""
    spoil(tree / RPM, rpms.text.read_bytes())
    check(["rm", "-r", str(tree / "base/x86_64/repodata")])
    check([str(Path(sys.executable).with_name("createrepo_c")), "--quiet", str(tree / "base/x86_64")])
    repo = tmp_path / "client/repos.d/demo.repo"
    repo.write_text(repo.read_text().replace("repo_gpgcheck=1", "repo_gpgcheck=0"))
    with pytest.raises(DnfError) as refused:
        client.install(["text"], tmp_path / "installed")
    assert "not signed" in refused.value.why


def test_refuses_an_edited_rpm(client: DnfClient, tree: Path, tmp_path: Path) -> None:
    spoil(tree / RPM, edited((tree / RPM).read_bytes()))
    with pytest.raises(DnfError) as refused:
        client.install(["text"], tmp_path / "installed")
    assert "text" in refused.value.why
    assert not (tmp_path / "installed/usr/bin/text").exists()


def test_refuses_an_edited_repomd(client: DnfClient, tree: Path, tmp_path: Path) -> None:
    spoil(tree / REPOMD, (tree / REPOMD).read_bytes().replace(b"<revision>", b"<revision>0"))
    with pytest.raises(DnfError) as refused:
        client.install(["text"], tmp_path / "installed")
    assert "signature" in refused.value.why.lower()


def test_refuses_a_repomd_without_a_signature(client: DnfClient, tree: Path, tmp_path: Path) -> None:
    (tree / f"{REPOMD}.asc").unlink()
    with pytest.raises(DnfError):
        client.install(["text"], tmp_path / "installed")


def test_refuses_edited_package_metadata(client: DnfClient, tree: Path, tmp_path: Path) -> None:
    (primary,) = (tree / "base/x86_64/repodata").glob("*-primary.xml.zst")
    spoil(primary, gzip.compress(b"<metadata/>"))
    with pytest.raises(DnfError):
        client.install(["text"], tmp_path / "installed")


def test_refuses_another_key(client_root: Path, tree: Path, tmp_path: Path) -> None:
    home = tmp_path / "other"
    home.mkdir(mode=0o700)
    with Keyring.open(home / "gnupg", tmp_path / "other-key"):
        client = DnfClient(client_root, tmp_path / "client")
        client.add_repository("demo", tree / "base/x86_64", key=tmp_path / "other-key")
        with pytest.raises(DnfError) as refused:
            client.install(["text"], tmp_path / "installed")
    assert "signature" in refused.value.why.lower()


def test_root_without_dnf5_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClientRootError) as error:
        DnfClient(tmp_path, tmp_path / "work")
    assert isinstance(error.value, FarmError)
