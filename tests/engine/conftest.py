from __future__ import annotations

import pytest

from sdflow import bootstrap
from sdflow.engine.workspace import Workspace


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An empty workspace, opened once; its definitions and tools serve every test."""
    folder = tmp_path_factory.mktemp("opened")
    bootstrap.write_settings(folder, "Northgate", None)
    return bootstrap.open_workspace(folder, create=True)
