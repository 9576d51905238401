"""Pictures of items and files: made on demand or quietly after a scan, kept by content."""

from hdp.application.pictures.pictures import Made, Pictures

__all__ = ["Made", "Pictures"]
