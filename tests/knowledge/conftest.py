"""The real handbook, loaded once."""

import pytest

from knowledge.handbook import Handbook


@pytest.fixture(scope="session")
def handbook() -> Handbook:
    return Handbook.load()
