//! The one binary. What it does is in `paddock::cli`.

use clap::Parser;
use paddock::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    paddock::cli::run(Cli::parse())
}
