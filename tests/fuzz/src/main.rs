//! Writes what each target begins with into a folder for each: `saifu-fuzz FOLDER`. Says the names of the targets.
#![allow(
    clippy::print_stdout,
    reason = "this is a command, its output is its result"
)]

use saifu_fuzz::TARGETS;
use std::io::Result;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<()> {
    let folder = env::args().nth(1).map(PathBuf::from).unwrap_or_default();
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, bytes) in (target.corpus)().into_iter().enumerate() {
            fs::write(folder.join(format!("genuine-{number}")), bytes)?;
        }
        println!("{}", target.name);
    }
    Ok(())
}
