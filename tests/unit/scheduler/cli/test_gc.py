from pathlib import Path

import pytest

from farm.clock import SystemClock
from farm.ledger.ledger import Ledger
from scheduler.cli.gc import BuildsRunningError, _refuse_while_building
from scheduler.collection import no_collection
from scheduler.run_lease import open_run


def test_nothing_is_removed_while_a_run_is_driven(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        run = open_run(ledger, SystemClock(), project="p", commit="", command="build")
        with run, pytest.raises(BuildsRunningError, match="builds are running"):
            _refuse_while_building(ledger, [])
        _refuse_while_building(ledger, [])


def test_a_run_without_a_driver_is_in_nobodys_way(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ledger.begin_run("p", "", "build")
        _refuse_while_building(ledger, [])


def test_nothing_is_removed_while_components_are_prepared(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        with no_collection(ledger), pytest.raises(BuildsRunningError, match="components are being prepared"):
            _refuse_while_building(ledger, [])
        _refuse_while_building(ledger, [])
