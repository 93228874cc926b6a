"""`make audit`: what the router is made of, what is known against it, and under which licences it comes."""
