"""One file per messaging platform: wire format, error mapping and markup, nothing else."""
