"""For authors of plugins: suites that a plugin of theirs passes, run with pytest."""

from hdp.testing.components import ComponentContract, run_component
from hdp.testing.formats import CheckerContract, SourceContract, ThumbnailerContract
from hdp.testing.opening import open_target
from hdp.testing.samples import make_file, make_record
from hdp.testing.targets import TargetContract

__all__ = [
    "CheckerContract",
    "ComponentContract",
    "SourceContract",
    "TargetContract",
    "ThumbnailerContract",
    "make_file",
    "make_record",
    "open_target",
    "run_component",
]
