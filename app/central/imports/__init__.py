"""A warehouse from CSV files. ``docs/import.md`` has the columns; good rows go in, bad rows are reported."""

from app.central.imports.folder import FileReport, Report, import_file, import_folder
from app.central.imports.reading import Problem, Read, read_csv
from app.central.imports.rows import Kind

__all__ = ["FileReport", "Kind", "Problem", "Read", "Report", "import_file", "import_folder", "read_csv"]
