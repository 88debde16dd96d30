"""The chapters, one folder each; they import the kernel and never each other."""
