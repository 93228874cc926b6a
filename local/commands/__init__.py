"""The commands of `python -m local`: one module each; `local/__main__.py` lists them."""
