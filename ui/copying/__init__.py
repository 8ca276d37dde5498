"""What is done on screen, as a command line, as Python and as grpcurl."""
