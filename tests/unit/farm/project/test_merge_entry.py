from farm.project.merge_entry import merge_entry
from farm.project.schema import DistroReferenceEntry, PackageEntry, PackagePublishEntry, ProjectEntry
from farm.project.schema_images import ResourcesEntry, RpmRepositoryEntry


def test_what_is_said_later_wins_and_what_is_empty_does_not_count() -> None:
    base = ProjectEntry(description="a", lock_dir="l", default_distro=DistroReferenceEntry(name="d", version="1"))
    update = ProjectEntry(description="b", default_distro=DistroReferenceEntry(version="2"))
    assert merge_entry(base, update) == ProjectEntry(
        description="b", lock_dir="l", default_distro=DistroReferenceEntry(name="d", version="2")
    )


def test_both_spellings_of_a_channel_are_kept_apart() -> None:
    base = PackageEntry(publish=PackagePublishEntry(rpm_channel="new"))
    merged = merge_entry(base, PackageEntry(publish=PackagePublishEntry(channel="old")))
    assert (merged.publish.rpm_channel, merged.publish.channel) == ("new", "old")


def test_an_entry_of_a_map_is_replaced_whole() -> None:
    base = ResourcesEntry(rpm_repos={"a": RpmRepositoryEntry(base_uri="x"), "b": RpmRepositoryEntry()})
    update = ResourcesEntry(rpm_repos={"a": RpmRepositoryEntry(metalink="y")})
    merged = merge_entry(base, update)
    assert merged.rpm_repos == {"a": RpmRepositoryEntry(metalink="y"), "b": RpmRepositoryEntry()}
