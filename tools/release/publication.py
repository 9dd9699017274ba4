"""The deeds: the files go up, and come back."""

from tools.release import consumer
from tools.release.distributions import sha256
from tools.release.environment import Environment
from tools.release.index import PROJECT
from tools.release.refusal import Refusal
from tools.release.release import Release
from tools.release.requirements import read_requirements
from tools.release.stock import compare_stock


def upload(release: Release) -> str:
    """From here on the release exists; what a broken upload left is completed by the next run."""
    index, built = release.index, {file.name: sha256(file) for file in release.distributions.files}
    if index is None:
        return f"left out in a dry run; would send {', '.join(built)}"
    stock = compare_stock(built, index.listing(release.version), version=str(release.version))
    if release.wish.dry_run:
        return f"left out in a dry run; would send {', '.join(stock.missing) or 'nothing: all is there'}"
    if not stock.missing:
        return "nothing to send: the index has both files, with these bytes"
    message = f"{PROJECT} {release.version}"
    if release.repository.commit_of(release.tag) is None:
        if not release.wish.create_tag:
            raise Refusal(
                f"Everything is in order, but there is no tag {release.tag} at this commit.",
                way_out=f"run with --tag, or make it: git tag -a {release.tag} -m '{message}'",
            )
        release.repository.create_tag(release.tag, message)
    for file in release.distributions.files:
        if file.name in stock.missing:
            index.upload(file)
    release.sent = stock.missing
    index.wait_for(built, release.version)
    sent = f"sent {', '.join(stock.missing)}"
    return f"{sent}; {', '.join(stock.present)} was there already" if stock.present else sent


def check_published(release: Release) -> str:
    """What counts is what users get: the release, from the index and from nowhere else."""
    index, wheel = release.index, release.distributions.wheel
    if index is None or release.wish.dry_run:
        return "left out in a dry run: nothing was sent"
    environment = Environment(release.workspace / "from-index")
    environment.install(read_requirements(wheel, extra="testing"))
    found = index.account.credentials()
    environment.install_from_index(
        f"{PROJECT}=={release.version} --hash=sha256:{sha256(wheel)}\n",
        settings=index.pip_settings(),
        secrets=found.secrets if found else (),
        way_out="the files are up: check that --simple is the list for pip, then run the command again",
    )
    found_out = consumer.smoke(environment, str(release.version))
    if not release.sent:
        raise Refusal(
            f"{release.version} was published before: the index has both files, with the bytes built here, "
            "and they install and work. Nothing was sent.",
            way_out="nothing is left to do for this version; for a new release, raise it in "
            "src/egp/_version.py and CHANGELOG.md",
        )
    return found_out
