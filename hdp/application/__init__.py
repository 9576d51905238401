"""Puts HDP together: the one place that knows every part.

The window, the page's routes and the command line all hold an `Application` and ask it.
"""

from hdp.application.app import Application
from hdp.application.selection import Selection

__all__ = ["Application", "Selection"]
