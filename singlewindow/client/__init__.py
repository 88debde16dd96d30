"""Programs of a company that talk to the portal over its API, with a token: `singlewindow import` and its like.

They know addresses and shapes of the API and the contract, and nothing else of the portal.
"""
