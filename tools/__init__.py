"""Scripts for those who work on HDP; not part of the wheel."""
