"""What the tests with real processes share: a quick way to start the assistant."""

from collections.abc import Iterator

import pytest

from tests.process.processes import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts processes in a fraction of a second each."""
    opened = Nursery.opened()
    yield opened
    opened.close()
