# Each job is one of packaging/dev.py, which does all its set-up: `make run`, `make test`.
PYTHON ?= python3
JOBS := run test check bench prove dist screenshots

.PHONY: $(JOBS)
$(JOBS):
	@$(PYTHON) packaging/dev.py $@ $(ARGS)
