"""The back office's plumbing, which knows no domain: records that are changed by operations, buttons, bulk actions."""
