"""Remote: a workspace that another process holds, used as if it were open here.

A call names a public method of a served class (`served`) and its arguments (`values`), and is answered with
what the method gave, or with the error that it raised. `frames` is how that looks on a wire, `serving` is the
side that holds the workspace, `proxies` and `client` are the side that calls, over a socket on the same
machine or over HTTP (`transports`). `connect` begins it.
"""
