"""Every answer that AWS was recorded to give, but those that `recordings.toml` lists with a reason."""

import fnmatch
import pathlib
import tomllib
from concurrent.futures import ThreadPoolExecutor

import pytest

import recordings

LISTED = tomllib.loads(pathlib.Path(__file__).with_name("recordings.toml").read_text())["differs"]


def reason(name):
    """Why a recording is expected to differ, if it is."""
    for group in LISTED:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in group["cases"]):
            return group["why"]
    return None


@pytest.mark.skipif(not recordings.FOLDER.is_dir(), reason=f"the corpus isn't there: {recordings.FOLDER}")
@pytest.mark.parametrize("needs_rooms", [False, True], ids=["step_functions_alone", "with_rooms"])
def test_recorded_answers_hold(needs_rooms):
    tool = recordings.corpus_tool()
    cases = [case for case in recordings.recordings().values() if case["pure"] != needs_rooms]

    def look(case):
        return recordings.differences(tool, case)

    with ThreadPoolExecutor(3) as pool:
        found = {case["name"]: differs for case, differs in zip(cases, pool.map(look, cases)) if differs}
    # Waits of a second and timeouts of two are told apart by a machine that isn't too busy: a second look, one by one.
    for case in cases:
        if case["name"] in found and not reason(case["name"]) and not look(case):
            del found[case["name"]]

    print(f"recorded answers: {len(cases) - len(found)} of {len(cases)} cases pass")
    surprises = {name: differs[:3] for name, differs in found.items() if not reason(name)}
    assert not surprises
    patterns = [pattern for group in LISTED for pattern in group["cases"]]
    names = [case["name"] for case in cases]
    listed = {name for pattern in patterns for name in fnmatch.filter(names, pattern)}
    in_vain = sorted(listed - found.keys())
    assert not in_vain
