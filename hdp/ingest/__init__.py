"""From a folder to items: walk, group, hash, check. Pure logic, no project and no database."""

from hdp.ingest.items import ScannedFile, ScannedItem, ScanResult
from hdp.ingest.options import ScanOptions, modalities
from hdp.ingest.scan import scan

__all__ = ["ScanOptions", "ScanResult", "ScannedFile", "ScannedItem", "modalities", "scan"]
