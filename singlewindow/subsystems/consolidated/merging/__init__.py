"""集报清单汇总: from the click to the declarations (manual 第六篇 第四章). Read the chapter's README.md first."""
