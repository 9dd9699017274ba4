"""What an index has against what was built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.release.errors import Refusal

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.upload import compare_files

BUILT = {"egp_client-0.1.0-py3-none-any.whl": "aa", "egp_client-0.1.0.tar.gz": "bb"}


@given(st.sets(st.sampled_from(sorted(BUILT))))
def test_whatever_arrived_before_only_the_rest_is_missing(arrived):
    files = compare_files(BUILT, {name: BUILT[name] for name in arrived}, version="0.1.0")

    assert set(files.present) == arrived
    assert set(files.missing) == BUILT.keys() - arrived


def test_the_wheel_is_sent_before_the_sdist():
    assert compare_files(BUILT, {}, version="0.1.0").missing == tuple(BUILT)


def test_other_bytes_under_the_same_name_are_refused_with_both_hashes():
    with pytest.raises(Refusal, match=r"already has 0\.1\.0, with other bytes") as refused:
        compare_files(BUILT, {"egp_client-0.1.0.tar.gz": "cc"}, version="0.1.0")

    assert "sha256 cc" in refused.value.problem
    assert "sha256 bb" in refused.value.problem
    assert "raise the version" in refused.value.way_out


def test_another_file_of_the_version_is_refused():
    with pytest.raises(Refusal, match="cp311"):
        compare_files(BUILT, BUILT | {"egp_client-0.1.0-cp311-cp311-linux_x86_64.whl": "dd"}, version="0.1.0")
