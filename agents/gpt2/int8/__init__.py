"""GPT-2 on a CPU in int8: packed weights, kernels compiled by numba, caches of codes.

A number is kept as a code of one byte and a scale that it shares with its row: a weight with the other weights of its
output, an activation with the other activations of its token, a key or value with those of its token and head. Products
of codes are summed exactly, in int32, so a row's result does not depend on what else is computed beside it.
"""
