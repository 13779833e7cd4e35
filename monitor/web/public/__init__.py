"""Tell the public how the upazila's connections are: page, feeds, badges, export, a listener of its own."""
