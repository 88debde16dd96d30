"""事件推送: the company's events, sent to addresses that its administrator names (INTG-03, decision 0053).

targets.py     whether an address may be sent to at all
signing.py     how a request is signed, and how secrets are kept
sending.py     one request: pinned address, no redirects, bounded answer
endpoints.py   what the administrator does: make, change, rotate, replay, read the log
spreading.py   the worker: of each event one delivery for each endpoint
courier.py     the worker: who is sent what, when, and what became of it
reminding.py   endpoints to which something could not be delivered, for the administrator's home page
"""
