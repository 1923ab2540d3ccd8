//! One test for each arrow of the drawings in [`super`], and for what must not be one.

mod access;
mod authenticator;
mod change;
mod channel;
mod device;
mod enrol;
mod freeze;
mod guess;
mod kit;
mod login;
mod scene;
mod session;
mod ways;
