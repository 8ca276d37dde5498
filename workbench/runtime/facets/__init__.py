"""The facets of an embedded node that the runtime answers, each for one tenant and namespace."""
