"""What is missing from the machine, and what is said or done about it."""

import pytest

from launcher import Stop, system
from launcher.system import BROWSER, DATABASE, PDF, Package, has_library, has_program, install, missing


def there() -> bool:
    return True


def absent() -> bool:
    return False


@pytest.mark.parametrize(
    ("packages", "names"),
    [
        ([], []),
        ([Package("un", there)], []),
        ([Package("un", absent)], ["un"]),
        ([Package("un", there), Package("deux", absent), Package("trois", absent)], ["deux", "trois"]),
    ],
)
def test_missing_packages_are_those_whose_capability_is_absent(packages: list[Package], names: list[str]) -> None:
    assert missing(packages) == names


def test_libraries_are_known_by_their_full_name() -> None:
    assert has_library("libc.so.6")
    assert not has_library("libc.so")
    assert not has_library("libjalon.so.1")


def test_one_of_several_programs_is_enough() -> None:
    assert has_program("introuvable", "sh")
    assert not has_program("introuvable", "absent")


def test_nothing_is_installed_when_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    install([Package("un", there)])


def test_who_may_not_install_reads_the_exact_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # neither apt-get nor sudo
    with pytest.raises(Stop, match=r"sudo apt-get update && sudo apt-get install .* deux trois\n") as stop:
        install([Package("un", there), Package("deux", absent), Package("trois", absent)])
    assert stop.value.code == 2


def test_this_machine_has_all_that_the_tests_need() -> None:
    assert missing([*PDF, *DATABASE, *BROWSER]) == []


def test_every_package_has_its_own_name() -> None:
    names = [package.name for package in (*system.PDF, *system.DATABASE, *system.BROWSER)]
    assert len(names) == len(set(names))
