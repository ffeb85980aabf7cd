"""The signer: what it refuses, and that its key is safe. Real gpg, real sockets."""

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from builders.builds import digest
from builders.farm_state import FarmState
from builders.node_inputs import locked
from builders.rpms import SmallRpms

from farm.canonical import decode, encode
from farm.clock import SystemClock
from farm.digest import Digest, digest_file
from farm.errors import FarmError, SigningError
from farm.events import RunStatus
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs, record_name
from farm.process import BASE_ENVIRONMENT, check
from farm.rpm_facts import RpmFacts
from farm.states import NodeState
from farm.store.artifact_store import CorruptBlobError
from farm.verdict import VerdictStatus
from repo_publish.repodata import render
from repo_publish.signature_header import read_front
from repo_publish.signer.errors import (
    AlreadyRunningError,
    KeyUnavailableError,
    NotAdmittedError,
    NotMadeHereError,
    TamperedError,
)
from repo_publish.signer.journal import Journal
from repo_publish.signer.keyring import Keyring
from repo_publish.signer.launch import signer
from repo_publish.signer.messages import (
    Describe,
    Described,
    ListedPackage,
    Listing,
    Refused,
    SignedRepomd,
    SignedRpm,
    SignedRpms,
    SignRepomd,
    SignRpms,
    parse_response,
    receive,
    send,
)
from repo_publish.signer.paths import SignerPaths
from repo_publish.signer.private_directory import make_private
from repo_publish.signer.process import run_signer
from repo_publish.signer.server import connect, sole_signer
from repo_publish.signer.service import SignerService, signed_record
from repo_publish.verify import bad_rpm_signatures, fingerprint_of, is_well_signed

pytestmark = pytest.mark.integration

CLOCK = SystemClock()


class EndsOnceSeen(SystemClock):
    """A clock on which another signer ends as soon as a new one has given way to it."""

    def __init__(self, other: contextlib.ExitStack, log: Path) -> None:
        self._other = other
        self._log = log

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if AlreadyRunningError.code in self._log.read_text():
            self._other.close()


@pytest.fixture
def keyring(farm: FarmState) -> Iterator[Keyring]:
    make_private(farm.state.signer)
    with Keyring.open(SignerPaths.of(farm.state).gnupg, farm.state.public_key) as keyring:
        yield keyring


@pytest.fixture
def service(farm: FarmState, keyring: Keyring) -> SignerService:
    paths = SignerPaths.of(farm.state)
    return SignerService(
        keyring=keyring,
        authority=farm.authority(),
        journal=Journal(paths.journal),
        store=farm.store,
        scratch=paths.scratch,
        clock=CLOCK,
    )


def sign(service: SignerService, build_id: str, *unsigned: str) -> tuple[SignedRpm, ...]:
    answer = service.answer(SignRpms(build_id=build_id, unsigned=unsigned))
    assert isinstance(answer, SignedRpms)
    return answer.rpms


def listing(farm: FarmState, build_id: str, *unsigned: str) -> Digest:
    packages = tuple(ListedPackage(build_id=build_id, unsigned=each) for each in unsigned)
    return farm.store.put_bytes(encode(Listing(packages=packages)))


class TestRpms:
    def test_signature_changes_nothing_behind_it(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService, tmp_path: Path
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        made = sign(service, verdict.build_id, verdict.rpms[0].digest, digest_file(rpms.hello_source))
        for rpm, original in zip(made, (rpms.hello, rpms.hello_source), strict=True):
            signed = tmp_path / original.name
            farm.store.export(rpm.signed, signed)
            with signed.open("rb") as one, original.open("rb") as other:
                fronts = read_front(one), read_front(other)
            assert fronts[0].main_header == fronts[1].main_header
            contents = signed.read_bytes(), original.read_bytes()
            assert contents[0][fronts[0].main_offset :] == contents[1][fronts[1].main_offset :]
            assert bad_rpm_signatures(tmp_path, [original.name], farm.state.public_key, fingerprint(farm)) == {}

    def test_same_bytes_as_rpmsign(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService, keyring: Keyring, tmp_path: Path
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        (made,) = sign(service, verdict.build_id, verdict.rpms[0].digest)
        theirs = tmp_path / "hello.rpm"
        theirs.write_bytes(rpms.hello.read_bytes())
        defines = {
            "__gpg": "/usr/bin/gpg",
            "_gpg_name": keyring.key.fingerprint,
            "_gpg_path": str(SignerPaths.of(farm.state).gnupg),
            "_gpg_sign_cmd_extra_args": f"--faked-system-time {keyring.key.created}!",
        }
        words = [word for name, body in defines.items() for word in ("--define", f"{name} {body}")]
        check(["rpmsign", *words, "--addsign", str(theirs)], environment={**BASE_ENVIRONMENT, "HOME": str(tmp_path)})
        assert digest_file(theirs) == made.signed

    def test_signing_again_gives_the_same(self, farm: FarmState, rpms: SmallRpms, service: SignerService) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        unsigned = verdict.rpms[0].digest
        first = sign(service, verdict.build_id, unsigned)
        assert sign(service, verdict.build_id, unsigned) == first
        SignerPaths.of(farm.state).journal.joinpath(unsigned[:2], unsigned).unlink()
        assert sign(service, verdict.build_id, unsigned) == first
        record = farm.store.record(signed_record(fingerprint(farm), unsigned))
        assert record is not None
        assert decode(record, SignedRpm) == first[0]

    def test_refuses_what_no_verdict_covers(self, farm: FarmState, rpms: SmallRpms, service: SignerService) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        other = farm.store.put_file(rpms.text)
        for build_id, unsigned in (
            (verdict.build_id, other),
            (digest("no such build"), verdict.rpms[0].digest),
            (verdict.build_id, digest("no such RPM")),
        ):
            with pytest.raises(NotAdmittedError):
                sign(service, build_id, unsigned)
        with pytest.raises(NotAdmittedError):
            sign(service, verdict.build_id, verdict.rpms[0].digest, other)

    @pytest.mark.parametrize("status", [VerdictStatus.UNREPRODUCIBLE, VerdictStatus.FAILED])
    def test_refuses_what_did_not_pass(
        self, status: VerdictStatus, farm: FarmState, rpms: SmallRpms, service: SignerService
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source, status=status)
        for unsigned in (verdict.rpms[0].digest, digest_file(rpms.hello_source)):
            with pytest.raises(NotAdmittedError):
                sign(service, verdict.build_id, unsigned)

    def test_replay_after_withdrawal_is_refused(self, farm: FarmState, rpms: SmallRpms, service: SignerService) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        sign(service, verdict.build_id, verdict.rpms[0].digest)
        farm.record(replace(verdict, status=VerdictStatus.UNREPRODUCIBLE))
        with pytest.raises(NotAdmittedError):
            sign(service, verdict.build_id, verdict.rpms[0].digest)

    def test_refuses_a_source_rpm_that_was_exchanged_in_the_record(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        inputs = load_inputs(farm.store, verdict.build_id)
        assert inputs is not None
        other = farm.store.put_file(rpms.text_source)
        swapped = replace(inputs, source_rpm=replace(inputs.source_rpm, digest=other))
        rebuilt = replace(swapped, build=replace(inputs.build, source_rpm=other))
        for forged in (swapped, rebuilt):
            farm.store.delete_record(record_name(verdict.build_id))
            farm.store.create_record(record_name(verdict.build_id), encode(forged))
            with pytest.raises(NotAdmittedError):
                sign(service, verdict.build_id, other)

    def test_refuses_a_file_that_is_not_what_was_judged(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        (rpm,) = verdict.rpms
        for wrong in (
            replace(rpm, header=digest("other header")),
            replace(rpm, payload=digest("other payload")),
            replace(rpm, nevra=replace(rpm.nevra, version="9")),
        ):
            farm.record(replace(verdict, rpms=(wrong,)))
            with pytest.raises(TamperedError):
                sign(service, verdict.build_id, rpm.digest)

    def test_refuses_an_edited_blob(self, farm: FarmState, rpms: SmallRpms, service: SignerService) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        unsigned = verdict.rpms[0].digest
        (blob,) = [path for path in farm.state.store.rglob(unsigned) if path.is_file()]
        blob.chmod(0o600)
        content = blob.read_bytes()
        for edited in (content[:-1] + b"x", content[:-1], b""):
            blob.write_bytes(edited)
            with pytest.raises(CorruptBlobError):
                sign(service, verdict.build_id, unsigned)


class TestRepomd:
    def test_signs_what_its_packages_give(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService, tmp_path: Path
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        unsigned = verdict.rpms[0].digest
        (made,) = sign(service, verdict.build_id, unsigned)
        repomd = render([decode(farm.store.read(made.facts), RpmFacts)]).repomd
        request = SignRepomd(listing=listing(farm, verdict.build_id, unsigned), repomd=farm.store.put_bytes(repomd))
        answer = service.answer(request)
        assert isinstance(answer, SignedRepomd)
        (tmp_path / "repomd.xml").write_bytes(repomd)
        farm.store.export(answer.signature, tmp_path / "repomd.xml.asc")
        assert is_well_signed(tmp_path / "repomd.xml", tmp_path / "repomd.xml.asc", farm.state.public_key)
        (tmp_path / "repomd.xml").write_bytes(repomd + b"\n")
        assert not is_well_signed(tmp_path / "repomd.xml", tmp_path / "repomd.xml.asc", farm.state.public_key)

    def test_refuses_other_metadata(self, farm: FarmState, rpms: SmallRpms, service: SignerService) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        unsigned = verdict.rpms[0].digest
        (made,) = sign(service, verdict.build_id, unsigned)
        repomd = render([decode(farm.store.read(made.facts), RpmFacts)]).repomd
        for content in (repomd + b"\n", render([]).repomd, b""):
            request = SignRepomd(
                listing=listing(farm, verdict.build_id, unsigned), repomd=farm.store.put_bytes(content)
            )
            with pytest.raises(NotMadeHereError):
                service.answer(request)

    def test_refuses_packages_that_it_did_not_sign(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService
    ) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        unsigned = verdict.rpms[0].digest
        forged = SignedRpm(unsigned=unsigned, signed=unsigned, facts=farm.store.put_bytes(b"{}"))
        farm.store.create_record(signed_record(fingerprint(farm), unsigned), encode(forged))
        request = SignRepomd(
            listing=listing(farm, verdict.build_id, unsigned), repomd=farm.store.put_bytes(b"<repomd/>")
        )
        with pytest.raises(NotMadeHereError):
            service.answer(request)

    def test_refuses_packages_without_a_verdict(self, farm: FarmState, service: SignerService) -> None:
        request = SignRepomd(
            listing=listing(farm, digest("no build"), digest("no RPM")), repomd=farm.store.put_bytes(b"<repomd/>")
        )
        with pytest.raises(NotAdmittedError):
            service.answer(request)

    def test_refuses_what_is_half_way_between_two_rounds(
        self, farm: FarmState, rpms: SmallRpms, service: SignerService
    ) -> None:
        library = farm.judge("library", [rpms.hello], rpms.hello_source)
        in_the_seed = locked("hello-1-1.x86_64", content="of the seed")
        cut = farm.judge("cut", [rpms.text], rpms.text_source, buildroot=[in_the_seed])
        run_id = farm.ledger.begin_run("demo", "", "build")
        for verdict in (library, cut):
            farm.ledger.record_outcome(
                run_id,
                NodeOutcome(
                    component=verdict.component,
                    arch=verdict.arch,
                    state=NodeState.REPRODUCIBLE,
                    build_id=verdict.build_id,
                    why="",
                    seconds=1.0,
                ),
            )
        (signed,) = sign(service, cut.build_id, cut.rpms[0].digest)
        repodata = render([decode(farm.store.read(signed.facts), RpmFacts)])
        request = SignRepomd(
            listing=listing(farm, cut.build_id, cut.rpms[0].digest), repomd=farm.store.put_bytes(repodata.repomd)
        )
        with pytest.raises(NotAdmittedError, match="unsettled"):
            service.answer(request)
        farm.ledger.end_run(run_id, RunStatus.SUCCEEDED)
        assert isinstance(service.answer(request), SignedRepomd)

    def test_refuses_a_listing_that_is_none(self, farm: FarmState, service: SignerService) -> None:
        blob = farm.store.put_bytes(b'{"packages": [{"unsigned": "../../etc/passwd"}]}')
        with pytest.raises(FarmError):
            service.answer(SignRepomd(listing=blob, repomd=blob))


class TestProcess:
    def test_answers_and_ends_with_the_command(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as client:
            assert client.describe().fingerprint == fingerprint(farm)
            socket_path = SignerPaths.of(farm.state).socket
            assert stat.S_IMODE(socket_path.stat().st_mode) == 0o600
            assert stat.S_IMODE(farm.state.signer.stat().st_mode) == 0o700
            (pid,) = signer_pids(farm)
            assert len(agents(pid)) == 1
        assert connect(socket_path) is None
        assert signer_pids(farm) == []
        await_no(lambda: agents(pid))

    def test_killed_one_leaves_no_agent_and_does_not_hinder_the_next(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as client:
            first = client.describe()
            (pid,) = signer_pids(farm)
            assert agents(pid)
            os.kill(pid, signal.SIGKILL)
        make_private(farm.state.signer)
        with Keyring.open(SignerPaths.of(farm.state).gnupg, farm.state.public_key) as keyring:
            before = keyring.sign(b"data", seconds=0)
            await_no(lambda: agents(pid))
            assert keyring.sign(b"data", seconds=0) == before
            assert keyring.key.fingerprint == first.fingerprint

    def test_two_commands_share_one(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as first, signer(farm.state, None, CLOCK) as second:
            first.close()
            assert second.describe().fingerprint == fingerprint(farm)

    def test_second_signer_gives_way(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK), pytest.raises(AlreadyRunningError):
            run_signer(farm.state, None)

    def test_stale_socket_is_replaced(self, farm: FarmState) -> None:
        paths = SignerPaths.of(farm.state)
        make_private(paths.root)
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(paths.socket))
        with signer(farm.state, None, CLOCK) as client:
            assert client.describe().fingerprint

    def test_is_started_again_where_the_one_before_was_just_ending(self, farm: FarmState) -> None:
        paths = SignerPaths.of(farm.state)
        make_private(paths.root)
        with contextlib.ExitStack() as ending:
            ending.enter_context(sole_signer(paths))
            clock = EndsOnceSeen(ending, paths.log)
            with signer(farm.state, None, clock) as client:
                assert client.describe().fingerprint == fingerprint(farm)
        assert "SIG005" in paths.log.read_text()

    def test_long_path_is_no_hindrance(self, tmp_path: Path) -> None:
        farm = FarmState(root=tmp_path / ("long" * 40))
        with farm.ledger, signer(farm.state, None, CLOCK) as client:
            assert client.describe().fingerprint

    def test_dies_with_a_killed_command(self, farm: FarmState) -> None:
        script = (
            "import os, sys; from pathlib import Path; from farm.clock import SystemClock;"
            "from farm.paths import StatePaths; from repo_publish.signer.launch import signer\n"
            f"with signer(StatePaths(root=Path({str(farm.root)!r})), None, SystemClock()) as client:\n"
            "    client.describe(); os.kill(os.getpid(), 9)"
        )
        root = Path(__file__).parents[3]
        environment = {**BASE_ENVIRONMENT, "PYTHONPATH": f"{root}:{root / 'repo-publish'}"}
        done = subprocess.run([sys.executable, "-c", script], check=False, env=environment, timeout=60)
        assert done.returncode == -9
        await_no(lambda: signer_pids(farm))

    def test_broken_messages_end_the_conversation_and_nothing_else(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as client:
            path = SignerPaths.of(farm.state).socket
            for data in (
                b"\x00\x00\x00\x00",
                b"\xff\xff\xff\xff" + b"x" * 100,
                b"GET / HTTP/1.1\r\n\r\n",
                b"\x00\x00\x00\x02{}",
                b"\x00\x00\x00\x05\xff\xfe\x00\x00\x00",
                b"\x00\x00\x10\x00" + b"[" * 4096,
                b'\x00\x00\x00\x32{"type":"sign-rpms","build_id":"..","unsigned":[]}',
            ):
                assert broken(path, data).code == "SIG003"
            with connected(path) as half:
                half.sendall(b"\x00\x00")
            assert client.describe().fingerprint

    def test_error_in_a_request_is_told_by_code(self, farm: FarmState, rpms: SmallRpms) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source, status=VerdictStatus.UNREPRODUCIBLE)
        with signer(farm.state, None, CLOCK) as client:
            with pytest.raises(NotAdmittedError) as refused:
                client.sign_rpms(verdict.build_id, [verdict.rpms[0].digest])
            assert refused.value.exit_status == 7
            assert client.describe().fingerprint


class TestKey:
    def test_is_kept(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as client:
            first = client.describe()
        with signer(farm.state, None, CLOCK) as client:
            assert client.describe() == first
        assert farm.state.public_key.read_text() == first.public_key

    def test_lost_key_is_not_replaced_in_silence(self, farm: FarmState) -> None:
        with signer(farm.state, None, CLOCK) as client:
            client.describe()
        for secret in (farm.state.signer / "gnupg" / "private-keys-v1.d").iterdir():
            secret.unlink()
        with pytest.raises(KeyUnavailableError, match="lost") as lost, signer(farm.state, None, CLOCK):
            pass
        assert lost.value.exit_status == 7
        assert "backup" in lost.value.hint

    def test_exchanged_public_key_is_noticed(self, farm: FarmState, tmp_path: Path) -> None:
        other = FarmState(root=tmp_path / "other")
        for each in (farm, other):
            with each.ledger, signer(each.state, None, CLOCK) as client:
                client.describe()
        farm.state.public_key.write_bytes(other.state.public_key.read_bytes())
        with pytest.raises(KeyUnavailableError, match="is not the public key"), signer(farm.state, None, CLOCK):
            pass

    @pytest.mark.parametrize("where", [".", "gnupg"])
    def test_directory_that_others_may_enter_is_refused(self, farm: FarmState, where: str) -> None:
        with signer(farm.state, None, CLOCK) as client:
            client.describe()
        (farm.state.signer / where).chmod(0o755)
        with pytest.raises(KeyUnavailableError, match="others could reach"), signer(farm.state, None, CLOCK):
            pass

    def test_missing_agent_is_a_signing_error(
        self, farm: FarmState, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("repo_publish.signer.keyring.BASE_ENVIRONMENT", {"PATH": "/nonexistent"})
        with pytest.raises(SigningError) as error:
            keyring.sign(b"data", seconds=0)
        assert error.value.exit_status == 7
        assert farm.state.public_key.exists()

    def test_private_key_stands_in_no_log(self, farm: FarmState, rpms: SmallRpms) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source, status=VerdictStatus.UNREPRODUCIBLE)
        with signer(farm.state, None, CLOCK) as client, pytest.raises(NotAdmittedError):
            client.sign_rpms(verdict.build_id, [verdict.rpms[0].digest])
        said = SignerPaths.of(farm.state).log.read_text()
        assert "not signed" in said
        assert "PRIVATE" not in said


def fingerprint(farm: FarmState) -> str:
    return fingerprint_of(farm.state.public_key)


def connected(path: Path) -> socket.socket:
    connection = connect(path)
    assert connection is not None
    connection.settimeout(20)
    return connection


def broken(path: Path, data: bytes) -> Refused:
    """Send bytes that are no message; return the refusal, after which the signer hangs up."""
    with connected(path) as connection:
        connection.sendall(data)
        answer = receive(connection)
        assert answer is not None
        refused = parse_response(answer)
        assert isinstance(refused, Refused)
        with contextlib.suppress(ConnectionResetError):
            assert receive(connection) is None
        return refused


def signer_pids(farm: FarmState) -> list[int]:
    """Return the signer processes of a farm."""
    return [pid for pid, words in command_lines() if "repo_publish.signer" in words and str(farm.root) in words]


def agents(signer_pid: int) -> list[int]:
    """Return the gpg-agents of a signer: they know their home through a descriptor of its."""
    home = f"/proc/{signer_pid}/fd/"
    return [
        pid
        for pid, words in command_lines()
        if words[0].endswith("gpg-agent") and any(word.startswith(home) for word in words)
    ]


def command_lines() -> Iterator[tuple[int, list[str]]]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(process.name), (process / "cmdline").read_bytes().decode(errors="replace").split("\0")


def await_no(find: Callable[[], object]) -> None:
    """Wait until nothing is found any more."""
    deadline = CLOCK.monotonic() + 20
    while find():
        assert CLOCK.monotonic() < deadline
        CLOCK.sleep(0.1)


def test_describe_needs_no_build(service: SignerService) -> None:
    answer = service.answer(Describe())
    assert isinstance(answer, Described)
    assert "PUBLIC KEY" in answer.public_key


def test_send_and_receive_fit(farm: FarmState) -> None:
    del farm
    one, other = socket.socketpair()
    with one, other:
        send(one, Describe())
        assert receive(other) == b'{"type":"describe"}'
