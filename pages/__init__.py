"""The screen: one folder per menu group, one thin file per page."""
