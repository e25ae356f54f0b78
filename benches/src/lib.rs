//! Speed of the allocators in this workspace, measured beside their peers.
