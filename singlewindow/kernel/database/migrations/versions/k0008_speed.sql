-- Nothing asks by these: lists are read from the find tables, and of the parties only the foreign ones by time
-- (document_party_foreign). Each made every change of a status write all the row's index entries anew.
drop index document_by_company
-- ;;
drop index document_party_by_company
-- ;;
-- Room on the page for the few changes that a document sees, so that they need no new index entries.
alter table document set (fillfactor = 70)
-- ;;
alter table document_party set (fillfactor = 70)
