//! One target of `saifu-fuzz`, the one that the variable `TARGET` names, under libFuzzer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saifu_fuzz::{Target, find};
use std::sync::OnceLock;

fn target() -> &'static Target {
    static FOUND: OnceLock<&'static Target> = OnceLock::new();
    FOUND.get_or_init(|| {
        let name = std::env::var("TARGET").unwrap_or_default();
        find(&name).unwrap_or_else(|| panic!("TARGET names no target: “{name}”"))
    })
}

fuzz_target!(|bytes: &[u8]| (target().run)(bytes));
