"""Documents, workbooks and charts."""
