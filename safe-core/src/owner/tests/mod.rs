//! One test for each arrow of the drawings in [`super`], and for what must not be one.

mod access;
mod change;
mod enrol;
mod guess;
mod login;
mod scene;
mod session;
