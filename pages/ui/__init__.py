"""The only door from the pages to core: runtime, formats, charts, parts."""
