"""Event shapes to domain and back: what API Gateway and SQS look like is known here and nowhere else."""
