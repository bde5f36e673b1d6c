"""Examples in the kernel's docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import satsuma.kernel

MODULES = [module.name for module in pkgutil.iter_modules(satsuma.kernel.__path__, "satsuma.kernel.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(len(test.examples) for module in modules for test in finder.find(module)) > 10
