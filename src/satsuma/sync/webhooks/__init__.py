"""Webhooks: who enters and leaves segments, posted to other systems as it happens, in order, signed.

`tables` keeps endpoints, where each stands, and the log; `service` is `ws.webhooks`; `messages` says what is
posted, `signing` signs it (Standard Webhooks), `sending` posts it to addresses that may be called, and
`worker` does so for all endpoints, again after failures, for as long as a server runs.
"""
