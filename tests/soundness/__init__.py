"""An attack on the certificates: networks at the edge of what each theorem proves, and what can be found against it."""
