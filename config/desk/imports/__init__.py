"""Files of operators: records and periods read from CSV and XLSX, tried out, applied, and written likewise."""
