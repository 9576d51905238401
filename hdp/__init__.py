"""Heritage Data Processor: a folder and a spreadsheet become published records."""

__version__ = "0.1.0"
