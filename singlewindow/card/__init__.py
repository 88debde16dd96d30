"""The card service on the user's own computer: pages ask it to read the card and to sign.

It speaks the WebSocket protocol of the 电子口岸 control (`protocol`). What holds the card is a `Reader`
(`reader`): a folder of PKCS#12 demo cards (`pkcs12`, with a page of its own, `page`) or a PKCS#11 token
(`token_reader`). The PIN goes no further than here. Requirements PORT-03, PORT-05, PORT-08.
"""
