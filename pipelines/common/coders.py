"""How an Arrow table travels between steps: as an Arrow IPC stream.

Pickle would write the whole of the buffers that a slice points into.
"""

import apache_beam as beam
import pyarrow as pa


class ArrowTableCoder(beam.coders.Coder):
    """Arrow tables to bytes and back."""

    def encode(self, value):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_table(value)
        return sink.getvalue().to_pybytes()

    def decode(self, encoded):
        return pa.ipc.open_stream(encoded).read_all()

    def is_deterministic(self):
        return True

    def to_type_hint(self):
        return pa.Table


def register():
    """Makes Beam use the coder wherever a step's output is typed as pyarrow.Table."""
    beam.coders.registry.register_coder(pa.Table, ArrowTableCoder)
