"""For authors of plugins: suites that a plugin of theirs passes, run with pytest."""

from hdp.testing.opening import open_target
from hdp.testing.targets import TargetContract

__all__ = ["TargetContract", "open_target"]
