"""Object stores: a folder, or any S3-compatible server. Both keep what they acknowledged and overwrite nothing."""
