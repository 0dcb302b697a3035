"""Types as records, built from their entries once; their names in each language."""
