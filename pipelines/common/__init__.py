"""What the jobs share: options, datasets and their manifests, workers, progress."""
