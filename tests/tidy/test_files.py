"""What may lie in the repository: files of this project only, naming no machine and no registry."""

import re

from tests.tidy.repository import ROOT, relative, tracked, tracked_texts

TOP = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "bench",
    "console",
    "docs",
    "pyproject.toml",
    "requirements.lock",
    "src",
    "tests",
}
"""What may stand at the top. A new entry is a decision; write it here and in docs/architecture.md."""

WRITTEN_ELSEWHERE = {"LICENSE"}
"""Files that others wrote. The licence is the text it is; everything else is written here."""

# Spelt with brackets so that this file does not name what it looks for.
REGISTRY_HOST = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|yarnpkg[.]com|deb[.]debian[.]org|crates[.]io"
    r"|(?:artifactory|nexus|devpi|pypi-mirror)[.][a-z]|--(?:extra-)?index[-]url|--find[-]links"
)
MACHINE_PATH = re.compile(r"(?<![\w.~\-/])/(?:home|root|work|Users|opt|mnt|private)/[\w.\-]+")
BUILT = re.compile(
    r"\.(?:whl|egg|jar|war|so|dll|dylib|exe|pyc|class|o|a|zip|gz|tgz|xz|bz2|zst)$|\.min\.(?:js|css)$"
)
VENDOR_FOLDER = re.compile(r"(?:^|/)(?:vendor|vendored|_vendor|third[_-]?party|node_modules|site-packages)/")
FOREIGN_NOTICE = re.compile(
    r"^\W*(?:copyright\b.*\d{4}|spdx[-]license|licensed under the)", re.IGNORECASE | re.MULTILINE
)


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    """`path:line: text` for every tracked text line that matches."""
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in tracked_texts().items()
        if path not in WRITTEN_ELSEWHERE
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_top_of_the_repository_holds_what_is_listed() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_file_names_a_registry_or_an_index() -> None:
    assert lines_matching(REGISTRY_HOST) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_matching(MACHINE_PATH) == []


def test_nothing_built_is_checked_in() -> None:
    assert [relative(path) for path in tracked() if BUILT.search(path.name)] == []


def test_nothing_of_others_is_checked_in() -> None:
    assert [relative(path) for path in tracked() if VENDOR_FOLDER.search(relative(path))] == []
    assert lines_matching(FOREIGN_NOTICE) == []


def test_texts_end_with_one_newline_and_lines_without_blanks() -> None:
    untidy = []
    for path, text in tracked_texts().items():
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            untidy.append(f"{path}: ends without a newline, or with more than one")
        if re.search(r"[ \t]+$", text, re.MULTILINE):
            untidy.append(f"{path}: blanks at the end of a line")
        if "\r" in text:
            untidy.append(f"{path}: carriage returns")
    assert untidy == []
