"""What people confirm and correct becomes figures, samples and, on demand, a new calibration."""
