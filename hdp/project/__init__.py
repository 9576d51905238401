"""One project file (.hdpc): the only place with SQL besides the practice repository."""
