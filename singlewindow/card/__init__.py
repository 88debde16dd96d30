"""The card service on the user's own computer: pages ask it to read the card and to sign.

It speaks the WebSocket protocol of the 电子口岸 control (`protocol`). What holds the card is a `Reader`
(`reader`); the one that exists is a folder of PKCS#12 demo cards (`pkcs12`). The PIN goes no further than
here. Requirements PORT-03, PORT-05, PORT-08.
"""
