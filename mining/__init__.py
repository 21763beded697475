"""The method of bitext mining: plain functions over Arrow tables and NumPy arrays.

Knows no Beam, no runner and no command line; `pipelines` wires what stands here into jobs.
"""

__version__ = "0.1.0"
