"""Pipelines: read, check and run the steps that make derived files and metadata."""
