"""The files of a cluster, read by Ray's loader, Kubernetes' schemas and a parser of container files."""

import re
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import msgspec
import pytest
import yaml
from dockerfile_parse import DockerfileParser
from ray.autoscaler._private.util import prepare_config, validate_config

from farm.arch import ARCHES
from scheduler.cluster_node import ARCH_LABEL, ARCH_RESOURCE

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"
KUBERNETES = "1.34.0"

Document = dict[str, Any]  # YAML as Ray's and Kubernetes' validators want it


class RayGroup(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """What every group of a RayCluster has (ray.io/v1)."""

    ray_start_params: dict[str, str]
    template: Document


class WorkerGroup(RayGroup, forbid_unknown_fields=True, rename="camel"):
    group_name: str
    replicas: int
    min_replicas: int
    max_replicas: int


class AutoscalerOptions(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    version: str
    upscaling_mode: str
    idle_timeout_seconds: int


class RayClusterSpec(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    ray_version: str
    enable_in_tree_autoscaling: bool
    autoscaler_options: AutoscalerOptions
    auth_options: dict[str, str]
    head_group_spec: RayGroup
    worker_group_specs: list[WorkerGroup]


class RayClusterFile(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    api_version: str
    kind: str
    metadata: dict[str, str]
    spec: RayClusterSpec


def text_of(name: str) -> str:
    return (INFRA / name).read_text(encoding="utf-8")


def document(name: str) -> Document:
    found: Document = yaml.safe_load(text_of(name))
    return found


@pytest.fixture(scope="module")
def kuberay() -> RayClusterFile:
    return msgspec.convert(document("cluster/kuberay.yaml"), RayClusterFile)


def launched(text: Document) -> Document:
    config: Document = prepare_config(text)
    validate_config(config)
    return config


def test_the_launcher_of_ray_takes_its_file() -> None:
    config = launched(document("cluster/ray-cluster.yaml"))
    assert config["max_workers"] == len(config["provider"]["worker_ips"])
    broken = document("cluster/ray-cluster.yaml")
    broken["idle_timeout"] = 1
    with pytest.raises(jsonschema.ValidationError):
        launched(broken)


def pod(group: RayGroup) -> Document:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "node"}, **group.template}


def test_kubernetes_takes_every_pod_of_the_cluster(kuberay: RayClusterFile) -> None:
    groups = [kuberay.spec.head_group_spec, *kuberay.spec.worker_group_specs]
    for group in groups:
        kubernetes_validate.validate(pod(group), KUBERNETES, strict=True)
    broken = deepcopy(pod(groups[0]))
    broken["spec"]["containers"][0]["resource"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, KUBERNETES, strict=True)


def test_a_field_that_a_ray_cluster_has_not_is_refused() -> None:
    broken = document("cluster/kuberay.yaml")
    broken["spec"]["workerGroupSpecs"][0]["maxReplica"] = 1
    with pytest.raises(msgspec.ValidationError, match="maxReplica"):
        msgspec.convert(broken, RayClusterFile)


def test_there_is_a_group_of_each_architecture_that_scales_from_nothing(kuberay: RayClusterFile) -> None:
    assert (kuberay.api_version, kuberay.kind) == ("ray.io/v1", "RayCluster")
    assert kuberay.spec.enable_in_tree_autoscaling
    assert kuberay.spec.auth_options == {"mode": "token"}
    assert kuberay.spec.head_group_spec.ray_start_params["num-cpus"] == "0"
    selected = {}
    for group in kuberay.spec.worker_group_specs:
        resources = msgspec.json.decode(msgspec.json.decode(group.ray_start_params["resources"], type=str))
        ((name, slots),) = resources.items()
        arch = name.removeprefix(ARCH_RESOURCE)
        assert group.ray_start_params["num-cpus"] == str(slots)
        assert group.ray_start_params["labels"] == f"{ARCH_LABEL}{arch}=native"
        assert 0 == group.min_replicas <= group.replicas < group.max_replicas
        selected[arch] = group.template["spec"]["nodeSelector"]["kubernetes.io/arch"]
        assert group.template["spec"]["containers"][0]["image"] == f"${{FARM_IMAGE_{arch.upper()}}}"
    assert selected == {"x86_64": "amd64", "aarch64": "arm64"}


def instructions(text: str) -> list[tuple[str, str]]:
    parser = DockerfileParser(fileobj=BytesIO(text.encode()))
    return [(step["instruction"], step["value"]) for step in parser.structure if step["instruction"] != "COMMENT"]


def missing_sources(steps: list[tuple[str, str]]) -> list[str]:
    copied = [source for name, words in steps if name in {"COPY", "ADD"} for source in words.split()[:-1]]
    return [source for source in copied if not (ROOT / source).exists()]


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_a_container_file_is_read_and_copies_what_is_there(arch: str) -> None:
    text = text_of(f"containers/Containerfile.{arch}")
    steps = instructions(text)
    known = {"ARG", "FROM", "ENV", "COPY", "RUN", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in steps} <= known
    platform = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}[arch]
    assert [words for name, words in steps if name == "FROM"] == [f"--platform={platform} ${{BASE_IMAGE}}"]
    assert missing_sources(steps) == []
    assert missing_sources(instructions(text.replace("COPY farm ", "COPY form "))) == ["form"]
    for name, words in steps:
        if name in {"VOLUME", "ENTRYPOINT", "CMD"}:
            assert msgspec.json.decode(words, type=list[str])


def test_container_files_differ_in_their_architecture_alone() -> None:
    first, second = (text_of(f"containers/Containerfile.{arch}") for arch in ("x86_64", "aarch64"))
    assert first.replace("x86_64", "aarch64").replace("linux/amd64", "linux/arm64") == second
    assert {path.suffix.removeprefix(".") for path in (INFRA / "containers").iterdir()} <= set(ARCHES)


@pytest.mark.parametrize(
    "path", sorted([*INFRA.glob("cluster/*"), *INFRA.glob("containers/*")]), ids=lambda it: it.name
)
def test_no_registry_and_no_host_stands_in_them(path: Path) -> None:
    hosts = re.findall(r"\b(?:[a-z0-9-]+\.)+(?:com|io|org|net|dev)\b(?!/v1|/arch)", path.read_text(encoding="utf-8"))
    assert hosts == []
