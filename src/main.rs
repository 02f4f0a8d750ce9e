//! The forkdeck binary.

use std::process::ExitCode;

use forkdeck::process::keeper;

fn main() -> ExitCode {
    // Before anything else: the keeper has no runtime, no terminal and no arguments of its own.
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == keeper::ARGUMENT)
    {
        return keeper::run();
    }
    forkdeck::cli::main()
}
