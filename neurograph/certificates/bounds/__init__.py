"""What the theorems share: bounds of slopes, spectra, ranges, distances."""
