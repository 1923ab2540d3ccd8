//! safe-core
