"""`singlewindow bridge`: documents as files, for systems that exchange folders and no requests.

    OutBox    `<name>.json` or `.xml`: a document and what is to be done with it; files that go with it lie beside it
    SentBox   what was done, with `<name>.result.json`
    FailBox   what was refused, with `<name>.reason.json` and `<name>.reason.txt`
    InBox     what became of documents: `<number>-<entry>.json` or `.xml`, one for each event; `entry` has four digits
    .bridge   the bridge's own: lock, cursor, and how far each file is

Everything is done so that `kill -9` at any point loses nothing and doubles nothing:

- a document has the sender's own number, under which the portal saves once;
- what the card signed is kept before it is sent, and sent again with the same token, which counts once;
- a file leaves OutBox when its outcome is on the disk, and only if it is still the file that was worked on;
- receipts are put aside, then the cursor is written, then each is moved to InBox, which happens once.
"""
