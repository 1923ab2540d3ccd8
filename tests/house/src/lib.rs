//! Nothing here but tests: they hold what ARCHITECTURE.md says of the workspace.
